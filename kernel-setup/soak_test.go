package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"coadapt/transfer/faults"
)

// TestSoakRefuses: before anything is set up.
func TestSoakRefuses(t *testing.T) {
	s, _ := testSite(t)
	for want, opt := range map[string]faults.Options{"-kills 0": {}, "-minutes -1": {Kills: 1, Long: -time.Minute}} {
		if err := s.soak(t.Context(), opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", opt, err, want)
		}
	}
	c, _, err := rootCommand(io.Discard).Find([]string{"soak"})
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Flags().Lookup("kills"); f == nil || f.DefValue != "100" {
		t.Errorf("-kills %+v, want 100 where nothing is said", f)
	}
}
