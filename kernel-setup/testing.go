package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
)

//go:embed testing.txt
var testingLock string

// testing is the environment of what is not JupyterLab's and only tests need: Playwright, which drives a browser, and
// readers of tables and of TensorBoard's files.
func (s *site) testing() environment {
	return environment{
		name: "testing",
		does: fmt.Sprintf("Python environment with Playwright %s and pandas %s, for tests",
			pinnedIn(testingLock, "playwright"), pinnedIn(testingLock, "pandas")),
		lock:     []string{testingLock},
		dir:      filepath.Join(s.home.Dir, "testing"),
		packages: []string{"playwright", "pandas", "pyarrow", "duckdb", "tensorboard"},
		minor:    11,
		large:    true,
	}
}

// testingPython is that environment's interpreter. Where it cannot be made, without network or with an old Python,
// why is one sentence, and what needs it is left out; a wrong hash ends everything, as in set-up.
func (s *site) testingPython(ctx context.Context) (python, why string, err error) {
	e := s.testing()
	if err := s.ensureEnvironment(ctx, e); errors.Is(err, errHash) || ctx.Err() != nil {
		return "", "", err
	} else if err != nil {
		return "", "the environment for tests cannot be made: " + firstLine(err.Error()), nil
	}
	return e.python(), "", nil
}
