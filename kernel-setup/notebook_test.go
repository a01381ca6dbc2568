package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakePython stands in for the environment's interpreter: arguments are -c PROGRAM SOURCE KERNEL SECONDS EXECUTED PAGE.
func fakePython(t *testing.T, s *site, text string) string {
	t.Helper()
	script(t, s.python(), text)
	source := filepath.Join(s.home.Notebooks(), "00_a.ipynb")
	write(t, source, "source")
	return source
}

func TestRunNotebook(t *testing.T) {
	s, out := testSite(t)
	source := fakePython(t, s, `echo "cell 1/1: kernel $4, limit $5"; echo done > "$6"; echo page > "$7"`)
	executed, page, err := s.runNotebook(t.Context(), source, runOptions{cell: 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(s.home.Runs(), "00_a.ipynb"); executed != want {
		t.Errorf("the copy is %s, want %s", executed, want)
	}
	exists(t, page, true)
	if text, _ := os.ReadFile(source); string(text) != "source" {
		t.Errorf("the source became %q", text)
	}
	if !strings.Contains(out.String(), "kernel coadapt, limit 90") {
		t.Errorf("the kernel was not told: %s", out)
	}
}

func TestRunNotebookRefusesToOverwrite(t *testing.T) {
	s, _ := testSite(t)
	source := fakePython(t, s, `echo overwritten > "$6"`)
	if _, _, err := s.runNotebook(t.Context(), source,
		runOptions{dir: s.home.Notebooks(), cell: time.Second}); err == nil ||
		!strings.Contains(err.Error(), "overwrite") {
		t.Errorf("got error %v", err)
	}
	if text, _ := os.ReadFile(source); string(text) != "source" {
		t.Errorf("the source became %q", text)
	}
}

func TestRunNotebookFailures(t *testing.T) {
	s, out := testSite(t)
	source := fakePython(t, s, `echo "FAILED: undefined: x"; echo done > "$6"; exit 1`)
	executed, _, err := s.runNotebook(t.Context(), source, runOptions{cell: time.Second})
	failed, ok := errors.AsType[*cellError](err)
	if !ok || !strings.Contains(failed.why, "undefined: x") ||
		executed == "" || !strings.Contains(out.String(), "undefined: x") {
		t.Errorf("a failing cell: %q, %v\n%s", executed, err, out)
	}
	fakePython(t, s, `echo "Traceback (most recent call last): No module named nbclient" >&2; exit 1`)
	if _, _, err := s.runNotebook(t.Context(), source, runOptions{cell: time.Second}); err == nil ||
		errors.As(err, &failed) ||
		!strings.Contains(err.Error(), "nbclient") {
		t.Errorf("a broken environment: %v", err)
	}
	if _, _, err := s.runNotebook(t.Context(), source+"x", runOptions{}); err == nil ||
		!strings.Contains(err.Error(), source+"x") {
		t.Errorf("a missing notebook: %v", err)
	}
}

func TestLabThatEnds(t *testing.T) {
	s, _ := testSite(t)
	fakePython(t, s, "echo no such module; exit 1")
	start := time.Now()
	if _, err := s.startLab(t.Context(), 0, labPlace{root: s.home.Root, begin: s.home.Root}); err == nil ||
		!strings.Contains(err.Error(), s.labLog()) ||
		time.Since(start) > 10*time.Second {
		t.Errorf("got error %v after %v, want one naming the log at once", err, time.Since(start))
	}
}

func TestVerbsExplainThemselves(t *testing.T) {
	root := rootCommand(os.Stdout)
	var names []string
	for _, c := range root.Commands() {
		if c.Short == "" {
			t.Errorf("%s has no explanation", c.Name())
		}
		names = append(names, c.Name())
	}
	if got := strings.Join(names, " "); got != "bench clean demo doctor lab run setup soak test" {
		t.Errorf("the verbs are %s", got)
	}
}

// The demo repeats in words what the cells with its tag show.
func TestShownBy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.ipynb")
	write(t, file, `{"cells": [
		{"cell_type": "markdown", "metadata": {}, "source": ["words"]},
		{"cell_type": "code", "metadata": {}, "outputs": [{"data": {"text/plain": ["not asked for"]}}]},
		{"cell_type": "code", "metadata": {"tags": ["demo"]}, "outputs": [
			{"data": {"image/png": "iVBO", "text/plain": ["a curve"]}},
			{"data": {"text/html": ["<p>"], "text/plain": ["n  base\n", "1  0.9"]}},
			{"name": "stdout", "text": ["printed"]}]}]}`)
	got, err := shownBy(file, demoTag)
	if want := []string{"n  base\n1  0.9"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, error %v; want %q", got, err, want)
	}
	shown, err := shownBy(filepath.Join("..", "notebooks", "00_sixty_seconds.ipynb"), demoTag)
	if text := strings.Join(shown, "\n"); err != nil || !strings.Contains(text, "BnBr") ||
		!strings.Contains(text, "retrained on its own task") {
		t.Errorf("the demo's notebook shows %q, error %v; want its table and what it says", shown, err)
	}
}
