package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// command is a program that set-up runs; what it prints goes to logs/NAME.log, and its end into the error when it
// fails.
type command struct {
	log   string // name of the log
	argv  []string
	dir   string
	env   []string
	count *regexp.Regexp // lines to count as progress; nil: time only
	unit  string         // what such a line tells of: "packages"
	total int            // how many will come, 0 when not known
}

// interruptible is a command that is interrupted when ctx ends, so that it tidies up after itself, and killed when that
// takes long.
func interruptible(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	return cmd
}

// run runs c until it ends or ctx does.
func (s *site) run(ctx context.Context, c command) error {
	if err := os.MkdirAll(s.home.Logs(), 0o755); err != nil {
		return err
	}
	logName := filepath.Join(s.home.Logs(), c.log+".log")
	logFile, err := os.Create(logName)
	if err != nil {
		return err
	}
	defer logFile.Close()
	w := &watcher{log: logFile, count: c.count}
	cmd := interruptible(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, w, w
	stop := s.progress(c, w)
	err = cmd.Run()
	stop()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w\n%s(all it printed: %s)", strings.Join(c.argv[:min(3, len(c.argv))], " "), err,
		w.tail(25), logName)
}

// progress shows that c is going on: a bar on a terminal, for one command at a time, else a plain line now and then. It
// returns what ends it.
func (s *site) progress(c command, w *watcher) (stop func()) {
	every := 15 * time.Second
	var bar *progressbar.ProgressBar
	if s.terminal {
		every = 200 * time.Millisecond
		bar = s.takeBar(c)
	}
	ctx, quit := context.WithCancel(context.Background())
	var drawing sync.WaitGroup
	start := time.Now()
	drawing.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			switch {
			case bar != nil:
				s.mu.Lock()
				_ = bar.Set(w.counted()) // drawing may fail without harm
				s.mu.Unlock()
			case s.terminal:
				bar = s.takeBar(c)
			case w.counted() > 0:
				s.say("      %s: %d %s after %.0f s", c.log, w.counted(), c.unit, time.Since(start).Seconds())
			default:
				s.say("      %s: %.0f s", c.log, time.Since(start).Seconds())
			}
		}
	})
	return func() {
		quit()
		drawing.Wait()
		if bar != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			_ = bar.Finish()
			s.bar = nil
		}
	}
}

// takeBar makes the terminal's bar for a command, or returns nil while another has it.
func (s *site) takeBar(c command) *progressbar.ProgressBar {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		return nil
	}
	s.bar = progressbar.NewOptions(
		cmp.Or(c.total, -1),
		progressbar.OptionSetWriter(s.out),
		progressbar.OptionSetDescription("      "+c.log+" "+c.unit),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionSetElapsedTime(true),
	)
	return s.bar
}

// watcher passes what a program prints to its log, keeps it for an error message and counts the lines that tell of
// progress.
type watcher struct {
	mu    sync.Mutex
	log   io.Writer
	count *regexp.Regexp
	text  bytes.Buffer
}

// Write takes a piece of output.
func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	return w.log.Write(p)
}

// counted is how many whole lines tell of progress.
func (w *watcher) counted() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range bytes.Lines(w.text.Bytes()) {
		if w.count != nil && bytes.HasSuffix(line, []byte("\n")) && w.count.Match(line) {
			n++
		}
	}
	return n
}

// tail is the last n lines.
func (w *watcher) tail(n int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := strings.SplitAfter(strings.TrimRight(w.text.String(), "\n")+"\n", "\n")
	return strings.Join(lines[max(0, len(lines)-1-n):], "")
}
