package transfer

import (
	"encoding/json"
	"strings"
	"testing"
)

// An editor's mark before the first line, other systems' line ends and long lines are no reason to refuse nets.
func TestReadResultsOfAnEditor(t *testing.T) {
	line, err := json.Marshal(Result{Net: Net{Split: "0", Target: B}, Status: OK, Accuracy: 0.5, Tested: 2, Correct: 1})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Replace(string(line), "{", "{"+strings.Repeat(" ", 100_000), 1)
	got, err := ReadResults(strings.NewReader("\ufeff" + string(line) + "\r\n\r\n" + long + "\r\n"))
	if err != nil || len(got) != 2 || got[0].Accuracy != 0.5 || got[1].Correct != 1 {
		t.Errorf("%+v, %v; want two nets", got, err)
	}
	if _, err := ReadResults(strings.NewReader(string(line) + "\n\ufeff{}")); err == nil ||
		!strings.Contains(err.Error(), "line 2") {
		t.Errorf("a mark in the second line: %v, want an error that names the line", err)
	}
}
