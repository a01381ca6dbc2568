package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/kernel-setup/cellmod"
)

// notebook is the step that compiles, as a cell would, what a chapter's first cell imports, so that it waits for its
// own linking only; prewarm compiles all other packages that a cell may import. What is compiled lies in Go's build
// cache, which is the user's and may be emptied at any time; so the steps ask go each time.
func (s *site) notebook() step {
	return s.warmStep("notebook", "what a first cell would wait for",
		[]string{"compiler", "tools", "programs", "modules"},
		func(context.Context) ([]string, error) { return []string{"coadapt/notebooks/nb"}, nil })
}

func (s *site) prewarm() step {
	return s.warmStep("prewarm", "what other cells may import",
		[]string{"compiler", "tools", "programs", "notebook", "command"}, s.libraries)
}

func (s *site) warmStep(name, does string, after []string, own func(context.Context) ([]string, error)) step {
	return step{
		name:   name,
		does:   does,
		after:  after,
		digest: s.sources,
		sound: func(ctx context.Context, _ record) error {
			if s.warm(ctx) {
				return nil
			}
			return errors.New("Go's build cache was emptied")
		},
		make: func(ctx context.Context) (record, error) {
			packages, err := own(ctx)
			if err != nil {
				return record{}, err
			}
			return record{}, s.compileForCells(ctx, name, append(cellPackages(), packages...))
		},
	}
}

// cellPackages are what the cells of this project's notebooks import from other modules.
func cellPackages() []string {
	return []string{
		"github.com/janpfeifer/gonb/gonbui", "github.com/janpfeifer/gonb/gonbui/dom",
		"github.com/janpfeifer/gonb/gonbui/widgets",
		"github.com/gomlx/compute", "github.com/gomlx/gomlx/backends/default",
		"github.com/gomlx/gomlx/core/graph", "github.com/gomlx/gomlx/core/tensors", "github.com/gomlx/gomlx/ml/model",
	}
}

// compileForCells compiles packages the way GoNB has them compiled for a cell: in a module like a kernel's, with its
// flags.
func (s *site) compileForCells(ctx context.Context, log string, packages []string) error {
	dir := filepath.Join(s.stage(), log)
	defer os.RemoveAll(dir)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	if err := cellmod.Write(dir, "gonb_"+log, s.home.Root); err != nil {
		return err
	}
	return s.run(ctx, command{log: log, dir: dir, argv: append([]string{"go", "build"}, packages...), env: s.cellEnv(),
		count: goDownloads, unit: "modules downloaded"})
}

// cellEnv is the environment in which the kernel builds a cell.
func (s *site) cellEnv() []string {
	return append(without(os.Environ(), "GOFLAGS", "GOWORK"), "GOFLAGS="+kernelGoFlags, "GOWORK=off", "CGO_ENABLED=1")
}

// libraries lists the clone's own packages that a notebook may import.
func (s *site) libraries(ctx context.Context) ([]string, error) {
	out, err := askGo(ctx, s.home.Root, goEnv(), "list", "-e", "-f",
		`{{if and (ne .Name "main") .GoFiles}}{{.ImportPath}}{{end}}`, "./...")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Fields(out), func(p string) bool {
		return strings.HasPrefix(p, "coadapt/kernel-setup/") || strings.Contains(p, "/internal/")
	}), nil
}

// warm tells whether Go's build cache still holds the backend's packages, the slowest to compile.
func (s *site) warm(ctx context.Context) bool {
	out, err := askGo(ctx, s.home.Root, s.cellEnv(), "list", "-f", "{{.Stale}}", "github.com/gomlx/go-xla/pjrt",
		"github.com/gomlx/gomlx/core/graph")
	return err == nil && !strings.Contains(out, "true")
}
