package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errHash says that what was downloaded is not what was locked. Set-up stops then: another source would be no better
// known.
var errHash = errors.New("a downloaded file's SHA-256 is not the locked one")

// pipRun is one call of the environment's pip.
type pipRun struct {
	python string // whose pip; "" is the environment's
	log    string
	args   []string
	unit   string
	total  int
}

var pipProgress = regexp.MustCompile(`^(Collecting|Processing) `)

// pip runs the environment's pip with every hash required. Where packages come from is the user's pip configuration.
// pip's own cache stays out of it: it lies in the user's home, and would keep a file whose hash is wrong.
func (s *site) pip(ctx context.Context, p pipRun) error {
	python := p.python
	if python == "" {
		python = s.python()
	}
	argv := append(
		[]string{
			python,
			"-m",
			"pip",
			p.args[0],
			"--require-hashes",
			"--no-input",
			"--no-cache-dir",
			"--progress-bar",
			"off",
		},
		p.args[1:]...)
	err := s.run(
		ctx,
		command{log: p.log, argv: argv, env: s.pythonEnv(), count: pipProgress, unit: p.unit, total: p.total},
	)
	if err != nil && strings.Contains(err.Error(), "DO NOT MATCH THE HASHES") {
		return fmt.Errorf("%w: %v", errHash, err)
	}
	return err
}

// entries splits a lock into its requirements, each with its hashes.
func entries(lock string) []string {
	var found []string
	for line := range strings.Lines(lock) {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#"):
		case line[0] == ' ' && len(found) > 0:
			found[len(found)-1] += line
		default:
			found = append(found, line)
		}
	}
	return found
}
