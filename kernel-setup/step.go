package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// step is one thing that set-up makes.
type step struct {
	name string // its key in the manifest
	does string // what it makes, for the reader
	// after names the steps that have to be done before it, where they are to be done at all.
	after []string
	// digest is over what the step is made from; a step is done anew when it differs from the recorded one.
	digest func(context.Context) (string, error)
	// sound looks at what was made, beyond its being there; nil: being there is enough.
	sound func(context.Context, record) error
	// make makes it: in the stage first, then renamed to its place. It fills the record's Made and Facts.
	make func(context.Context) (record, error)
}

// do brings every step up to date. Steps run beside each other, but for those that one names in after, which come
// before it. The first that fails ends the others. quiet says nothing about steps that were up to date.
func (s *site) do(ctx context.Context, steps []step, quiet bool) error {
	if err := os.MkdirAll(s.stage(), 0o755); err != nil {
		return err
	}
	done := map[string]chan struct{}{}
	for _, st := range steps {
		done[st.name] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	for i, st := range steps {
		group.Go(func() error {
			for _, name := range st.after {
				ready, listed := done[name]
				if !listed {
					continue // this run leaves it out
				}
				select {
				case <-ready:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.bring(ctx, st, fmt.Sprintf("[%d/%d] %s", i+1, len(steps), st.does), quiet); err != nil {
				return err
			}
			close(done[st.name])
			return nil
		})
	}
	return group.Wait()
}

// bring brings one step up to date; head is what the reader knows it by.
func (s *site) bring(ctx context.Context, st step, head string, quiet bool) error {
	start := time.Now()
	digest, why, err := s.stale(ctx, st)
	if err != nil {
		return fmt.Errorf("%s: %w", st.name, err)
	}
	if why == "" {
		if !quiet {
			s.say("%s: ready (%.1f s)", head, time.Since(start).Seconds())
		}
		return nil
	}
	s.say("%s: %s", head, why)
	if rec, found := s.record(st.name); found { // from here on it is half made, should this run be interrupted
		rec.Digest = ""
		if err := s.keep(st.name, rec); err != nil {
			return fmt.Errorf("%s: %w", st.name, err)
		}
	}
	rec, err := st.make(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", st.name, err)
	}
	rec.Digest, rec.When, rec.Seconds = digest, time.Now().UTC().Truncate(time.Second), time.Since(start).Seconds()
	if err := s.keep(st.name, rec); err != nil {
		return fmt.Errorf("%s was made, but cannot be recorded: %w", st.name, err)
	}
	s.say("%s: done in %.1f s", head, rec.Seconds)
	return nil
}

// record is what the manifest says of a step.
func (s *site) record(name string) (record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, found := s.manifest.Steps[name]
	return rec, found
}

// facts are those of a step's record.
func (s *site) facts(name string) map[string]string {
	rec, _ := s.record(name)
	return rec.Facts
}

// keep writes a step's record into the manifest.
func (s *site) keep(name string, rec record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manifest.Steps[name] = rec
	return s.manifest.write(s.home)
}

// stale says why a step has to be made, "" when it need not be, and the digest it will have.
func (s *site) stale(ctx context.Context, st step) (digest, why string, err error) {
	digest, err = st.digest(ctx)
	if err != nil {
		return "", "", err
	}
	rec, found := s.record(st.name)
	if !found {
		return digest, "not done yet", nil
	}
	if rec.Digest != digest {
		return digest, "out of date", nil
	}
	for _, made := range rec.Made {
		if _, err := os.Stat(filepath.Join(s.home.Dir, made)); err != nil {
			return digest, made + " is gone", nil
		}
	}
	if st.sound != nil {
		if err := st.sound(ctx, rec); err != nil {
			if ctx.Err() != nil {
				return "", "", ctx.Err()
			}
			return digest, err.Error(), nil
		}
	}
	return digest, "", nil
}

// replace puts the staged file or folder at its place, whatever was there.
func replace(staged, place string) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	if info, err := os.Lstat(place); err == nil && info.IsDir() {
		old := staged + ".old" // a folder cannot be renamed over a full one
		if err := errors.Join(os.RemoveAll(old), os.Rename(place, old)); err != nil {
			return err
		}
		defer os.RemoveAll(old)
	}
	return os.Rename(staged, place)
}
