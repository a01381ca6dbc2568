package transfer

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// idle is a net as an entry of a store has it: its training came to the end, at the loss of a guess.
func idle(t *testing.T) Result {
	return Result{
		Net:           net(t, "0/B3B"),
		Status:        OK,
		Accuracy:      0.15,
		Correct:       3,
		Tested:        20,
		Loss:          2.3,
		TrainLoss:     math.Log(10),
		Classes:       10,
		Best10:        0.2,
		CleanAccuracy: 0.25,
		CleanLoss:     2.25,
		CleanTested:   8,
		Key:           "abcdef01",
	}
}

// TestJudgedOnReading: an entry that says ok is read as what it is; as a row it has losses and no accuracy; read
// again, it is the same.
func TestJudgedOnReading(t *testing.T) {
	entry, err := json.Marshal(idle(t))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(entry), `"status":"ok"`) || !strings.Contains(string(entry), `"accuracy":0.15,`) {
		t.Errorf("an entry is not what was measured: %s", entry)
	}
	var got Result
	if err := json.Unmarshal(entry, &got); err != nil || got != idle(t).Judged() || got.Status != NotTrained {
		t.Fatalf("%+v, %v; want %+v", got, err, idle(t).Judged())
	}
	row := got.Record()
	if row.Status != NotTrained || row.Accuracy != nil || row.Best10 != nil || row.CleanAccuracy != nil ||
		*row.Loss != 2.3 ||
		*row.TrainLoss != math.Log(10) ||
		*row.CleanLoss != 2.25 {
		t.Errorf("as a row: %+v", row)
	}
	line, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := got
	// accuracies are no part of a row that is not ok; this one follows from its counts
	want.Best10, want.CleanAccuracy = 0, 0
	if err := json.Unmarshal(line, &got); err != nil || got != want {
		t.Errorf("read again: %+v, %v; want %+v", got, err, want)
	}
}

// TestSelectWithoutNumber: nets that are no numbers go under the rule of the others, so that one table can hold all.
func TestSelectWithoutNumber(t *testing.T) {
	for _, status := range []Status{NotTrained, Diverged, Blocked} {
		r, err := Result{Net: net(t, "0/B3B"), Status: status}.Select(BestTen)
		if err != nil || r.Selection != BestTen || r.Status != status {
			t.Errorf("%s: %+v, %v", status, r, err)
		}
		if r, err = r.Select(Final); err != nil || r.Selection != "" {
			t.Errorf("%s back: %+v, %v", status, r, err)
		}
	}
}

// TestPoorBaseServes: a base net that never left the plateau is no number, and its children are trained from it, from
// this Lab and the next.
func TestPoorBaseServes(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe.Rate.Base = 1e-9 // two classes: the loss stays at ln 2
	for _, hit := range []bool{false, true} {
		got, err := collect(t, lab(t, cfg), "baseA", map[bool]string{false: "A1B", true: "A2B"}[hit])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			if r.Status != NotTrained || r.Hit != (hit && r.Net.Treatment == Base) {
				t.Errorf("%s: %s, hit %v (%s); want not trained", r.Net, r.Status, r.Hit, r.Reason)
			}
		}
		if len(got) != 2 {
			t.Errorf("%d nets, want 2", len(got))
		}
	}
	for r, err := range All(cfg.Store) {
		if err != nil || r.Status != NotTrained {
			t.Errorf("in the store: %s %s, %v", r.Net, r.Status, err)
		}
		files, err := cfg.Store.Get(r.Key)
		if err != nil || files[weightsFile] == nil || !strings.Contains(string(files[resultFile]), `"status": "ok"`) {
			t.Errorf("entry of %s, %v: weights %v, %s; want weights, and what was measured", r.Net, err,
				files[weightsFile] != nil, files[resultFile])
		}
	}
}
