package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errHash says that what was downloaded is not what was locked. Set-up stops then: another source would be no better known.
var errHash = errors.New("a downloaded file's SHA-256 is not the locked one")

// pipRun is one call of the environment's pip.
type pipRun struct {
	log   string
	args  []string
	unit  string
	total int
	own   bool // pip's own bar: for one large file
}

var pipProgress = regexp.MustCompile(`^(Collecting|Processing|Saved) `)

// pip runs the environment's pip with every hash required. Where packages come from is the user's pip configuration.
func (s *site) pip(ctx context.Context, p pipRun) error {
	bar := "off"
	if p.own {
		bar = "on"
	}
	argv := append([]string{s.python(), "-m", "pip", p.args[0], "--require-hashes", "--no-input", "--no-cache-dir", "--progress-bar", bar}, p.args[1:]...)
	err := s.run(ctx, command{log: p.log, argv: argv, env: s.pythonEnv(), count: pipProgress, unit: p.unit, total: p.total, own: p.own})
	if err != nil && strings.Contains(err.Error(), "DO NOT MATCH THE HASHES") {
		return fmt.Errorf("%w: %v", errHash, err)
	}
	return err
}
