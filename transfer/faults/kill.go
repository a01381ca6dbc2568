//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// lives starts the program again and again and ends each start by end at a random moment, up to n times or until the
// sweep is finished. Once in a while a machine is so slow that no start gets as far as a step; then they are given
// more time.
func (t *trial) lives(ctx context.Context, n int, end func(l *life) (done bool, err error)) (tried int, err error) {
	span, idle, reached := t.span(), 0, 0
	for tried < n {
		l, err := t.begin(ctx, t.workers())
		if err != nil {
			return tried, err
		}
		if !l.runs(t.upTo(span)) {
			return tried, l.want(0)
		}
		done, err := end(l)
		if err != nil {
			return tried, errors.Join(err, l.kill())
		}
		if done {
			if tried++; tried%10 == 0 {
				t.sayf("%s: %d tried in this round", t.name, tried)
			}
		}
		now, err := t.progress()
		if err != nil {
			return tried, err
		}
		if idle++; now > reached {
			idle, reached = 0, now
		}
		if idle == 10 {
			span, idle = 2*span, 0
		}
	}
	return tried, nil
}

// span is the time of some nets: long enough for a start to get somewhere, too short for all of a sweep.
func (t *trial) span() time.Duration {
	return max(t.sweep.first+4*t.sweep.took/time.Duration(len(t.sweep.lines)), 300*time.Millisecond)
}

// killed is SIGKILL at random moments.
func killed(ctx context.Context, t *trial, left int) (int, error) {
	return t.lives(ctx, left, t.kill)
}

// kill kills a worker and counts what it was at.
func (t *trial) kill(l *life) (bool, error) {
	if err := l.kill(); err != nil {
		return false, err
	}
	if !l.killed(syscall.SIGKILL) {
		return false, l.want(0) // it came to its end first
	}
	all, err := t.jobs()
	if err != nil {
		return false, err
	}
	what := "between nets"
	for _, j := range all {
		if j.holder.PID != l.pid() {
			continue
		}
		if what = "before a first checkpoint"; j.step() > 0 {
			what = "with steps kept"
			break
		}
	}
	t.seen[what]++
	return true, nil
}

// interrupted is Ctrl-C once, or so often within a fraction of a second.
func interrupted(times int) func(context.Context, *trial, int) (int, error) {
	return func(ctx context.Context, t *trial, left int) (int, error) {
		return t.lives(ctx, left, func(l *life) (bool, error) {
			for i := range times {
				if i > 0 && !l.runs(t.upTo(20*time.Millisecond)) {
					break
				}
				if err := l.signal(os.Interrupt.(syscall.Signal)); err != nil {
					return false, err
				}
			}
			if err := l.wait(t.limit()); err != nil {
				return false, err
			}
			if l.killed(syscall.SIGINT) { // by the second one, or before the program knew how to take it
				t.seen["ended at once"]++
				return true, nil
			}
			if exit, _ := l.status(); exit == 0 {
				return false, nil
			}
			if err := l.want(130); err != nil {
				return false, err
			}
			if !strings.Contains(l.errs.String(), "the same command goes on") {
				return false, fmt.Errorf("%v does not say how to go on:\n%s", l, l.tail())
			}
			t.seen["ended in order"]++
			return true, nil
		})
	}
}
