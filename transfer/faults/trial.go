//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"coadapt/transfer/store"
)

// trial is a round of faults in a store of its own.
type trial struct {
	*harness
	name  string // of the fault
	sweep *sweep
	dir   string
	store string
	rng   *rand.Rand
	seen  map[string]int
	how   launch // of every start: environment, user
}

// limit is how long a start of the program may take before it counts as hung.
func (t *trial) limit() time.Duration { return limitLeast + 20*t.sweep.took }

// begin starts the sweep with checkpoints after every step, or nearly.
func (t *trial) begin(ctx context.Context, more ...string) (*life, error) {
	how := t.how
	how.args = t.train(t.sweep, t.store, append([]string{"-checkpoint", t.often().String()}, more...)...)
	return t.start(ctx, how)
}

// often is a time between checkpoints: every step is kept, or some are.
func (t *trial) often() time.Duration {
	return []time.Duration{time.Nanosecond, time.Nanosecond, 30 * time.Millisecond,
		100 * time.Millisecond}[t.rng.IntN(4)]
}

// workers is a flag for one worker or two.
func (t *trial) workers() string { return "-workers=" + strconv.Itoa(1+t.rng.IntN(2)) }

// upTo is a random time below d.
func (t *trial) upTo(d time.Duration) time.Duration { return time.Duration(t.rng.Int64N(int64(d))) }

// tool runs coadapt to its end.
func (t *trial) tool(ctx context.Context, args ...string) (*life, error) {
	how := t.how
	how.args = append(args, "-store", t.store)
	l, err := t.start(ctx, how)
	if err != nil {
		return nil, err
	}
	return l, l.wait(t.limit())
}

// finish runs the sweep to its end.
func (t *trial) finish(ctx context.Context) (*life, error) {
	l, err := t.begin(ctx, t.workers())
	if err != nil {
		return nil, err
	}
	return l, errors.Join(l.wait(t.limit()), l.want(0))
}

// settle runs the sweep to its end and compares what there is then with what an undisturbed run makes.
func (t *trial) settle(ctx context.Context) error {
	l, err := t.finish(ctx)
	if err != nil {
		return err
	}
	lines, _, err := readLines(l.out.String())
	if err != nil {
		return err
	}
	if err := differences("net", lines, t.sweep.lines, sameLine); err != nil {
		return err
	}
	for _, args := range [][]string{{"store", "verify"}, {"store", "gc"}} {
		l, err := t.tool(ctx, args...)
		if err := errors.Join(err, l.want(0)); err != nil {
			return err
		}
	}
	kept, err := readStore(t.store)
	if err != nil {
		return err
	}
	if err := differences("entry", kept, t.sweep.kept, sameEntry); err != nil {
		return err
	}
	left, err := os.ReadDir(filepath.Join(t.store, "work"))
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("work folder of %s is left over, with %d others", left[0].Name(), len(left)-1)
	}
	return err
}

// job is a net that was begun.
type job struct {
	dir    string
	holder store.Holder
	held   bool     // its holder may be alive
	kept   []string // folders of checkpoints, the last one last
}

// step is that of the last checkpoint, 0 where there is none.
func (j job) step() int {
	if len(j.kept) == 0 {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(j.kept[len(j.kept)-1]), "step-"))
	if err != nil {
		return 0 // a folder that the store does not make
	}
	return n
}

// jobs are the nets that were begun and are not finished.
func (t *trial) jobs() ([]job, error) {
	list, err := os.ReadDir(filepath.Join(t.store, "work"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := store.Open(t.store)
	if err != nil {
		return nil, err
	}
	var all []job
	for _, e := range list {
		j := job{dir: filepath.Join(t.store, "work", e.Name())}
		j.holder, j.held = s.Holder(e.Name())
		if j.kept, err = filepath.Glob(filepath.Join(j.dir, "step-*")); err != nil {
			return nil, err
		}
		slices.Sort(j.kept)
		all = append(all, j)
	}
	return all, nil
}

// training are the nets that a process is at and has kept a step of.
func (t *trial) training(pid int) ([]job, error) {
	all, err := t.jobs()
	return slices.DeleteFunc(all, func(j job) bool { return j.holder.PID != pid || j.step() == 0 }), err
}

// progress is how far the sweep is: it grows with every step that is kept.
func (t *trial) progress() (int, error) {
	all, err := t.jobs()
	if err != nil {
		return 0, err
	}
	done, err := filepath.Glob(filepath.Join(t.store, "entries", "??", "*"))
	n := len(done) * t.sweep.steps
	for _, j := range all {
		n += j.step()
	}
	return n, err
}
