package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer"

	"github.com/spf13/cobra"
)

// TestBytes: with -bytes the lab is asked for bytes, and the same nets come of it under the same keys, so that they are
// in the store of a run without.
func TestBytes(t *testing.T) {
	var f experimentFlags
	c := &cobra.Command{}
	f.flags(c, defaultGrid)
	line := []string{"--bytes", "--data=shapes:classes=4,train=12,test=8,size=24"}
	if err := c.ParseFlags(line); err != nil {
		t.Fatal(err)
	}
	if cfg, err := f.settled(t.Context(), t.Output()); err != nil || !cfg.Bytes {
		t.Errorf("bytes %v, %v", cfg.Bytes, err)
	}
	results := func(args []string, want string) (all []transfer.Result) {
		status, out, progress := coadapt(t, t.Context(), append(args, "-json")...)
		if status != 0 || !strings.Contains(progress, want) {
			t.Fatalf("status %d: %s", status, progress)
		}
		for line := range strings.Lines(out) {
			var r transfer.Result
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			r.Seconds, r.Hit = 0, false
			all = append(all, r)
		}
		// They are printed as they finish.
		slices.SortFunc(all, func(a, b transfer.Result) int { return strings.Compare(a.Net.String(), b.Net.String()) })
		return all
	}
	floats := results(tiny(t), "4 trained now, 0 from the store")
	args := tiny(t, "-bytes") // in another store
	bytes := results(args, "4 trained now, 0 from the store")
	if len(bytes) != len(floats) {
		t.Fatalf("%d nets of bytes, %d of floats", len(bytes), len(floats))
	}
	for i, want := range floats {
		if bytes[i] != want {
			t.Errorf("of bytes %+v, of floats %+v", bytes[i], want)
		}
	}
	results(args[:len(args)-1], "0 trained now, 4 from the store")
}
