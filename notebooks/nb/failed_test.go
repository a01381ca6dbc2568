package nb

import (
	"strings"
	"testing"

	"coadapt/transfer"
)

// idle is a net that did not train.
func idle(condition string, n int) transfer.Result {
	r := made(condition, n, 50)
	r.Status = transfer.NotTrained
	return r
}

// A condition of which no net trained lies below one that did, whatever was asked, and a comparison says so in place of
// failing.
func TestNetsThatFailedAreBelow(t *testing.T) {
	results := []transfer.Result{made("base", 0, 950), idle("BnB", 4), made("AnB", 4, 800)}
	text, err := compare(results, "BnB", "base", 4)
	if want := "n = 4: BnB failed: it ends with an accuracy of 0.050, where chance gives 0.050. " +
		"base did not"; err != nil ||
		!strings.HasPrefix(text, want) {
		t.Errorf("%q, %v; want %q", text, err, want)
	}
	if text, err := compare(results, "AnB", "BnB", 4); err != nil || !strings.HasPrefix(text, "n = 4: BnB failed") ||
		!strings.Contains(text, "AnB did not") {
		t.Errorf("%q, %v; want it to say that BnB failed and AnB did not", text, err)
	}
	for _, c := range []struct{ a, b, guess, says string }{
		{"BnB", "base", below, "right"}, {"BnB", "base", alike, "not right"}, {"AnB", "BnB", above, "right"},
		{"AnB", "BnB", below, "not right"},
	} {
		q := Sign{A: c.a, B: c.b, N: 4}.question()
		q.Guess = values{"sign": c.guess}
		if text, err := q.signAgainst(results); err != nil || !strings.Contains(text, "The guess was "+c.says) ||
			!strings.Contains(text, "BnB failed") {
			t.Errorf("%s and %s, guessed %s: %q, %v; want %s", c.a, c.b, c.guess, text, err, c.says)
		}
	}
	if _, err := compare(results, "AnB", "base", 3); err == nil {
		t.Error("a comparison at a cut without nets says something")
	}
	if got := gains(results, transfer.Selffer); !strings.Contains(got, "4: failed") {
		t.Errorf("%q does not say that BnB failed at n = 4", got)
	}
	if got := failedAll(append(results, made("BnB", 4, 940)), transfer.Selffer, 4); got != "" {
		t.Errorf("%q, though one net trained", got)
	}
}
