package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestCommandFailureTellsTheEnd(t *testing.T) {
	s, _ := testSite(t)
	err := s.run(t.Context(), command{log: "try",
		argv: []string{"/bin/sh", "-c", "for i in $(seq 100); do echo line $i; done; echo last words >&2; exit 7"}})
	if err == nil || !strings.Contains(err.Error(), "last words") || strings.Contains(err.Error(), "line 10\n") ||
		!strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("got error %v", err)
	}
	log, err := os.ReadFile(filepath.Join(s.home.Logs(), "try.log"))
	if err != nil || !strings.Contains(string(log), "line 10\n") {
		t.Errorf("the log lacks the output: %v", err)
	}
}

func TestCommandCancelled(t *testing.T) {
	s, _ := testSite(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := s.run(ctx, command{log: "try", argv: []string{"/bin/sh", "-c", "exec sleep 30"}})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("got error %v after %v", err, time.Since(start))
	}
}

func TestWatcher(t *testing.T) {
	var log strings.Builder
	w := &watcher{log: &log, count: regexp.MustCompile(`^Collecting `)}
	for _, piece := range []string{"Coll", "ecting a\nCollecting b\nSaved", " x\n not Collecting c\n", "Collecting d"} {
		fmt.Fprint(w, piece)
	}
	if w.counted() != 2 {
		t.Errorf("counted %d whole lines, want 2", w.counted())
	}
	if got := w.tail(2); got != " not Collecting c\nCollecting d\n" {
		t.Errorf("the tail is %q", got)
	}
	if !strings.HasSuffix(log.String(), "Collecting d") {
		t.Errorf("the log is %q", log.String())
	}
}
