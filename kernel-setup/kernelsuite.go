package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernelSuite tests the kernel itself by scripts/kernel_suite.py: Jupyter's public suite, and every fault of plain
// GoNB that the bridge mends; and by scripts/wrong_use_suite.py what it says where a cell or the machine is wrong.
func (s *site) kernelSuite(ctx context.Context, t *tally) error {
	for _, name := range []string{"kernel", "wrong_use"} {
		cmd := interruptible(ctx, s.python(), s.suiteProgram(name), kernelName)
		if err := s.suite(ctx, t, "kernel", cmd); err != nil {
			return err
		}
	}
	return nil
}

// suiteProgram is the program of a suite in Python.
func (s *site) suiteProgram(name string) string {
	return filepath.Join(s.home.Root, "kernel-setup", "scripts", name+"_suite.py")
}

// suite runs a suite that prints a line of JSON a test, as scripts/lines.py does.
func (s *site) suite(ctx context.Context, t *tally, name string, cmd *exec.Cmd, env ...string) error {
	cmd.Dir, cmd.Env = s.home.Root, s.pythonEnv(append(env, "PYTHONDONTWRITEBYTECODE=1")...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the suite %s cannot be run: %w", name, err)
	}
	ran := 0
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e struct {
			Test    string  `json:"test"`
			Action  string  `json:"action"`
			Output  string  `json:"output"`
			Seconds float64 `json:"seconds"`
		}
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Test == "" {
			continue // a library's own words
		}
		ran++
		s.say("%s  %s (%.1f s)", e.Action, e.Test, e.Seconds)
		t.add(name+" "+e.Test, e.Action, e.Output)
	}
	err = errors.Join(lines.Err(), cmd.Wait())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil || ran == 0:
		t.add(name, "fail", fmt.Sprintf("the suite ended early: %v\n%s", err, errs.String()))
	}
	return nil
}
