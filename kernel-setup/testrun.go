package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/home"
)

// testOptions are the flags of test.
type testOptions struct {
	only []string      // parts to run; empty: all
	cell time.Duration // time limit of a notebook's cell
	fuzz time.Duration // how long each fuzz test is run; 0: fuzzBriefly, or fuzzAlone where fuzz is asked for by name
}

// How long each fuzz test is run: among all other tests, and where it is asked for.
const (
	fuzzBriefly = 3 * time.Second
	fuzzAlone   = 30 * time.Second
)

// testParts are the parts of test, in order.
func testParts() []string { return []string{"vet", "go", "fuzz", "kernel", "notebooks", "browser"} }

// fuzzTime is how long each fuzz test is run.
func (o testOptions) fuzzTime() time.Duration {
	switch {
	case o.fuzz > 0:
		return o.fuzz
	case slices.Contains(o.only, "fuzz"):
		return fuzzAlone
	}
	return fuzzBriefly
}

// test sets up what is missing and runs the parts. The last line of its output is the tally; it returns errReported
// when something failed or nothing ran.
func (s *site) test(ctx context.Context, opt testOptions) error {
	for _, part := range opt.only {
		if !slices.Contains(testParts(), part) {
			return fmt.Errorf("-only %s: want some of %s", part, strings.Join(testParts(), ", "))
		}
	}
	if err := s.setup(ctx, setupOptions{}); err != nil {
		return err
	}
	env, err := s.testEnv()
	if err != nil {
		return err
	}
	t := &tally{}
	run := map[string]func() error{
		"vet":       func() error { return s.vet(ctx, env, t) },
		"go":        func() error { return s.goTest(ctx, env, t) },
		"fuzz":      func() error { return s.fuzz(ctx, env, opt.fuzzTime(), t) },
		"kernel":    func() error { return s.kernelSuite(ctx, t) },
		"notebooks": func() error { return s.notebookSuite(ctx, opt.cell, t) },
		"browser":   func() error { return s.browserSuite(ctx, t) },
	}
	for _, part := range testParts() {
		if len(opt.only) > 0 && !slices.Contains(opt.only, part) {
			continue
		}
		s.say("\n== %s", part)
		if err := run[part](); err != nil {
			return err
		}
	}
	s.say("")
	t.summary(s.out)
	if len(t.of("fail")) > 0 || len(t.of("pass")) == 0 {
		return errReported
	}
	return nil
}

// testEnv is the environment of vet and tests: that of set-up's builds with the plugin named, the way a kernel has it.
func (s *site) testEnv() ([]string, error) {
	child, notice, err := plugins.ChildEnv(s.home, "")
	if err != nil {
		return nil, err
	}
	if notice != "" {
		s.say("%s", notice)
	}
	env := goEnv("CGO_ENABLED=1", home.EnvHome+"="+s.home.Dir, home.EnvRoot+"="+s.home.Root)
	for k, v := range child {
		env = append(env, k+"="+v)
	}
	if os.Getenv(envData) == "" {
		beside := filepath.Join(filepath.Dir(s.home.Root), "shared", "data")
		if info, err := os.Stat(beside); err == nil && info.IsDir() {
			env = append(env, envData+"="+beside)
		}
	}
	return env, nil
}

// envData names the folder of data sets that are not kept with the code; tests that need one are skipped without.
const envData = "COADAPT_TEST_DATA"

// vet counts as one test.
func (s *site) vet(ctx context.Context, env []string, t *tally) error {
	return s.try(ctx, t, "go vet ./...", func() ([]byte, error) {
		cmd := exec.CommandContext(ctx, "go", "vet", "./...")
		cmd.Dir, cmd.Env = s.home.Root, env
		return cmd.CombinedOutput()
	})
}

// try counts what a program does as one test, and tells how it ended.
func (s *site) try(ctx context.Context, t *tally, name string, program func() ([]byte, error)) error {
	start := time.Now()
	out, err := program()
	action, exit := "pass", (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		action = "fail"
	case err != nil:
		return err
	}
	s.say("%s  %s (%.1f s)", action, name, time.Since(start).Seconds())
	t.add(name, action, string(out))
	return nil
}

// envTables names a Python that has pandas, pyarrow and duckdb, for the test that reads tables with them.
const envTables = "COADAPT_TEST_PYTHON"

// goTest runs the tests of every package, two packages at a time: nets take all the cores there are.
func (s *site) goTest(ctx context.Context, env []string, t *tally) error {
	if os.Getenv(envTables) == "" {
		python, why, err := s.testingPython(ctx)
		if err != nil {
			return err
		}
		if why != "" {
			s.say("%s", why) // the test that needs it is skipped, if no other Python has what it reads tables with
		} else {
			env = append(env, envTables+"="+python)
		}
	}
	cmd := interruptible(ctx, "go", "test", "-json", "-count=1", "-timeout=20m",
		fmt.Sprintf("-p=%d", min(2, runtime.NumCPU())), "./...")
	cmd.Dir, cmd.Env = s.home.Root, env
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout // what go says beside the events
	if err := cmd.Start(); err != nil {
		return err
	}
	before := len(t.of("fail"))
	err = t.readEvents(out, func(pkg, action string, seconds float64) {
		if action == "skip" {
			action = "none"
		}
		s.say("%s  %s (%.1f s)", action, pkg, seconds)
	})
	wait := cmd.Wait()
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	if wait != nil && len(t.of("fail")) == before {
		t.add("go test ./...", "fail", wait.Error())
	}
	return nil
}
