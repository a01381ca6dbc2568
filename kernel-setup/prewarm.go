package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"coadapt/kernel-setup/cellmod"
)

// prewarm is the step that compiles, as a cell would, all that a first cell imports, so that it waits for its own linking only. The
// compiled packages lie in Go's build cache, which is the user's and may be emptied at any time; so the step asks go each time.
func (s *site) prewarm() step {
	return step{
		name:   "prewarm",
		does:   "what a first cell would wait for",
		digest: s.sources,
		sound: func(ctx context.Context, _ record) error {
			if s.warm(ctx) {
				return nil
			}
			return fmt.Errorf("Go's build cache was emptied")
		},
		make: func(ctx context.Context) (record, error) { return record{}, s.buildCell(ctx) },
	}
}

// cellPackages are what the cells of this project's notebooks import from other modules.
func cellPackages() []string {
	return []string{
		"github.com/janpfeifer/gonb/gonbui", "github.com/janpfeifer/gonb/gonbui/dom", "github.com/janpfeifer/gonb/gonbui/widgets",
		"github.com/gomlx/compute", "github.com/gomlx/gomlx/backends/default",
		"github.com/gomlx/gomlx/core/graph", "github.com/gomlx/gomlx/core/tensors", "github.com/gomlx/gomlx/ml/model",
	}
}

// buildCell builds one cell that imports everything, the way GoNB builds cells.
func (s *site) buildCell(ctx context.Context) error {
	dir := filepath.Join(s.stage(), "prewarm")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := cellmod.Write(dir, "gonb_prewarm", s.home.Root); err != nil {
		return err
	}
	own, err := s.libraries(ctx)
	if err != nil {
		return err
	}
	var main strings.Builder
	main.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for _, p := range append(cellPackages(), own...) {
		fmt.Fprintf(&main, "\t_ %q\n", p)
	}
	main.WriteString(")\n\nfunc main() { fmt.Println(\"warm\") }\n")
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(main.String()), 0o644); err != nil {
		return err
	}
	program, err := goProgram()
	if err != nil {
		return err
	}
	return s.run(ctx, command{log: "prewarm", dir: dir, argv: []string{program, "build", "-o", "cell"}, env: s.cellEnv(),
		count: goDownloads, unit: "modules downloaded"})
}

// cellEnv is the environment in which the kernel builds a cell.
func (s *site) cellEnv() []string {
	return append(without(os.Environ(), "GOFLAGS", "GOWORK"), "GOFLAGS="+kernelGoFlags, "GOWORK=off", "CGO_ENABLED=1")
}

// libraries lists the clone's own packages that a notebook may import.
func (s *site) libraries(ctx context.Context) ([]string, error) {
	program, err := goProgram()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "list", "-e", "-f", `{{if and (ne .Name "main") .GoFiles}}{{.ImportPath}}{{end}}`, "./...")
	cmd.Dir, cmd.Env = s.home.Root, goEnv()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list ./...: %w", err)
	}
	var found []string
	for _, p := range strings.Fields(string(out)) {
		if !strings.HasPrefix(p, "coadapt/kernel-setup/") || p == "coadapt/kernel-setup/home" {
			if !strings.Contains(p, "/internal/") {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// warm tells whether Go's build cache still holds the backend's packages, the slowest to compile.
func (s *site) warm(ctx context.Context) bool {
	program, err := goProgram()
	if err != nil {
		return false
	}
	cmd := exec.CommandContext(ctx, program, "list", "-f", "{{.Stale}}", "github.com/gomlx/go-xla/pjrt", "github.com/gomlx/gomlx/core/graph")
	cmd.Dir, cmd.Env = s.home.Root, s.cellEnv()
	out, err := cmd.Output()
	return err == nil && !strings.Contains(string(out), "true")
}
