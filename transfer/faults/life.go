//go:build unix

package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// launch is how a program is started.
type launch struct {
	args  []string
	env   []string             // on top of the harness's own
	attr  *syscall.SysProcAttr // nil: none
	under []string             // a program that execs it, and its arguments
}

// life is one start of the program, to its end.
type life struct {
	args  []string
	cmd   *exec.Cmd
	out   output // one JSON object a net
	errs  output
	ended chan struct{}
}

// output may be read while the program writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts the program; where ctx ends it is killed.
func (h *harness) start(ctx context.Context, how launch) (*life, error) {
	argv := append(append(how.under, h.program), how.args...)
	l := &life{args: how.args, cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), ended: make(chan struct{})}
	l.cmd.Dir, l.cmd.Env = h.dir, append(append(os.Environ(), h.env...), how.env...)
	l.cmd.Stdout, l.cmd.Stderr = io.Writer(&l.out), io.Writer(&l.errs)
	l.cmd.SysProcAttr = how.attr
	if l.cmd.SysProcAttr == nil {
		l.cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	l.cmd.SysProcAttr.Setpgid = true // the terminal's Ctrl-C is for the harness
	l.cmd.Cancel = func() error { return syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL) }
	l.cmd.WaitDelay = 10 * time.Second
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = l.cmd.Wait() // status() has it
		close(l.ended)
	}()
	return l, nil
}

// pid of the process.
func (l *life) pid() int { return l.cmd.Process.Pid }

// signal sends a signal to the program; to one that has ended is no error.
func (l *life) signal(s syscall.Signal) error {
	if err := l.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%v to process %d: %w", s, l.pid(), err)
	}
	return nil
}

// runs says whether it has not ended after d.
func (l *life) runs(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.ended:
		return false
	case <-timer.C:
		return true
	}
}

// wait waits for the program's end, for limit at most; one that goes on is killed and an error.
func (l *life) wait(limit time.Duration) error {
	if !l.runs(limit) {
		return nil
	}
	err := fmt.Errorf("%v did not end within %v:\n%s", l, limit, l.tail())
	return errors.Join(err, l.kill())
}

// kill ends it at once.
func (l *life) kill() error {
	if err := l.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-l.ended
	return nil
}

// status is that of its end: an exit status, or the signal that ended it.
func (l *life) status() (exit int, by syscall.Signal) {
	<-l.ended
	s, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && s.Signaled() {
		return -1, s.Signal()
	}
	return l.cmd.ProcessState.ExitCode(), 0
}

// killed says that it was, by that signal.
func (l *life) killed(s syscall.Signal) bool {
	_, by := l.status()
	return by == s
}

// want is an error where it ended with another status.
func (l *life) want(statuses ...int) error {
	exit, by := l.status()
	for _, s := range statuses {
		if by == 0 && exit == s {
			return nil
		}
	}
	ending := fmt.Sprintf("ended with status %d", exit)
	if by != 0 {
		ending = fmt.Sprintf("was ended by %v", by)
	}
	return fmt.Errorf("%v %s, want status %v:\n%s", l, ending, statuses, l.tail())
}

func (l *life) String() string { return "coadapt " + strings.Join(l.args, " ") }

// tail is the end of what it printed.
func (l *life) tail() string {
	lines := strings.SplitAfter(l.errs.String(), "\n")
	text := strings.Join(lines[max(0, len(lines)-20):], "")
	out := l.out.String()
	return text + out[max(0, len(out)-1000):]
}

// until polls for something to become true while the program runs; false: it ended before.
func (l *life) until(limit time.Duration, what string, is func() (bool, error)) (bool, error) {
	for deadline := time.Now().Add(limit); ; {
		yes, err := is()
		if yes || err != nil {
			return yes, err
		}
		if !l.runs(time.Millisecond) {
			return is()
		}
		if time.Now().After(deadline) {
			return false, errors.Join(fmt.Errorf("%v: no %s within %v:\n%s", l, what, limit, l.tail()), l.kill())
		}
	}
}

// says is an error where the program did not print a text to its user.
func says(l *life, text string) error {
	if !strings.Contains(l.errs.String(), text) {
		return fmt.Errorf("%v does not say %q:\n%s", l, text, l.tail())
	}
	return nil
}
