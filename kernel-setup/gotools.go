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

	"coadapt/kernel-setup/cellmod"

	"golang.org/x/mod/modfile"
)

// goTools is the step that builds GoNB and goimports, which it needs at every cell; completion is that of gopls, which
// completes code in JupyterLab. They have modules of their own (tools, tools/gopls), so that their dependencies are
// locked and stay out of the clone's.
//
// Steps that build with Go come one after the other: go uses all cores by itself, and two at a time would compile the
// same packages twice.
func (s *site) goTools() step {
	st := step{name: "tools", does: "GoNB and goimports", after: []string{"compiler"}}
	return s.toolStep(st, nil, "tools", "github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports")
}

func (s *site) completion() step {
	st := step{
		name:  "completion",
		does:  "gopls, which completes code",
		after: []string{"compiler", "tools", "programs", "notebook", "command", "prewarm"},
	}
	// GoNB starts whatever has the name, so the stand-in comes with the program itself
	return s.toolStep(st, []string{"gopls"}, filepath.Join("tools", "gopls"), "golang.org/x/tools/gopls")
}

// toolStep fills in a step that builds packages of a module below kernel-setup.
func (s *site) toolStep(st step, standIns []string, module string, packages ...string) step {
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
		rec, err := s.built(ctx, "build-"+st.name, dir, standIns, packages...)
		rec.Facts = map[string]string{}
		for _, p := range packages {
			rec.Facts[filepath.Base(p)] = moduleVersion(filepath.Join(dir, "go.mod"), p)
		}
		for _, name := range standIns {
			rec.Made = append(rec.Made, "bin/shim/"+name)
		}
		return rec, err
	}
	return st
}

// programs is the step that builds what a kernel needs of the clone: its launcher with the stand-ins, and the plugin's
// check.
func (s *site) programs() step {
	return step{
		name:   "programs",
		does:   "the kernel's launcher, the plugin's check",
		after:  []string{"compiler", "tools", "modules"},
		digest: s.sources,
		make: func(ctx context.Context) (record, error) {
			rec, err := s.built(ctx, "build-programs", s.home.Root, []string{"go", "goimports"},
				"./kernel-setup/launcher", "./kernel-setup/plugincheck")
			rec.Made = append(rec.Made, "bin/shim")
			return rec, err
		},
	}
}

// coadapt is the step that builds the coadapt command.
func (s *site) coadapt() step {
	return step{
		name:   "command",
		does:   "the coadapt command",
		after:  []string{"compiler", "tools", "programs", "notebook"},
		digest: s.sources,
		make: func(ctx context.Context) (record, error) {
			return s.built(ctx, "build-coadapt", s.home.Root, nil, "./transfer/cmd/coadapt")
		},
	}
}

// built builds packages, puts the launcher among the stand-ins of a kernel under the names of programs, and records
// what it made.
func (s *site) built(ctx context.Context, log, dir string, standIns []string, packages ...string) (record, error) {
	if err := s.build(ctx, log, dir, packages...); err != nil {
		return record{}, err
	}
	rec := record{}
	for _, p := range packages {
		rec.Made = append(rec.Made, "bin/"+builtName(p))
	}
	for _, name := range standIns {
		link, place := filepath.Join(s.stage(), name), filepath.Join(s.home.Bin(), "shim", name)
		if err := errors.Join(os.RemoveAll(link), os.Symlink(filepath.Join("..", "coadapt-kernel"), link),
			replace(link, place)); err != nil {
			return record{}, err
		}
	}
	return rec, nil
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
			return record{}, s.run(ctx, command{log: "modules", dir: s.home.Root,
				argv: []string{"go", "mod", "download"}, env: goEnv()})
		},
	}
}

var goDownloads = regexp.MustCompile(`^go: downloading `)

// build builds main packages of the module in dir into bin: into the stage first, then renamed. It needs no network but
// the Go proxy's.
func (s *site) build(ctx context.Context, log, dir string, packages ...string) error {
	stage := filepath.Join(s.stage(), "bin")
	if err := os.RemoveAll(stage); err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	argv := append([]string{"go", "build", "-o", stage + string(filepath.Separator)}, packages...)
	if err := s.run(ctx, command{log: log, dir: dir, argv: argv, env: goEnv("CGO_ENABLED=1"),
		count: goDownloads, unit: "modules downloaded"}); err != nil {
		return err
	}
	for _, p := range packages {
		from, to := filepath.Join(stage, filepath.Base(p)), filepath.Join(s.home.Bin(), builtName(p))
		if err := replace(from, to); err != nil {
			return err
		}
	}
	return nil
}

// builtName is the name in bin of what go builds from a package.
func builtName(pkg string) string {
	switch name := filepath.Base(pkg); name {
	case "launcher":
		return "coadapt-kernel"
	case "plugincheck":
		return "plugin-check"
	default:
		return name
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
		name, ext := d.Name(), filepath.Ext(path)
		switch {
		case d.IsDir() && (path == s.home.Dir || path != s.home.Root && (name[0] == '.' || name == "testdata")):
			return filepath.SkipDir
		case !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go") || ext == ".ipynb" || ext == ".md":
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
	mod, err := modfile.Parse(file, text, nil)
	if err != nil {
		return "?"
	}
	if found := cellmod.Providing(mod, pkg); found != nil {
		return found.Version
	}
	return "?"
}
