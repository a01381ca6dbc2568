package main

import (
	"io"
	"strings"
	"testing"
)

// TestSoakRefuses: before anything is set up.
func TestSoakRefuses(t *testing.T) {
	s, _ := testSite(t)
	for want, opt := range map[string]soakOptions{"-kills 0": {}, "-minutes -1": {kills: 1, minutes: -1}} {
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
