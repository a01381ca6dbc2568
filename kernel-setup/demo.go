package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// demo sets up what is missing, runs the sixty-second notebook through the kernel and shows what came of it.
func (s *site) demo(ctx context.Context, opt setupOptions) error {
	notebook := filepath.Join(s.home.Notebooks(), "00_sixty_seconds.ipynb")
	if _, err := os.Stat(notebook); err != nil {
		return fmt.Errorf("the demo's notebook is missing from the clone: %w", err)
	}
	s.say("The demo sets up what the notebook %s needs, trains its twelve small nets and shows their curve. With "+
		"nothing there it takes\n"+
		"about four minutes on two idle cores, once set up one and a half. The executed notebook, its page and the "+
		"figures will lie in %s.", short(notebook), short(s.home.Dir))
	opt.lean = true
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
	shown, err := shownBy(executed, demoTag)
	if err != nil {
		return err
	}
	s.say("\n%s", strings.Join(shown, "\n\n"))
	s.say("\nexecuted notebook  %s\nHTML page          %s", short(executed), short(page))
	for _, f := range s.newFigures(start) {
		s.say("figure             %s", short(f))
	}
	first := ""
	if _, found := s.record("lab"); !found {
		first = "\nThe first time that sets up JupyterLab, completion and the coadapt command, too, which takes some " +
			"two minutes."
	}
	s.say("\nOpen it yourself and change it:  go run ./kernel-setup lab%s", first)
	return nil
}

// demoTag marks the cells of a notebook whose outputs the demo repeats.
const demoTag = "demo"

// shownBy returns what the cells with a tag show in words, of an executed notebook. Pictures are left out.
func shownBy(notebook, tag string) ([]string, error) {
	text, err := os.ReadFile(notebook)
	if err != nil {
		return nil, err
	}
	var saved struct {
		Cells []struct {
			Metadata struct{ Tags []string }
			Outputs  []struct{ Data map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(text, &saved); err != nil {
		return nil, fmt.Errorf("%s is no notebook: %w", notebook, err)
	}
	var shown []string
	for _, cell := range saved.Cells {
		if !slices.Contains(cell.Metadata.Tags, tag) {
			continue
		}
		for _, output := range cell.Outputs {
			var lines []string // a notebook keeps a text as its lines
			if output.Data["image/png"] != nil || json.Unmarshal(output.Data["text/plain"], &lines) != nil {
				continue
			}
			shown = append(shown, strings.Join(lines, ""))
		}
	}
	return shown, nil
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
