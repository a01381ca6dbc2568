package reference

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"coadapt/transfer"
)

func results(t *testing.T, rule transfer.Selection) []transfer.Result {
	t.Helper()
	all, err := Results(rule)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestWhatWasLogged: 148 of 170 directories have logs (../shared/reference/recipe.md, "Logs: completeness").
func TestWhatWasLogged(t *testing.T) {
	nets, err := Nets()
	if err != nil {
		t.Fatal(err)
	}
	logged := 0
	for _, n := range nets {
		if n.Logged {
			logged++
			if n.Final <= 0 || n.Best < n.Final-1e-9 || n.Best < n.Best10-1e-9 || n.Best > 1 || n.TestLoss <= 0 ||
				n.TrainLoss <= 0 {
				t.Errorf("%s: %+v", n.Paper(), n)
			}
		} else if n.Role != "BnB+" && n.Role != "AnB+" {
			t.Errorf("%s, %s, has no log; only fine-tuned nets lack one", n.Paper(), n.Role)
		}
	}
	if len(nets) != 170 || logged != 148 {
		t.Errorf("%d nets, %d logged, want 170 and 148", len(nets), logged)
	}
}

// TestStuck lists the nets that did not train: 5 to 100 images a class, and three and more layers of random filters
// (../shared/reference/figures.md, figures 3 and 4).
func TestStuck(t *testing.T) {
	var idle []string
	for _, r := range results(t, transfer.BestTen) {
		if r.Status == transfer.NotTrained {
			idle = append(idle, r.Key)
		}
	}
	want := []string{"reduced-0005", "reduced-0010", "reduced-0025", "reduced-0050", "reduced-0100", "nolearn_1_3",
		"nolearn_1_4", "nolearn_1_5", "nolearn_1_6", "nolearn_1_7"}
	if !slices.Equal(idle, want) {
		t.Errorf("not trained are %v, want %v", idle, want)
	}
}

// TestBaseMeans: the eight base nets average 0.6251 by best-10 and 0.6245 at the last iteration, sd 0.0055
// (figures.md, figure 2).
func TestBaseMeans(t *testing.T) {
	for rule, want := range map[transfer.Selection]float64{transfer.BestTen: 0.6251, transfer.Final: 0.6245} {
		var sum, n float64
		for _, r := range results(t, rule) {
			if r.Net.Treatment == transfer.Base && r.Net.Target != transfer.Whole && r.Net.Split != "natman" {
				sum, n = sum+r.Accuracy, n+1
			}
		}
		if n != 8 || math.Abs(sum/n-want) > 5e-5 {
			t.Errorf("%s: mean %.5f of %v base nets, want %v of 8", rule, sum/n, n, want)
		}
	}
}

// TestAgainstTheSource compares every number with the table that it came from.
func TestAgainstTheSource(t *testing.T) {
	data := os.Getenv("COADAPT_TEST_DATA")
	if data == "" {
		t.Skip("COADAPT_TEST_DATA names no folder of test data, beside which the table would be")
	}
	f, err := os.Open(filepath.Join(data, "..", "reference", "yosinski2014_results.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := func(name string) int { return slices.Index(rows[0], name) }
	nets, err := Nets()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Net{}
	for _, n := range nets {
		byName[n.Paper()] = n
	}
	for _, row := range rows[1:] {
		n, ok := byName[row[col("net")]]
		if !ok {
			t.Errorf("no %s", row[0])
			continue
		}
		for name, got := range map[string]float64{"final_top1": n.Final, "top10mean_top1": n.Best10,
			"best_top1": n.Best, "final_test_loss": n.TestLoss, "train_loss_last1000it_mean": n.TrainLoss} {
			text := row[col(name)]
			if (text != "") != n.Logged {
				t.Errorf("%s: logged %v, the source has %q", n.Paper(), n.Logged, text)
				continue
			}
			if want, _ := strconv.ParseFloat(text, 64); got != want {
				t.Errorf("%s: %s is %v, want %v", n.Paper(), name, got, want)
			}
		}
	}
}
