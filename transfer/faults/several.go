//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// together has several runners at one store. Up to kills times, one of them is killed and started again. No net may
// be trained to its end twice.
func together(runners, kills int) func(context.Context, *trial, int) (int, error) {
	return func(ctx context.Context, t *trial, left int) (tried int, err error) {
		all := make([]*life, runners)
		var past []*life
		for i := range all {
			if all[i], err = t.begin(ctx, t.workers()); err != nil {
				return tried, err
			}
		}
		for tried < min(left, kills) {
			i := t.rng.IntN(runners)
			if !all[i].runs(t.upTo(t.span())) {
				break // it says that the sweep is finished
			}
			done, err := t.kill(all[i])
			if err != nil {
				return tried, err
			}
			if done {
				tried++
			}
			past = append(past, all[i])
			if all[i], err = t.begin(ctx, t.workers()); err != nil {
				return tried, err
			}
		}
		for _, l := range all {
			if err := errors.Join(l.wait(t.limit()), l.want(0)); err != nil {
				return tried, err
			}
		}
		sum := make(map[string]int)
		for _, l := range append(past, all...) {
			_, trained, err := readLines(l.out.String())
			if err != nil {
				return tried, err
			}
			for net, n := range trained {
				sum[net] += n
			}
		}
		for net := range t.sweep.lines {
			if n := sum[net]; n > 1 || n == 0 && kills == 0 {
				return tried, fmt.Errorf("net %s was trained to its end %d times, by %d runners", net, n, runners)
			}
		}
		if kills == 0 {
			tried++
		}
		return tried, nil
	}
}

// stuck stops a worker in the midst of a net. A second one must wait for its lease to run out and take over; the
// first one, when it goes on, must notice. It goes on while the second one is at its net, or after the second one's
// end.
func stuck(ctx context.Context, t *trial, _ int) (tried int, err error) {
	t.how.env = []string{shortLease}
	first, err := t.begin(ctx, "-workers=1", "-checkpoint=1ns")
	if err != nil {
		return 0, err
	}
	from := t.rng.IntN(t.sweep.steps / 2)
	working, err := first.until(t.limit(), "step that is kept", func() (bool, error) {
		all, err := t.training(first.pid())
		return len(all) > 0 && all[0].step() > from, err
	})
	if err != nil || !working {
		return 0, errors.Join(err, first.want(0))
	}
	if err := first.signal(syscall.SIGSTOP); err != nil {
		return 0, err
	}
	if !first.runs(50 * time.Millisecond) { // all of its threads have stopped by then
		return 0, first.want(0)
	}
	at, err := t.training(first.pid())
	if err != nil {
		return 0, err
	}
	if len(at) != 1 || at[0].step() > t.sweep.steps-3 {
		return 0, first.kill() // it is between two nets, or might finish this one in one step: nothing to notice
	}
	second, err := t.begin(ctx, "-workers=1")
	if err != nil {
		return 0, err
	}
	early := t.rng.IntN(2) == 0
	_, err = second.until(t.limit(), "takeover", func() (bool, error) {
		all, err := t.training(second.pid())
		if !early || err != nil {
			return false, err
		}
		return len(all) > 0 && all[0].dir == at[0].dir, nil
	})
	if err != nil {
		return 1, err
	}
	t.seen[map[bool]string{true: "went on beside the other", false: "went on after the other"}[early]]++
	if err := first.signal(syscall.SIGCONT); err != nil {
		return 1, err
	}
	for _, l := range []*life{second, first} {
		if err := errors.Join(l.wait(t.limit()), l.want(0)); err != nil {
			return 1, err
		}
	}
	for l, want := range map[*life]string{second: "being worked on by", first: "taken over"} {
		if err := says(l, want); err != nil {
			return 1, err
		}
	}
	return 1, nil
}
