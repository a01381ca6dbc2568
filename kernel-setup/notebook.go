package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed scripts/notebook.py
var notebookProgram string

// runOptions are the flags of run.
type runOptions struct {
	dir    string        // where the executed copy and the page go; "": <home>/runs
	cell   time.Duration // time limit of a cell
	strict bool          // a cell that prints on stderr fails too
	pdf    bool          // print the page to a PDF, too
}

// runVerb executes a notebook and says where its copy and page lie.
func (s *site) runVerb(ctx context.Context, notebook string, opt runOptions) error {
	if opt.pdf { // before anything is trained
		if _, why := findChromium(); why != "" {
			return fmt.Errorf("-pdf: a browser prints the page, and there is %s", why)
		}
	}
	if err := s.ensure(ctx); err != nil {
		return err
	}
	executed, page, err := s.runNotebook(ctx, notebook, opt)
	if executed != "" {
		s.say("executed notebook: %s\nHTML page:         %s", short(executed), short(page))
	}
	if opt.pdf && page != "" {
		pdf, printed := printPage(ctx, page)
		if printed == nil {
			s.say("PDF:               %s", short(pdf))
		}
		err = errors.Join(err, printed)
	}
	return err
}

// cellError says that a cell failed, with what was printed of it.
type cellError struct{ notebook, why string }

func (e *cellError) Error() string { return e.notebook + ": a cell failed" }

// runNotebook executes a notebook through the kernel coadapt, in the notebook's folder. The copy and the page are
// written even when a cell fails; the source is never touched.
func (s *site) runNotebook(ctx context.Context, notebook string, opt runOptions) (executed, page string, err error) {
	source, err := filepath.Abs(notebook)
	if err != nil {
		return "", "", err
	}
	info, err := os.Stat(source)
	if err != nil {
		return "", "", fmt.Errorf("no notebook to run: %w", err)
	}
	dir, err := filepath.Abs(cmp.Or(opt.dir, s.home.Runs()))
	if err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", "", err
	}
	stem := strings.TrimSuffix(filepath.Base(source), ".ipynb")
	executed, page = filepath.Join(dir, stem+".ipynb"), filepath.Join(dir, stem+".html")
	if old, err := os.Stat(executed); err == nil && os.SameFile(old, info) {
		return "", "", fmt.Errorf("-o %s: the executed copy would overwrite %s; name another folder", opt.dir, notebook)
	}
	args := []string{"-c", notebookProgram, source, kernelName, fmt.Sprint(opt.cell.Seconds()), executed, page}
	if opt.strict {
		args = append(args, "--strict")
	}
	cmd := interruptible(ctx, s.python(), args...)
	var said, errs strings.Builder
	cmd.Env, cmd.Stdout, cmd.Stderr = s.pythonEnv(), io.MultiWriter(s.out, &said), &errs
	s.say("running %s", short(source))
	start := time.Now()
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		s.say("  all cells in %.1f s", time.Since(start).Seconds())
		return executed, page, nil
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case errors.As(err, &exit) && !strings.Contains(errs.String(), "Traceback"):
		_, why, _ := strings.Cut("\n"+said.String(), "\nFAILED: ")
		return executed, page, &cellError{short(source), why}
	}
	return "", "", fmt.Errorf("%s cannot be run: %w\n%s", short(source), err, strings.TrimSpace(errs.String()))
}
