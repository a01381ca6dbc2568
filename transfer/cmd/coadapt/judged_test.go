package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/store"

	"github.com/parquet-go/parquet-go"
)

// chanceStore is a store of two bases and three BnB, of which one ended at the loss of a guess; its entries all say
// ok, as training ended. It is the COADAPT_STORE of the test.
func chanceStore(t *testing.T) *store.Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	t.Setenv("COADAPT_STORE", dir)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		net     string
		correct int
		loss    float64
	}{{"0/baseB", 800, 0.5}, {"1/baseB", 700, 0.6}, {"0/B3B", 750, 0.5}, {"1/B3B", 151, math.Log(10)},
		{"2/B3B", 650, 0.7}} {
		n, err := transfer.ParseNet(c.net)
		if err != nil {
			t.Fatal(err)
		}
		r := transfer.Result{
			Net:        n,
			Status:     transfer.OK,
			Accuracy:   float64(c.correct) / 1000,
			Correct:    c.correct,
			Tested:     1000,
			Classes:    10,
			Loss:       c.loss,
			TrainLoss:  c.loss,
			Data:       "d",
			Arch:       "mini",
			Experiment: "e1",
			Key:        strings.Repeat(fmt.Sprint(i), 64),
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(r.Key, store.Files{"result.json": data, "metrics.json": []byte("[]")}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// row is what one form of output says of a net.
type row struct {
	name, condition, status string
	accuracy                *float64
}

func (r row) String() string {
	if r.accuracy == nil {
		return fmt.Sprint(r.name, " ", r.status)
	}
	return fmt.Sprint(r.name, " ", r.status, " ", *r.accuracy)
}

func jsonRows(t *testing.T, out string) (rows []row) {
	t.Helper()
	for line := range strings.Lines(out) {
		var rec transfer.Record
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rows = append(rows, row{rec.Name, rec.Condition, string(rec.Status), rec.Accuracy})
	}
	return rows
}

func csvRows(t *testing.T, text string) (rows []row) {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(cells[0], name) }
	for _, c := range cells[1:] {
		r := row{c[column("name")], c[column("condition")], c[column("status")], nil}
		if text := c[column("accuracy")]; text != "" {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			r.accuracy = &x
		}
		rows = append(rows, r)
	}
	return rows
}

// TestOneStatus: a net at chance is not trained in every form of output, and in each the mean accuracy of the rows
// that are ok is that of the table and of the figure's points.
func TestOneStatus(t *testing.T) {
	s := chanceStore(t)
	dir := t.TempDir()
	must(t, "store", "export", "-o", dir)
	parquetRows, err := parquet.ReadFile[transfer.Record](filepath.Join(dir, "results.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var fromParquet []row
	for _, rec := range parquetRows {
		fromParquet = append(fromParquet, row{rec.Name, rec.Condition, string(rec.Status), rec.Accuracy})
	}
	exported, err := os.ReadFile(filepath.Join(dir, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := transfer.Results(s)
	if err != nil {
		t.Fatal(err)
	}
	means, missing := map[string]float64{}, ""
	for _, p := range figure.Summarise(results) {
		means[p.Treatment.String()] = p.Mean
		for _, r := range p.Missing {
			missing += r.Net.String()
		}
	}
	if missing != "1/B3B" || math.Abs(means["BnB"]-0.7) > 1e-12 || math.Abs(means["base"]-0.75) > 1e-12 {
		t.Fatalf("points: means %v, missing %s; want BnB .7 and base .75 without 1/B3B", means, missing)
	}
	want := []string{"0/B3B ok 0.75", "0/baseB ok 0.8", "1/B3B not trained", "1/baseB ok 0.7", "2/B3B ok 0.65"}
	for form, rows := range map[string][]row{
		"show -json": jsonRows(t, must(t, "show", "-json")), "show -csv": csvRows(t, must(t, "show", "-csv")),
		"store ls -json": jsonRows(t, must(t, "store", "ls", "-json")),
		"store ls -csv":  csvRows(t, must(t, "store", "ls", "-csv")),
		"results.csv":    csvRows(t, string(exported)), "results.parquet": fromParquet,
	} {
		var said []string
		sum, count := map[string]float64{}, map[string]float64{}
		for _, r := range rows {
			said = append(said, r.String())
			if r.status == "ok" {
				sum[r.condition] += *r.accuracy
				count[r.condition]++
			}
		}
		if slices.Sort(said); !slices.Equal(said, want) {
			t.Errorf("%s says %q, want %q", form, said, want)
		}
		for condition, mean := range means {
			if math.Abs(sum[condition]/count[condition]-mean) > 1e-12 {
				t.Errorf("%s: mean of %s %v, that of the table is %v", form, condition, sum[condition]/count[condition],
					mean)
			}
		}
	}
	if out := must(t, "show"); !strings.Contains(out, "×1") || !strings.Contains(out, "0.700") ||
		!strings.Contains(out, "1/B3B not trained") {
		t.Errorf("show:\n%s\nwant a mean of .7, and one net not trained", out)
	}
	if out := must(t, "store", "ls"); !strings.Contains(out, "not trained  -") {
		t.Errorf("store ls:\n%s\nwant one net not trained, without accuracy", out)
	}
	key := strings.Repeat("3", 64)
	out := must(t, "store", "show", "333333")
	if !strings.Contains(out, "1/B3B not trained\nits training loss ended at 2.303") ||
		!strings.Contains(out, `"status":"ok"`) {
		t.Errorf("store show:\n%s\nwant the judgement, and the entry as it was written", out)
	}
	if files, err := s.Get(key, "result.json"); err != nil ||
		!strings.Contains(string(files["result.json"]), `"accuracy":0.151`) {
		t.Errorf("the entry after all that: %s, %v", files["result.json"], err)
	}
}
