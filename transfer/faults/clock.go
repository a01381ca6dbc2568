//go:build unix

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// clockJumped has a worker of another machine, whose clock is years off, die at a net; all files get times years
// away, again and again while the next worker is at it, which cleans up as well. That worker must wait for the lease
// to stand still by its own clock, and no longer.
func clockJumped(ctx context.Context, t *trial, left int) (tried int, err error) {
	t.how.env = []string{shortLease}
	for tried < left {
		j, ok, err := t.caught(ctx)
		if err != nil || !ok {
			return tried, err
		}
		if err := errors.Join(elsewhere(j.dir), t.jump()); err != nil {
			return tried, err
		}
		l, err := t.begin(ctx, t.workers())
		if err != nil {
			return tried, err
		}
		tried++
		waits := false
		_, err = l.until(t.limit(), "end", func() (bool, error) {
			if waits = waits || strings.Contains(l.errs.String(), "worked on by elsewhere"); waits &&
				t.rng.IntN(100) == 0 {
				clean, err := t.tool(ctx, "store", "gc")
				if err := errors.Join(err, clean.want(0)); err != nil {
					return false, err
				}
				t.seen["cleaned up meanwhile"]++
			}
			return false, t.jump()
		})
		// A stage folder that was cleaned away under its writer, being of old, may have failed a net.
		if err := errors.Join(err, l.want(0, 1)); err != nil {
			return tried, err
		}
		if !waits {
			return tried, fmt.Errorf("%v took the net of a worker elsewhere without waiting:\n%s", l, l.tail())
		}
	}
	return tried, nil
}

// elsewhere makes the leases of a work folder those of a process on another machine.
func elsewhere(dir string) error {
	all, err := filepath.Glob(filepath.Join(dir, "lease.*"))
	if err != nil {
		return err
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var lease map[string]any
		if json.Unmarshal(text, &lease) != nil { // the kill fell into a renewal
			lease = map[string]any{"pid": 1, "token": "torn"}
		}
		lease["host"] = "elsewhere"
		if text, err = json.Marshal(lease); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// jump gives all files of the store times up to twenty years off.
func (t *trial) jump() error {
	const years = 20 * 365 * 24 * time.Hour
	return filepath.WalkDir(t.store, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			when := time.Now().Add(t.upTo(2*years) - years)
			err = os.Chtimes(path, when, when)
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil // it is finished or gone
		}
		return err
	})
}
