//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
)

// caught starts the program and kills it at a moment when it is at a net of which it has kept steps, as the folders
// tell. ok is false where the sweep was finished first.
func (t *trial) caught(ctx context.Context) (j job, ok bool, err error) {
	for range 100 {
		l, err := t.begin(ctx, "-workers=1")
		if err != nil {
			return j, false, err
		}
		from := t.rng.IntN(t.sweep.steps - 2)
		at, err := l.until(t.limit(), "step that is kept", func() (bool, error) {
			all, err := t.training(l.pid())
			return len(all) > 0 && all[0].step() > from, err
		})
		if err != nil {
			return j, false, err
		}
		if !at {
			return j, false, l.want(0)
		}
		l.runs(t.upTo(5e6)) // a moment, so that the kill may fall into a write
		if err := l.kill(); err != nil {
			return j, false, err
		}
		if !l.killed(syscall.SIGKILL) {
			return j, false, l.want(0)
		}
		all, err := t.training(l.pid())
		if err != nil {
			return j, false, err
		}
		if len(all) > 0 { // else it finished the net in that moment
			return all[0], true, nil
		}
	}
	return j, false, errors.New("no net was caught in training in 100 starts")
}

// tornCheckpoints damages the last checkpoint of a net, or all it has; the next start must say so, and begin before it.
func tornCheckpoints(kinds ...damage) func(context.Context, *trial, int) (int, error) {
	return func(ctx context.Context, t *trial, left int) (tried int, err error) {
		for tried < left {
			j, ok, err := t.caught(ctx)
			if err != nil || !ok {
				return tried, err
			}
			some := j.kept[len(j.kept)-1:]
			if t.rng.IntN(2) == 0 {
				some = j.kept
			}
			for _, dir := range some {
				if _, err := t.harm(dir, kinds); err != nil {
					return tried, err
				}
			}
			tried++
			t.seen[fmt.Sprintf("of %d checkpoints", len(some))]++
			l, err := t.begin(ctx, "-workers=1")
			if err != nil {
				return tried, err
			}
			for _, dir := range some {
				said, err := l.until(t.limit(), "word of a torn checkpoint", func() (bool, error) {
					return strings.Contains(l.errs.String(), "checkpoint "+filepath.Base(dir)+" is torn"), nil
				})
				if err != nil {
					return tried, err
				}
				if !said {
					return tried, fmt.Errorf("%s is damaged and nobody said so:\n%s", dir, l.tail())
				}
			}
			if err := l.kill(); err != nil {
				return tried, err
			}
		}
		return tried, nil
	}
}
