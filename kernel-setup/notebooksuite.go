package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// notebookSuite executes every notebook through the real kernel, each on a site of its own that has trained nothing, so that none lives on what
// was there; each counts as one test. What a cell prints on stderr is an error too.
func (s *site) notebookSuite(ctx context.Context, cell time.Duration, t *tally) error {
	files, err := filepath.Glob(filepath.Join(s.home.Notebooks(), "*.ipynb"))
	if err != nil {
		return err
	}
	for _, file := range files {
		start := time.Now()
		err := s.tryNotebook(ctx, filepath.Base(file), cell)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name := "notebooks/" + filepath.Base(file)
		action, output := "pass", ""
		var failed *cellError
		switch {
		case errors.As(err, &failed):
			action, output = "fail", failed.why
		case err != nil:
			action, output = "fail", err.Error()
		}
		took := time.Since(start).Seconds()
		s.say("%s  %s (%.1f s)", action, name, took)
		t.add(name, action, output)
		t.notes = append(t.notes, fmt.Sprintf("TIME %s: %.1f s, with all nets trained anew", name, took))
	}
	return nil
}

// tryNotebook executes a copy of one notebook on a fresh site; what comes of it is kept in the runs' folder.
func (s *site) tryNotebook(ctx context.Context, name string, cell time.Duration) (err error) {
	f, err := s.fresh(ctx, filepath.Join(s.testHome(), strings.TrimSuffix(name, ".ipynb")))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.end()) }()
	_, page, err := f.runNotebook(ctx, filepath.Join(f.copies(), name), runOptions{dir: s.home.Runs(), cell: cell, strict: true})
	if err != nil {
		return err
	}
	return standsAlone(page)
}
