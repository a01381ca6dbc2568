//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// shortLease has leases run out in seconds rather than in a minute and a half.
const shortLease = "COADAPT_LEASE=2s"

// tornLeases damages the lease of a worker that was killed, or of one that works on beside a second one.
func tornLeases(ctx context.Context, t *trial, left int) (tried int, err error) {
	t.how.env = []string{shortLease}
	for tried < min(left, 2) {
		j, ok, err := t.caught(ctx)
		if err != nil || !ok {
			return tried, err
		}
		if err := t.harmLease(j.dir); err != nil {
			return tried, err
		}
		tried++
		t.seen["of a dead worker"]++
	}
	if tried == left || t.rng.IntN(2) == 0 {
		return tried, nil
	}
	first, err := t.begin(ctx, "-workers=1")
	if err != nil {
		return tried, err
	}
	second, err := t.begin(ctx, "-workers=1")
	if err != nil {
		return tried, err
	}
	var at []job
	working, err := first.until(t.limit(), "step that is kept", func() (bool, error) {
		at, err = t.training(first.pid())
		return len(at) > 0, err
	})
	if err != nil {
		return tried, err
	}
	if working {
		err := t.harmLease(at[0].dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return tried, err
		}
		if err == nil {
			tried++
			t.seen["of a live worker"]++
		}
	}
	for _, l := range []*life{first, second} {
		if err := errors.Join(l.wait(t.limit()), l.want(0)); err != nil {
			return tried, err
		}
	}
	return tried, nil
}

// harmLease damages the lease in a work folder.
func (t *trial) harmLease(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var others []string
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), "lease.") {
			others = append(others, e.Name())
		}
	}
	if len(others) == len(list) {
		return fmt.Errorf("no lease in %s: %w", dir, os.ErrNotExist)
	}
	_, err = t.harm(dir, []damage{cut, blank, gone, flip}, others...)
	return err
}

// leftovers makes folders as a crash of the machine may leave them, each at a net of its own.
func leftovers(ctx context.Context, t *trial, left int) (tried int, err error) {
	t.how.env = []string{shortLease}
	if _, _, err := t.caught(ctx); err != nil {
		return 0, err
	}
	keys := slices.Sorted(maps.Keys(t.sweep.kept))
	old := time.Now().Add(-100 * time.Hour)
	kinds := map[string][]string{ // folders end in a slash, KEY is a net's, KE its beginning
		"half a stage folder":         {"stage/KEY-LEFT/weights.safetensors"},
		"an old stage folder":         {"stage/KEY-LEFT/spec.json", "stage/KEY-LEFT/digests.json"},
		"an empty work folder":        {"work/KEY/"},
		"a work folder without lease": {"work/KEY/log.txt", "work/KEY/step-000000009/"},
		"an empty lease":              {"work/KEY/lease.7"},
		"an empty entry":              {"entries/KE/KEY/"},
		"an entry without digests":    {"entries/KE/KEY/result.json", "entries/KE/KEY/weights.safetensors"},
		"an empty shelf of entries":   {"entries/KE/"},
	}
	all := slices.Sorted(maps.Keys(kinds))
	t.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, what := range all[:min(left, len(all))] {
		key := keys[t.rng.IntN(len(keys))]
		for _, f := range kinds[what] {
			path := filepath.Join(t.store,
				strings.NewReplacer("KEY", key, "KE", key[:2], "LEFT", fmt.Sprint(t.rng.Uint32())).Replace(f))
			if err := leave(path, strings.HasSuffix(f, "/")); err != nil {
				return tried, err
			}
			if what == "an old stage folder" {
				if err := os.Chtimes(filepath.Dir(path), old, old); err != nil {
					return tried, err
				}
			}
		}
		tried++
		t.seen[what]++
	}
	return tried, nil
}

// leave makes a folder or an empty file, where there is none.
func leave(path string, folder bool) error {
	if folder {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}
