package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"coadapt/transfer"
)

// TestBar: on a terminal one line is drawn over and over, with the net, its
// step and the estimate; a notice gets a line of its own.
func TestBar(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, true)
	e := transfer.Event{
		Progress: transfer.Progress{Net: transfer.Net{Split: "0", Target: transfer.B}, Step: 5, Steps: 10, Loss: 1.5},
		Total:    4,
		Share:    0.125,
		Left:     90 * time.Second,
	}
	p.event(e)
	p.event(transfer.Event{Notice: "look here"})
	text := out.String()
	for _, want := range []string{"0/4 0/baseB step 5/10 loss 1.50", "about 1m30s left", "12%", "note: look here\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the bar lacks %q: %q", want, text)
		}
	}
	if strings.Count(text, "\n") != 1 {
		t.Errorf("the bar leaves lines behind: %q", text)
	}
}

// TestPlain: elsewhere there is a line for each net that is trained and silence
// between; hits are counted at the end.
func TestPlain(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, false)
	n := transfer.Net{Split: "0", Target: transfer.B}
	for k := range 100 {
		p.event(transfer.Event{Progress: transfer.Progress{Net: n, Step: k, Steps: 100}, Total: 2})
	}
	p.event(transfer.Event{
		Progress: transfer.Progress{Net: n},
		Done:     1,
		Total:    2,
		Result:   &transfer.Result{Net: n, Status: transfer.OK, Hit: true},
	})
	p.event(transfer.Event{
		Progress: transfer.Progress{Net: n},
		Done:     1,
		Total:    2,
		Result:   &transfer.Result{Net: n, Status: transfer.OK, Accuracy: 0.25, Seconds: 2},
	})
	p.event(transfer.Event{
		Progress: transfer.Progress{Net: n},
		Done:     2,
		Total:    2,
		Result:   &transfer.Result{Net: n, Status: transfer.Diverged, Reason: "the loss is NaN"},
	})
	if got, want := out.String(),
		"1/2 0/baseB accuracy 0.250, 2.0 s\n2/2 0/baseB diverged (the loss is NaN)\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
