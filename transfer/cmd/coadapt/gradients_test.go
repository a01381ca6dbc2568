package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGradients prints the first steps of a net as a table, as CSV with a line for each layer that learns, and as a
// figure.
func TestGradients(t *testing.T) {
	args := append([]string{"gradients"}, tiny(t)[1:]...)
	file := filepath.Join(t.TempDir(), "g.svg")
	status, out, errs := coadapt(t, t.Context(),
		append(args, "-nets", "0/B3B", "-first", "3", "-csv", "-figure", file)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 1+3*5 || lines[0] != "name,step,loss,layer,gradient,weights" ||
		!strings.HasPrefix(lines[1], "0/B3B,1,") ||
		!strings.Contains(lines[1], ",conv4,") {
		t.Errorf("%d lines, want a head and five layers above conv3 in three steps:\n%s", len(lines), out)
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("no figure: %v", err)
	}
	status, out, errs = coadapt(t, t.Context(), append(args, "-nets", "0/B3B", "-first", "3")...)
	if status != 0 || strings.Count(out, "0/B3B") != 3 || !strings.Contains(out, "conv4") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	for given, want := range map[string]string{"": "-nets", "-nets 0/B3B -first 0": "-first 0",
		"-nets 0/B3B -first 9": "9 steps, want 1 to 3"} {
		status, _, errs := coadapt(t, t.Context(), append(args, strings.Fields(given)...)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", given, status, errs, want)
		}
	}
}
