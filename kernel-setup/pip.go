package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// errHash says that what was downloaded is not what was locked. Set-up stops then: another source would be no better
// known.
var errHash = errors.New("a downloaded file's SHA-256 is not the locked one")

var pipProgress = regexp.MustCompile(`^(Collecting|Processing) `)

// pip runs the pip of e with every hash required; c.argv are its arguments. Where packages come from is the user's pip
// configuration. pip's own cache stays out of it: it lies in the user's home, and would keep a file whose hash is
// wrong.
func (s *site) pip(ctx context.Context, e environment, c command) error {
	c.argv = slices.Concat([]string{e.python(), "-m", "pip"}, c.argv,
		[]string{"--require-hashes", "--no-input", "--no-cache-dir", "--progress-bar", "off"})
	c.env, c.count = s.pythonEnv(), pipProgress
	err := s.run(ctx, c)
	if err != nil && strings.Contains(err.Error(), "DO NOT MATCH THE HASHES") {
		return fmt.Errorf("%w: %v", errHash, err)
	}
	return err
}

// lockEntry is a requirement of a lock, with its hashes in indented lines below. Comments are left out.
var lockEntry = regexp.MustCompile(`(?m)^[^\s#].*\n?(?: +[^\s#].*\n?)*`)

// entries splits a lock into its requirements, each with its hashes.
func entries(lock string) []string { return lockEntry.FindAllString(lock, -1) }
