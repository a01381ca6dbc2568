package main

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// goTools is the step that builds GoNB and goimports, which it needs at every cell, and gopls, which completes code. They have modules of
// their own (tools, tools/gopls), so that their dependencies are locked and stay out of the clone's.
func (s *site) goTools() step {
	tools := filepath.Join(s.home.Root, "kernel-setup", "tools")
	modules := []struct {
		dir      string
		packages []string
	}{
		{tools, []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports"}},
		{filepath.Join(tools, "gopls"), []string{"golang.org/x/tools/gopls"}},
	}
	return step{
		name: "tools",
		does: "GoNB, goimports and gopls",
		digest: func(ctx context.Context) (string, error) {
			var texts []string
			for _, m := range modules {
				for _, name := range []string{"go.mod", "go.sum"} {
					text, err := os.ReadFile(filepath.Join(m.dir, name))
					if err != nil {
						return "", err
					}
					texts = append(texts, string(text))
				}
			}
			version, err := goVersion(ctx)
			return textDigest(append(texts, version)...), err
		},
		make: func(ctx context.Context) (record, error) {
			rec := record{Facts: map[string]string{}}
			for _, m := range modules {
				if err := s.build(ctx, "build-"+filepath.Base(m.dir), m.dir, nil, m.packages...); err != nil {
					return record{}, err
				}
				for _, p := range m.packages {
					rec.Made = append(rec.Made, "bin/"+filepath.Base(p))
					rec.Facts[filepath.Base(p)] = moduleVersion(filepath.Join(m.dir, "go.mod"), p)
				}
			}
			return rec, nil
		},
	}
}

var goDownloads = regexp.MustCompile(`^go: downloading `)

// build builds main packages of the module in dir into bin: into the stage first, then renamed. It needs no network but the Go proxy's.
func (s *site) build(ctx context.Context, log, dir string, env []string, packages ...string) error {
	program, err := goProgram()
	if err != nil {
		return err
	}
	stage := filepath.Join(s.stage(), "bin")
	if err := os.RemoveAll(stage); err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	err = s.run(ctx, command{log: log, dir: dir, argv: append([]string{program, "build", "-o", stage + string(filepath.Separator)}, packages...),
		env: goEnv(env...), count: goDownloads, unit: "modules downloaded"})
	if err != nil {
		return err
	}
	for _, p := range packages {
		name := filepath.Base(p)
		if err := replace(filepath.Join(stage, name), filepath.Join(s.home.Bin(), builtName(name))); err != nil {
			return err
		}
	}
	return nil
}

// builtName is the name in bin of what go builds from a folder.
func builtName(folder string) string {
	switch folder {
	case "launcher":
		return "coadapt-kernel"
	case "plugincheck":
		return "plugin-check"
	}
	return folder
}

// programs is the step that builds the clone's own programs: the kernel's launcher with its stand-ins, the plugin's check and the
// coadapt command.
func (s *site) programs() step {
	packages := []string{"./kernel-setup/launcher", "./kernel-setup/plugincheck"}
	if main, err := filepath.Glob(filepath.Join(s.home.Root, "transfer", "cmd", "coadapt", "*.go")); err == nil && len(main) > 0 {
		packages = append(packages, "./transfer/cmd/coadapt")
	}
	return step{
		name:   "programs",
		does:   "the coadapt command, the kernel's launcher, the plugin's check",
		digest: s.sources,
		make: func(ctx context.Context) (record, error) {
			if err := s.build(ctx, "build-programs", s.home.Root, []string{"CGO_ENABLED=1"}, packages...); err != nil {
				return record{}, err
			}
			rec := record{}
			for _, p := range packages {
				rec.Made = append(rec.Made, "bin/"+builtName(filepath.Base(p)))
			}
			shim := filepath.Join(s.home.Bin(), "shim")
			if err := os.MkdirAll(shim, 0o755); err != nil {
				return record{}, err
			}
			rec.Made = append(rec.Made, "bin/shim")
			for _, name := range []string{"go", "goimports", "gopls"} {
				link := filepath.Join(s.stage(), name)
				if err := os.RemoveAll(link); err != nil {
					return record{}, err
				}
				if err := os.Symlink(filepath.Join("..", "coadapt-kernel"), link); err != nil {
					return record{}, err
				}
				if err := replace(link, filepath.Join(shim, name)); err != nil {
					return record{}, err
				}
			}
			return rec, nil
		},
	}
}

// sources is a digest over all that the clone's programs are built from.
func (s *site) sources(ctx context.Context) (string, error) {
	version, err := goVersion(ctx)
	if err != nil {
		return "", err
	}
	texts := []string{version}
	err = filepath.WalkDir(s.home.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != s.home.Root && (name[0] == '.' || name == "testdata") || path == s.home.Dir {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go") || filepath.Ext(name) == ".ipynb" || filepath.Ext(name) == ".md" {
			return nil
		}
		digest, err := fileDigest(path)
		rel, _ := filepath.Rel(s.home.Root, path) // path lies below it
		texts = append(texts, rel, digest)
		return err
	})
	return textDigest(texts...), err
}

// goVersion is what `go env GOVERSION` says in the clone: a go.mod may ask for another toolchain than the PATH's.
func goVersion(ctx context.Context) (string, error) {
	program, err := goProgram()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, "env", "GOVERSION", "GOROOT")
	cmd.Env = goEnv()
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(string(out)), " ") + " " + runtime.GOARCH, nil
}

// moduleVersion finds the version that a go.mod pins for the module of a package.
func moduleVersion(file, pkg string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "?"
	}
	best, version := "", "?"
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) >= 2 && strings.HasPrefix(f[1], "v") && (pkg == f[0] || strings.HasPrefix(pkg, f[0]+"/")) && len(f[0]) > len(best) {
			best, version = f[0], f[1]
		}
	}
	return version
}
