package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tookTime is the part of the last line that differs from one run to the next.
var tookTime = regexp.MustCompile(` in [0-9.]+m?s:`)

// without is args less some flags that have a value of their own.
func without(args []string, flags ...string) (kept []string) {
	for i := 0; i < len(args); i++ {
		if slices.Contains(flags, args[i]) {
			i++
			continue
		}
		kept = append(kept, args[i])
	}
	return kept
}

// TestOneGridAndOneCount: plan, run and curve speak of the same nets where no grid is named, and they and status count
// the same, parents too.
func TestOneGridAndOneCount(t *testing.T) {
	small := tiny(t)[1:]
	numbers := func(out string) (n struct{ Nets, Hits, Misses, Total int }) {
		t.Helper()
		var lists struct{ Nets json.RawMessage } // status lists its nets under the same name
		if err := json.Unmarshal([]byte(out), &lists); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if strings.HasPrefix(string(lists.Nets), "[") {
			out = strings.Replace(out, `"nets":`, `"list":`, 1)
		}
		if err := json.Unmarshal([]byte(out), &n); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		return n
	}
	plan := append([]string{"plan", "-json", "-images-per-second", "1000"}, small...)
	if n := numbers(must(t, plan...)); n.Nets != 4 || n.Misses != 4 {
		t.Errorf("plan: %+v, want the four nets of curve", n)
	}
	for _, c := range []struct {
		verb  string
		more  []string
		said  string
		total int
	}{
		{verb: "curve", more: []string{"-nets", "0/A3B,0/R3B"},
			said: "3 nets, one a parent of those asked for in 0s: 3 trained now, 0 from the store", total: 3},
		{verb: "curve", more: []string{"-nets", "0/A3B,0/R3B"},
			said: "3 nets, one a parent of those asked for in 0s: 0 trained now, 3 from the store", total: 3},
		{verb: "curve", said: "4 nets in 0s: 1 trained now, 3 from the store", total: 4},
		{verb: "run", said: "4 nets in 0s: 0 trained now, 4 from the store", total: 4},
	} {
		args := append([]string{c.verb}, small...)
		if len(c.more) > 0 { // -nets settles what these choose
			args = append([]string{c.verb}, without(small, "-n", "-treatments")...)
		}
		status, _, said := coadapt(t, t.Context(), append(args, c.more...)...)
		said = tookTime.ReplaceAllString(said, " in 0s:")
		if status != 0 || !strings.Contains(said, c.said) {
			t.Errorf("%s %v: status %d\n%s\nwant %q", c.verb, c.more, status, said, c.said)
		}
		if n := numbers(must(t, "status", "-json")); n.Total != c.total {
			t.Errorf("status after %s %v counts %d nets, want %d", c.verb, c.more, n.Total, c.total)
		}
	}
}
