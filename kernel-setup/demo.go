package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// demo sets up what is missing, runs the sixty-second notebook through the kernel and shows what came of it.
func (s *site) demo(ctx context.Context, opt setupOptions) error {
	notebook := filepath.Join(s.home.Notebooks(), "00_sixty_seconds.ipynb")
	if _, err := os.Stat(notebook); err != nil {
		return fmt.Errorf("the demo's notebook is missing from the clone: %w", err)
	}
	s.say("The demo sets up what is missing, trains twelve small nets in the notebook %s and shows their curve. With nothing there it takes seven\n"+
		"to eight minutes on two cores, once set up one and a half. The executed notebook, its page and the figures will lie in %s.", short(notebook), short(s.home.Dir))
	if err := s.setup(ctx, opt); err != nil {
		return err
	}
	start := time.Now()
	executed, page, err := s.runNotebook(ctx, notebook, runOptions{cell: 15 * time.Minute})
	if err != nil {
		if executed != "" {
			s.say("as far as it came: %s", short(executed))
		}
		return err
	}
	s.say("")
	// The notebook's curve again, and in a sentence what it shows: its nets are in the store.
	show := exec.CommandContext(ctx, filepath.Join(s.home.Bin(), "coadapt"), "curve", "-n", "1,4,7", "-treatments", "BnB,BnBr,AnB,base+")
	show.Dir, show.Stdout, show.Stderr = s.home.Root, s.out, s.out
	env, _, err := s.home.ChildEnv("")
	if err != nil {
		return err
	}
	show.Env = os.Environ()
	for k, v := range env {
		show.Env = append(show.Env, k+"="+v)
	}
	if err := show.Run(); err != nil {
		return fmt.Errorf("coadapt curve: %w", err)
	}
	s.say("\nexecuted notebook  %s\nHTML page          %s", short(executed), short(page))
	for _, f := range s.newFigures(start) {
		s.say("figure             %s", short(f))
	}
	s.say("\nOpen it yourself and change it:  go run ./kernel-setup lab")
	return nil
}

// newFigures lists the figures drawn since start.
func (s *site) newFigures(start time.Time) []string {
	files, err := filepath.Glob(filepath.Join(s.home.Figures(), "*.*"))
	if err != nil {
		return nil // the pattern is a constant and the folder's name
	}
	return slices.DeleteFunc(files, func(f string) bool {
		info, err := os.Stat(f)
		return err != nil || info.ModTime().Before(start)
	})
}
