package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/sweep"
)

// viewed is a run with a net of every kind.
func viewed(t *testing.T) *sweep.Status {
	t.Helper()
	loss := 1.25
	st := &sweep.Status{
		Record: sweep.Record{ID: "mini-shapes-3f2a9c"},
		Counts: map[sweep.Phase]int{sweep.Done: 2, sweep.Running: 1, sweep.Blocked: 1, sweep.Waiting: 1},
		Share:  0.5,
		Left:   90 * time.Second,
	}
	net := func(name string) transfer.Net {
		n, err := transfer.ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	st.Nets = []sweep.NetStatus{
		{Member: sweep.Member{Net: net("0/baseA")}, Phase: sweep.Done, Status: transfer.OK},
		{
			Member: sweep.Member{Net: net("0/baseB")},
			Phase:  sweep.Done,
			Status: transfer.Diverged,
			Reason: "the loss is NaN at step 7",
		},
		{
			Member: sweep.Member{Net: net("0/A3B"), Steps: 10},
			Phase:  sweep.Running,
			Step:   5,
			Loss:   &loss,
			Rate:   820,
			Worker: "host, process 123",
		},
		{Member: sweep.Member{Net: net("0/B3B")}, Phase: sweep.Blocked, Reason: "its parent 0/baseB diverged"},
		{Member: sweep.Member{Net: net("0/A5B")}, Phase: sweep.Waiting, Scheduler: "job 7_1 pending (Priority)"},
	}
	return st
}

const viewedLines = `mini-shapes-3f2a9c: 2 of 5 done, 1 running, 1 waiting, 1 blocked, about 1m30s left
██████████░░░░░░░░░░  50%

n          whole         3         5
base         2/2                    
BnB                    0/1          
AnB                    0/1       0/1

in training
  0/A3B        ████████░░░░░░░░ step 5/10  loss 1.25  820 images/s  host, process 123

without a result
  0/baseB      diverged: the loss is NaN at step 7
  0/B3B        blocked: its parent 0/baseB diverged

at the scheduler
  0/A5B        waiting, job 7_1 pending (Priority)`

// TestStatusLines: all of a run, and as much of it as a small terminal takes.
func TestStatusLines(t *testing.T) {
	st := viewed(t)
	if got := strings.Join(statusLines(st, 28, 100), "\n"); got != viewedLines {
		t.Errorf("got\n%s\nwant\n%s", got, viewedLines)
	}
	for height := 1; height < 20; height++ {
		if got := len(statusLines(st, 28, height)); got > height {
			t.Errorf("%d lines on a terminal of %d", got, height)
		}
	}
	for range 20 {
		st.Nets = append(st.Nets, st.Nets[3])
	}
	if got := strings.Join(statusLines(st, 28, 18), "\n"); !strings.Contains(got, "  and ") ||
		!strings.Contains(got, " more") {
		t.Errorf("21 blocked nets on 18 lines, and none is said to be left out:\n%s", got)
	}
}

// TestView: each drawing covers the last one, notes stand below, and no text takes two lines.
func TestView(t *testing.T) {
	var out bytes.Buffer
	v, st := newView(&out), viewed(t)
	st.Nets[3].Reason = "two\nlines"
	v.draw(st)
	first := strings.Count(out.String(), "\n")
	if strings.Contains(out.String(), "A\x1b") || first != strings.Count(viewedLines, "\n")+1 ||
		!strings.Contains(out.String(), "blocked: two lines\x1b[K\n") {
		t.Errorf("%d lines: %q", first, out.String())
	}
	for i := range maxNotes + 1 {
		v.note(fmt.Sprint("number ", i))
	}
	out.Reset()
	v.draw(st)
	if got := out.String(); !strings.HasPrefix(got, fmt.Sprintf("\x1b[%dA", first)) ||
		strings.Contains(got, "number 0") ||
		!strings.HasSuffix(got, "note: number 3\x1b[K\n\x1b[J") {
		t.Errorf("again: %q", got)
	}
	if got := clip("äöüxyz", 4); got != "äöü…" {
		t.Errorf("clipped to %q", got)
	}
}
