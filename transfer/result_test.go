package transfer

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestResultJSON(t *testing.T) {
	want := Result{Net: Net{Split: "natman", Seed: 2, Target: B, Treatment: TransferPlus, N: 4}, Status: OK,
		Accuracy: 0.25, Correct: 5, Tested: 20,
		Loss: 1.5, TrainLoss: 1.25, Classes: 10, Steps: 100, Images: 6400, Seconds: 3.5, Data: "d", Arch: "mini",
		Experiment: "e1",
		Key:        "abcdef01", Hit: true}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{`"name":"natman/A4B+#2"`, `"n":4`, `"condition":"AnB+"`, `"split":"natman"`,
		`"seed":2`, `"accuracy":0.25`,
		`"loss":1.5`, `"status":"ok"`, `"steps":100`, `"seconds":3.5`, `"key":"abcdef01"`} {
		if !strings.Contains(string(data), field) {
			t.Errorf("%s lacks %s", data, field)
		}
	}
	var got Result
	if err := json.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("read back %+v, %v; want %+v", got, err, want)
	}
}

func TestDivergedHasNoNumbers(t *testing.T) {
	r := Result{Net: Net{Split: "0", Target: A}, Status: Diverged, Reason: "the loss is NaN at step 3", Accuracy: 0.9,
		Loss: 1}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"accuracy":null`) || !strings.Contains(string(data), `"loss":null`) {
		t.Errorf("a diverged net has numbers: %s", data)
	}
	var got Result
	if err := json.Unmarshal(data, &got); err != nil || got.Status != Diverged || got.Accuracy != 0 {
		t.Errorf("read back %+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"name":"baseA","status":"ok"}`), &got); err == nil {
		t.Error("an ok result without accuracy was taken")
	}
}
