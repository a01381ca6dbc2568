//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// harness is a call of Run.
type harness struct {
	Options
	dir     string
	program string // the copy
	env     []string
	table   Table
	broke   []error
	kept    bool // something in dir tells of a loss
}

// fault is a kind of fault.
type fault struct {
	name  string
	on    *sweep
	tries int
	// do does up to left faults to a sweep in the trial's store and says how many it did. An error is a loss of them;
	// what came of the sweep is looked at afterwards.
	do func(ctx context.Context, t *trial, left int) (tried int, err error)
	// can is an error that says why the fault cannot be done here; nil: it always can.
	can func(ctx context.Context, h *harness) error
}

const (
	// limitUnknown is how long an undisturbed sweep may take: a machine may be much slower than those known.
	limitUnknown = 15 * time.Minute
	// limitLeast is how long any start of the program may take.
	limitLeast = 3 * time.Minute
)

// Run does all faults and returns the table of what came of them. Faults that lost something are in the table and are
// an error too; any other error means that not everything could be tried. When ctx ends, the table is what there is
// so far.
func Run(ctx context.Context, opt Options) (Table, error) {
	h := &harness{Options: opt}
	defer h.close()
	if err := h.open(); err != nil {
		return nil, err
	}
	all := h.faults()
	for _, name := range opt.Only {
		if !slices.ContainsFunc(all, func(f fault) bool { return strings.HasPrefix(f.name, name) }) {
			return nil, fmt.Errorf("no fault %q; there are: %s", name, names(all))
		}
	}
	h.sayf("seed %d, backend %s, in %s", h.Seed, h.Backend, h.dir)
	for pass, began := uint64(0), time.Now(); pass == 0 || time.Since(began) < h.Long; pass++ {
		for _, f := range all {
			if len(opt.Only) > 0 &&
				!slices.ContainsFunc(opt.Only, func(name string) bool { return strings.HasPrefix(f.name, name) }) {
				continue
			}
			if err := h.try(ctx, f, h.Seed+pass); err != nil {
				h.kept = ctx.Err() == nil
				return h.table, fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	return h.table, errors.Join(h.broke...)
}

// open makes the folder with the program in it. It looks like a clone to the program, which so finds itself wherever it
// is run, and is open to other users.
func (h *harness) open() (err error) {
	if h.Seed == 0 {
		h.Seed = 1 + rand.Uint64N(1<<32)
	}
	if h.Backend == "" {
		h.Backend = "go"
	}
	if h.Dir == "" {
		h.dir, err = os.MkdirTemp("", "coadapt-faults-")
	} else if h.dir, err = filepath.Abs(h.Dir); err == nil {
		err = os.MkdirAll(h.dir, 0o755)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(os.Chmod(h.dir, 0o755),
		os.WriteFile(filepath.Join(h.dir, "go.mod"), []byte("module coadapt\n"), 0o644)); err != nil {
		return err
	}
	h.env = []string{"COADAPT_ROOT=" + h.dir, "COADAPT_HOME=" + filepath.Join(h.dir, "home"), "COADAPT_STORE=",
		"COADAPT_LEASE=", "GOMLX_NO_AUTO_INSTALL=1"}
	h.program = filepath.Join(h.dir, "coadapt")
	return copyFile(h.program, h.Program, 0o755)
}

// close removes the folder where nobody asked for it and nothing in it tells of a loss.
func (h *harness) close() {
	switch {
	case h.kept || len(h.broke) > 0:
		h.sayf("what was lost is in %s", h.dir)
	case h.Dir == "" && h.dir != "":
		if err := os.RemoveAll(h.dir); err != nil {
			h.sayf("%v", err)
		}
	}
}

// try does one kind of fault, in rounds, until it was done often enough.
func (h *harness) try(ctx context.Context, f fault, seed uint64) error {
	row := Row{Fault: f.name, Seen: make(map[string]int)}
	defer func() { h.table.add(row) }()
	if f.can != nil {
		if err := f.can(ctx, h); err != nil {
			row.Skipped = err.Error()
			h.sayf("%s: not possible here: %v", f.name, err)
			return ctx.Err()
		}
	}
	if err := h.undisturbed(ctx, f.on); err != nil {
		return err
	}
	began := time.Now()
	defer func() { row.Took = time.Since(began) }()
	for round := 0; row.Tried < f.tries; round++ {
		t := h.trial(f, seed, round, row.Seen)
		tried, err := t.round(ctx, f, f.tries-row.Tried)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		row.Tried += tried
		if err == nil && tried == 0 && round > 2*f.tries+10 {
			return fmt.Errorf("only %d of %d could be tried in %d rounds", row.Tried, f.tries, round+1)
		}
		if err != nil {
			row.Tried += max(tried, 1) - tried
			row.Lost += max(tried, 1)
			err = fmt.Errorf("%s, seed %d, round %d, in %s: %w", f.name, seed, round, t.dir, err)
			h.broke = append(h.broke, err)
			h.sayf("LOST %v", err)
			continue
		}
		row.Survived += tried
		h.sayf("%s: %d of %d survived", f.name, row.Survived, f.tries)
		if err := os.RemoveAll(t.dir); err != nil {
			return err
		}
	}
	return nil
}

// round does faults, at most left, and looks at what came of them. What still runs then is killed.
func (t *trial) round(ctx context.Context, f fault, left int) (tried int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if tried, err = f.do(ctx, t, left); err != nil {
		return tried, err
	}
	return tried, t.settle(ctx)
}

// trial begins a round.
func (h *harness) trial(f fault, seed uint64, round int, seen map[string]int) *trial {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s/%d", f.name, round)
	dir := filepath.Join(h.dir,
		fmt.Sprintf("%s-%d-%d", strings.NewReplacer(" ", "-", ",", "").Replace(f.name), seed, round))
	return &trial{harness: h, name: f.name, sweep: f.on, dir: dir, store: filepath.Join(dir, "store"), seen: seen,
		rng: rand.New(rand.NewPCG(seed, hash.Sum64()))}
}

func names(all []fault) string {
	var out []string
	for _, f := range all {
		out = append(out, f.name)
	}
	return strings.Join(out, "; ")
}

func (h *harness) sayf(format string, args ...any) {
	if h.Say != nil {
		h.Say(fmt.Sprintf(format, args...))
	}
}

// copyFile copies a file, which may be a program in PATH.
func copyFile(to, from string, mode os.FileMode) error {
	if found, err := exec.LookPath(from); err == nil {
		from = found
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, mode)
}
