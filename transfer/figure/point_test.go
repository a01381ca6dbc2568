package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
)

func TestSummariseLeavesOutWhatIsNoNumber(t *testing.T) {
	blocked := failed(t, "A3B#2")
	blocked.Status = transfer.Blocked
	blocked.Accuracy = math.NaN()
	points := Summarise([]transfer.Result{
		result(t, "baseA", 600, 1000), result(t, "baseB", 500, 1000),
		result(t, "A3B", 400, 1000), failed(t, "A3B#1"), blocked, result(t, "A3B#3", 420, 1000),
		failed(t, "A5B"),
	})
	if len(points) != 3 {
		t.Fatalf("%d points, want base, n = 3 and n = 5", len(points))
	}
	base, three, five := points[0], points[1], points[2]
	if base.Count != 1 || base.Mean != 0.5 || base.Method != Wilson || len(base.Donors) != 1 {
		t.Errorf("base: %d nets, mean %v by %s, %d donors; want baseB alone, baseA a donor", base.Count, base.Mean,
			base.Method, len(base.Donors))
	}
	if three.Count != 2 || math.Abs(three.Mean-0.41) > 1e-12 || three.Method != StudentT || len(three.Missing) != 2 {
		t.Errorf("n = 3: %d nets, mean %v by %s, %d missing; want 2, 0.41, t, 2", three.Count, three.Mean, three.Method,
			len(three.Missing))
	}
	if five.Count != 0 || len(five.Missing) != 1 {
		t.Errorf("n = 5: %d nets, %d missing; want 0 and 1", five.Count, len(five.Missing))
	}
}

func TestSummariseTargets(t *testing.T) {
	a, b := result(t, "baseA", 600, 1000), result(t, "baseB", 500, 1000)
	for _, c := range []struct {
		name string
		in   []transfer.Result
		want float64
	}{
		{"no cut nets", []transfer.Result{a, b}, 0.5},
		{"only A", []transfer.Result{a}, 0.6},
		{"cut nets on A", []transfer.Result{a, b, result(t, "B3A", 1, 10)}, 0.6},
		{"cut nets on both", []transfer.Result{a, b, result(t, "B3A", 1, 10), result(t, "A3B", 1, 10)}, 0.55},
		{"twice the same", []transfer.Result{a, b, b, result(t, "A3B", 1, 10)}, 0.5},
	} {
		if got := Summarise(c.in)[0].Mean; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: base %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCheckRefusesTwoExperiments(t *testing.T) {
	a := result(t, "A3B", 1, 10)
	b := a
	if err := Check([]transfer.Result{a, b}); err != nil {
		t.Error(err)
	}
	b.Key = "another"
	if err := Check([]transfer.Result{a, b}); err == nil || !strings.Contains(err.Error(), "0/A3B") {
		t.Errorf("%v, want an error that names the net", err)
	}
}

func TestTable(t *testing.T) {
	var buf bytes.Buffer
	if err := Table(&buf, Summarise(example(t))); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", buf.Bytes())
}

func TestTableOfNothing(t *testing.T) {
	var buf bytes.Buffer
	if err := Table(&buf, nil); err != nil || buf.Len() != 0 {
		t.Errorf("%q, %v; want nothing", buf.String(), err)
	}
}
