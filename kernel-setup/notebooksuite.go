package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// notebookSuite executes every notebook through the real kernel, in their order, on one site that has trained nothing
// before: a chapter trains what those before it have not. Each counts as one test. What a cell prints on stderr is an
// error too.
func (s *site) notebookSuite(ctx context.Context, cell time.Duration, t *tally) (err error) {
	files, err := filepath.Glob(filepath.Join(s.home.Notebooks(), "*.ipynb"))
	if err != nil {
		return err
	}
	f, err := s.fresh(ctx, filepath.Join(s.testHome(), "notebooks"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.end()) }()
	for _, file := range files {
		start := time.Now()
		_, page, err := f.runNotebook(ctx, filepath.Join(f.copies(), filepath.Base(file)),
			runOptions{dir: s.home.Runs(), cell: cell, strict: true}) // what comes of it is kept
		if err == nil {
			err = standsAlone(page)
		}
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
		t.notes = append(t.notes,
			fmt.Sprintf("TIME %s: %.1f s, with the nets that no chapter before it trained", name, took))
	}
	return nil
}
