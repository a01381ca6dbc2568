//go:build unix

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tornEntries damages entries of a finished sweep, up to three at once: any file of theirs. The program must find
// them, whether it is asked to verify or comes upon them, name them, and compute them again.
func tornEntries(kinds ...damage) func(context.Context, *trial, int) (int, error) {
	return func(ctx context.Context, t *trial, left int) (tried int, err error) {
		if err := os.CopyFS(t.store, os.DirFS(filepath.Join(t.harness.dir, "undisturbed-"+t.sweep.name))); err != nil {
			return 0, err
		}
		keys := slices.Sorted(maps.Keys(t.sweep.kept))
		t.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		keys = keys[:min(1+t.rng.IntN(3), left, len(keys))]
		for _, key := range keys {
			file, err := t.harm(filepath.Join(t.store, "entries", key[:2], key), kinds)
			if err != nil {
				return tried, err
			}
			tried++
			t.seen[file]++
		}
		// the program comes upon what it reads; of parents it reads weights if a child is missing
		if t.rng.IntN(2) == 0 {
			if err := t.childless(ctx, keys); err != nil {
				return tried, err
			}
			if _, err := t.finish(ctx); err != nil {
				return tried, err
			}
			l, err := t.tool(ctx, "store", "verify") // the rest
			return tried, errors.Join(err, l.want(0, 1))
		}
		l, err := t.tool(ctx, "store", "verify")
		if err := errors.Join(err, l.want(1)); err != nil {
			return tried, err
		}
		for _, key := range keys {
			if !strings.Contains(l.out.String(), key+" is broken") {
				return tried, fmt.Errorf("verify does not name entry %s, which is damaged:\n%s", key, l.tail())
			}
		}
		return tried, nil
	}
}

// childless removes an entry that was made from one of the others.
func (t *trial) childless(ctx context.Context, parents []string) error {
	for _, key := range slices.Sorted(maps.Keys(t.sweep.kept)) {
		text, err := os.ReadFile(filepath.Join(t.harness.dir, "undisturbed-"+t.sweep.name, "entries", key[:2], key,
			"spec.json"))
		if err != nil {
			return err
		}
		var spec struct {
			Parent string `json:"parent"`
		}
		if err := json.Unmarshal(text, &spec); err != nil {
			return err
		}
		if slices.Contains(parents, spec.Parent) && !slices.Contains(parents, key) {
			l, err := t.tool(ctx, "store", "rm", key)
			return errors.Join(err, l.want(0))
		}
	}
	return nil
}
