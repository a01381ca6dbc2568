package main

import (
	"context"
	_ "embed"
	"errors"
	"path/filepath"
)

//go:embed testing.txt
var testingLock string

// testing is the environment of what is not JupyterLab's and only tests need: Playwright, which drives a browser, and
// readers of tables and of TensorBoard's files.
func (s *site) testing() extra {
	return extra{
		name:     "testing",
		lock:     testingLock,
		dir:      filepath.Join(s.home.Dir, "testing"),
		packages: []string{"playwright", "pandas", "pyarrow", "duckdb", "tensorboard"},
		does: "Python environment with Playwright " + pinnedIn(
			testingLock,
			"playwright",
		) + " and pandas " + pinnedIn(
			testingLock,
			"pandas",
		) + ", for tests",
	}
}

// testingPython is that environment's interpreter. Where it cannot be made, without network or with an old Python,
// why is one sentence, and what needs it is left out; a wrong hash ends everything, as in set-up.
func (s *site) testingPython(ctx context.Context) (python, why string, err error) {
	e := s.testing()
	if err := s.ensureExtra(ctx, e); errors.Is(err, errHash) || ctx.Err() != nil {
		return "", "", err
	} else if err != nil {
		return "", "the environment for tests cannot be made: " + firstLine(err.Error()), nil
	}
	return e.python(), "", nil
}
