package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// goTools is the step that builds GoNB and goimports, which it needs at every cell; completion is that of gopls, which
// completes code in JupyterLab. They have modules of their own (tools, tools/gopls), so that their dependencies are
// locked and stay out of the clone's.
//
// Steps that build with Go come one after the other: go uses all cores by itself, and two at a time would compile the
// same packages twice.
func (s *site) goTools() step {
	return s.toolStep(
		step{name: "tools", does: "GoNB and goimports", after: []string{"compiler"}},
		"tools",
		"github.com/janpfeifer/gonb",
		"golang.org/x/tools/cmd/goimports",
	)
}

func (s *site) completion() step {
	st := step{
		name:  "completion",
		does:  "gopls, which completes code",
		after: []string{"compiler", "tools", "programs", "notebook", "command", "prewarm"},
	}
	st = s.toolStep(st, filepath.Join("tools", "gopls"), "golang.org/x/tools/gopls")
	build := st.make
	st.make = func(ctx context.Context) (record, error) {
		rec, err := build(ctx)
		rec.Made = append(rec.Made, "bin/shim/gopls")
		return rec, errors.Join(
			err,
			s.standIn("gopls"),
		) // GoNB starts whatever has the name, so it comes with the program itself
	}
	return st
}

// toolStep fills in a step that builds packages of a module below kernel-setup.
func (s *site) toolStep(st step, module string, packages ...string) step {
	dir := filepath.Join(s.home.Root, "kernel-setup", module)
	st.digest = func(ctx context.Context) (string, error) {
		var texts []string
		for _, name := range []string{"go.mod", "go.sum"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return "", err
			}
			texts = append(texts, string(text))
		}
		version, err := goVersion(ctx)
		return textDigest(append(texts, version)...), err
	}
	st.make = func(ctx context.Context) (record, error) {
		if err := s.build(ctx, "build-"+st.name, dir, nil, packages...); err != nil {
			return record{}, err
		}
		rec := record{Facts: map[string]string{}}
		for _, p := range packages {
			rec.Made = append(rec.Made, "bin/"+filepath.Base(p))
			rec.Facts[filepath.Base(p)] = moduleVersion(filepath.Join(dir, "go.mod"), p)
		}
		return rec, nil
	}
	return st
}

// modules is the step that downloads the clone's modules while other programs are built. What go lacks later, it
// downloads itself.
func (s *site) modules() step {
	return step{
		name:  "modules",
		does:  "Go modules of the clone",
		after: []string{"compiler"},
		digest: func(context.Context) (string, error) {
			text, err := os.ReadFile(filepath.Join(s.home.Root, "go.sum"))
			return textDigest(string(text)), err
		},
		make: func(ctx context.Context) (record, error) {
			program, err := goProgram()
			if err != nil {
				return record{}, err
			}
			return record{}, s.run(
				ctx,
				command{log: "modules", dir: s.home.Root, argv: []string{program, "mod", "download"}, env: goEnv()},
			)
		},
	}
}

var goDownloads = regexp.MustCompile(`^go: downloading `)

// build builds main packages of the module in dir into bin: into the stage first, then renamed. It needs no network but
// the Go proxy's.
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
	err = s.run(
		ctx,
		command{
			log:   log,
			dir:   dir,
			argv:  append([]string{program, "build", "-o", stage + string(filepath.Separator)}, packages...),
			env:   goEnv(env...),
			count: goDownloads,
			unit:  "modules downloaded",
		},
	)
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

// programs is the step that builds what a kernel needs of the clone: its launcher with the stand-ins, and the plugin's
// check.
func (s *site) programs() step {
	packages := []string{"./kernel-setup/launcher", "./kernel-setup/plugincheck"}
	return step{
		name:   "programs",
		does:   "the kernel's launcher, the plugin's check",
		after:  []string{"compiler", "tools", "modules"},
		digest: s.sources,
		make: func(ctx context.Context) (record, error) {
			if err := s.build(ctx, "build-programs", s.home.Root, []string{"CGO_ENABLED=1"}, packages...); err != nil {
				return record{}, err
			}
			rec := record{}
			for _, p := range packages {
				rec.Made = append(rec.Made, "bin/"+builtName(filepath.Base(p)))
			}
			rec.Made = append(rec.Made, "bin/shim")
			return rec, errors.Join(s.standIn("go"), s.standIn("goimports"))
		},
	}
}

// standIn puts the launcher among the stand-ins of a kernel, under the name of a program.
func (s *site) standIn(name string) error {
	shim, link := filepath.Join(s.home.Bin(), "shim"), filepath.Join(s.stage(), name)
	if err := errors.Join(os.MkdirAll(shim, 0o755), os.RemoveAll(link),
		os.Symlink(filepath.Join("..", "coadapt-kernel"), link)); err != nil {
		return err
	}
	return replace(link, filepath.Join(shim, name))
}

// coadapt is the step that builds the coadapt command.
func (s *site) coadapt() step {
	return step{
		name:   "command",
		does:   "the coadapt command",
		after:  []string{"compiler", "tools", "programs", "notebook"},
		digest: s.sources,
		make: func(ctx context.Context) (record, error) {
			return record{
					Made: []string{"bin/coadapt"},
				}, s.build(
					ctx,
					"build-coadapt",
					s.home.Root,
					[]string{"CGO_ENABLED=1"},
					"./transfer/cmd/coadapt",
				)
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
		if !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go") || filepath.Ext(name) == ".ipynb" ||
			filepath.Ext(name) == ".md" {
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
	out, err := askGo(ctx, "", goEnv(), "env", "GOVERSION", "GOROOT")
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(out), " ") + " " + runtime.GOARCH, nil
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
		if len(f) >= 2 && strings.HasPrefix(f[1], "v") && (pkg == f[0] || strings.HasPrefix(pkg, f[0]+"/")) &&
			len(f[0]) > len(best) {
			best, version = f[0], f[1]
		}
	}
	return version
}
