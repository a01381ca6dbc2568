package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// envChromium names a browser for the tests, before those in the PATH.
const envChromium = "COADAPT_CHROMIUM"

// browserSuite tries the notebooks in JupyterLab as people see it, in a Chromium without a screen, by
// scripts/browser_suite.py. JupyterLab is at a reader's copies of the notebooks, on a site that has trained nothing.
// Pictures of each step go to the folder screenshots. Where there is no browser, that is
// said, and nothing fails.
func (s *site) browserSuite(ctx context.Context, t *tally) (err error) {
	chromium, why := findChromium()
	python := ""
	if why == "" {
		if python, why, err = s.testingPython(ctx); err != nil {
			return err
		}
	}
	if why != "" {
		s.say("skip  browser: %s", why)
		t.add("browser", "skip", why)
		if os.Getenv("CI") == "true" {
			t.notes = append(t.notes, "WARNING: CI=true, and JupyterLab was NOT tried in a browser: "+why)
		}
		return nil
	}
	f, err := s.fresh(ctx, filepath.Join(s.testHome(), "browser"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.end()) }()
	at, err := f.labFolder(ctx, labOptions{noBrowser: true})
	if err != nil {
		return err
	}
	if err := copyNotebooks(at.begin, filepath.Join(s.home.Root, "kernel-setup", "testdata", "browser")); err != nil {
		return err
	}
	server, err := f.startLab(ctx, anyPort, at)
	if err != nil {
		t.add("browser", "fail", err.Error())
		return nil
	}
	defer server.stop()
	if err := errors.Join(os.RemoveAll(s.screenshots()), os.MkdirAll(s.screenshots(), 0o755)); err != nil {
		return err
	}
	cmd := interruptible(ctx, python, s.suiteProgram("browser"), chromium, at.begin, s.screenshots())
	err = f.suite(ctx, t, "browser", cmd, "LAB_URL="+server.url)
	if err == nil {
		t.notes = append(t.notes, "SEEN  what the browser showed, step by step: "+short(s.screenshots()))
	}
	return err
}

// screenshots is the folder of what the browser showed.
func (s *site) screenshots() string { return filepath.Join(s.home.Dir, "screenshots") }

// findChromium finds a browser that Playwright can drive without a screen, or says that there is none.
func findChromium() (path, why string) {
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	if p := os.Getenv(envChromium); p != "" {
		names = []string{p}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, ""
		}
	}
	return "", fmt.Sprintf("no browser (%s) in the PATH; apt-get install chromium, or name one by %s",
		strings.Join(names[:min(4, len(names))], ", "), envChromium)
}
