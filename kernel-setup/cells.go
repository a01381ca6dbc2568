package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

//go:embed scripts/cells.py
var cellsProgram string

// cellReport is what scripts/cells.py prints.
type cellReport struct {
	Start float64 `json:"start"` // seconds from nothing to a kernel that answers
	Cells []struct {
		OK      bool    `json:"ok"`
		Text    string  `json:"text"`
		Seconds float64 `json:"seconds"`
	} `json:"cells"`
}

// cells executes code cells one after the other through the real kernel, each within limit.
func (s *site) cells(ctx context.Context, limit time.Duration, code ...string) (cellReport, error) {
	if !fileExists(s.python()) {
		return cellReport{}, errors.New("the Python environment is not there")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute+limit*time.Duration(len(code)))
	defer cancel()
	input, err := json.Marshal(code)
	if err != nil {
		return cellReport{}, err
	}
	cmd := exec.CommandContext(ctx, s.python(), "-c", cellsProgram, kernelName, fmt.Sprint(limit.Seconds()))
	var errs strings.Builder
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stderr = s.home.Root, s.pythonEnv(), bytes.NewReader(input), &errs
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	var report cellReport
	if err == nil {
		err = json.Unmarshal(out, &report)
	}
	if err != nil || len(report.Cells) != len(code) {
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		return cellReport{}, fmt.Errorf("the kernel does not answer: %s (%v)", lines[len(lines)-1], err)
	}
	return report, nil
}
