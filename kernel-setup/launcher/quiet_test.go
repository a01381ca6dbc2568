package main

import (
	"bytes"
	"slices"
	"testing"
)

// The lines are those of GoNB v0.11.5.
func TestTestLinesOfGoNBAreLeftOut(t *testing.T) {
	const mark = " 19786 main.go:187] \x1b[7;39;32m[bb61f5b9]\x1b[0m "
	var out bytes.Buffer
	log := &quietLog{out: &out}
	const kept = "I1129 05:35:27.306111 19786 main.go:222] kernel created\nE1129 kernel.go:7] Error message\nthe end"
	text := "I1129 05:35:27.302092" + mark + "Logging to extra logger configured\nI1129" + mark +
		"Info message\nW1129" + mark + "Warning message\nE1129" + mark + "Error message\n" + kept
	for piece := range slices.Chunk([]byte(text), 7) {
		if n, err := log.Write(piece); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	log.flush()
	if got := out.String(); got != kept {
		t.Errorf("the log is %q, want %q", got, kept)
	}
}
