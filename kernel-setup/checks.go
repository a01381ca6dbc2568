package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"coadapt/gomlxnet/backend/plugins"
)

// checks are doctor's, from the ground up.
func (s *site) checks() []check {
	return []check{
		{"go", s.checkGo, mendGo()},
		{"c-compiler", compilerCheck, mendCompiler()},
		{"python", s.checkPython, mendPython()},
		{"set-up", s.checkManifest, mendSetup()},
		{"plugin", s.checkInstalledPlugin, mendSetup()},
		{"pjrt-api", s.checkAPI, mendSetup()},
		{"kernel", s.checkKernel, mendSetup()},
		{"jupyterlab", s.checkLab, mendSetup()},
		{"disk", s.checkDisk, everywhere("free some space, or move the set-up: export " +
			"COADAPT_HOME=/a/larger/disk/coadapt")},
		{"memory", checkMemory, everywhere("close other programs; add swap or memory")},
		{"gpu", checkGPU, mendSetup()},
	}
}

// checkGo wants the Go that go.mod asks for.
func (s *site) checkGo(ctx context.Context) (string, error) {
	found, err := goVersion(ctx)
	if err != nil {
		return "", err
	}
	// a development build has no valid version
	if name, _, _ := strings.Cut(found, " "); version.IsValid(name) && version.Compare(name, "go1.26") < 0 {
		return found, errors.New("is older than 1.26")
	}
	return found, nil
}

// compilerCheck compiles and links a C program the way cgo would, and returns the compiler's first line about itself.
func compilerCheck(ctx context.Context) (string, error) {
	named, err := askGo(ctx, "", goEnv(), "env", "CC")
	if err != nil {
		return "", err
	}
	cc := strings.Fields(named)
	if len(cc) == 0 {
		return "", errors.New("go knows no C compiler: CC is empty")
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return "", fmt.Errorf("no C compiler %q in the PATH, which XLA's binding needs", cc[0])
	}
	dir, err := os.MkdirTemp("", "coadapt-cc-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	args := append(cc[1:], "-o", filepath.Join(dir, "a"), "-x", "c", "-")
	if runtime.GOOS == "linux" {
		args = append(args, "-ldl")
	}
	cmd := exec.CommandContext(ctx, cc[0], args...)
	cmd.Stdin = strings.NewReader("#include <stdlib.h>\n#include <dlfcn.h>\n" +
		"int main(void) { return dlopen(NULL, RTLD_LAZY) == NULL; }\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not compile a small program: %w: %s", cc[0], err, firstLine(string(out)))
	}
	out, err := exec.CommandContext(ctx, cc[0], "--version").Output()
	if err != nil {
		return cc[0], nil
	}
	return firstLine(string(out)), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// checkPython wants a Python that can make the environment.
func (s *site) checkPython(ctx context.Context) (string, error) {
	p, err := findPython(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s with venv, %s", p.Version, p.Path), nil
}

// checkManifest looks whether every step was done and what it made is there.
func (s *site) checkManifest(context.Context) (string, error) {
	steps := []string{"venv", "tools", "programs", "notebook", "kernel", "lab", "command", "prewarm", "completion"}
	for _, name := range steps {
		rec := s.manifest.Steps[name]
		if rec.Digest == "" {
			return "", fmt.Errorf("step %q was not done in %s", name, short(s.home.Dir))
		}
		for _, made := range rec.Made {
			if !fileExists(filepath.Join(s.home.Dir, made)) {
				return "", fmt.Errorf("%s is gone from %s", made, short(s.home.Dir))
			}
		}
	}
	return fmt.Sprintf("JupyterLab %s, GoNB %s in %s", s.facts("lab")["jupyterlab"], s.facts("tools")["gonb"],
		short(s.home.Dir)), nil
}

// pluginRecord is the record of the plugin in use, and the folders where it lies: "" for the one that is asked to be
// missing, and an error where it is missing all the same.
func (s *site) pluginRecord() (rec record, dirs string, err error) {
	if named := os.Getenv(plugins.EnvPlugins); named != "" && !s.ours(named) {
		return s.manifest.Steps["plugin-named"], named, nil
	}
	rec, dirs = s.manifest.Steps["plugin"], strings.Join(plugins.Dirs(s.home), string(os.PathListSeparator))
	if dirs == "" && rec.Facts["kind"] != pluginNone {
		return rec, "", errors.New("no PJRT plugin is installed")
	}
	return rec, dirs, nil
}

// checkInstalledPlugin compares the plugin with the manifest and computes with it.
func (s *site) checkInstalledPlugin(ctx context.Context) (string, error) {
	rec, dirs, err := s.pluginRecord()
	if err != nil {
		return "", err
	}
	if dirs == "" {
		return "none, as asked for: GoMLX's pure Go backend", nil
	}
	if err := s.pluginSound(rec); err != nil {
		return "", err
	}
	answer, err := s.checkPlugin(ctx, dirs)
	if err != nil {
		return "", err
	}
	from := cmp.Or(strings.TrimSpace(rec.Facts["package"]+" "+rec.Facts["version"]), dirs)
	return fmt.Sprintf("%s on %s: 2x2 product %s in %.2f s", from, answer.Platform, answer.Product, answer.Seconds), nil
}

// checkAPI shows the version of the PJRT interface. go-xla v0.4.1 speaks to 0.81 (2025) and newer.
func (s *site) checkAPI(ctx context.Context) (string, error) {
	_, dirs, err := s.pluginRecord()
	if err != nil {
		return "", err
	}
	if dirs == "" {
		return "none needed", nil
	}
	answer, err := s.checkPlugin(ctx, dirs)
	if err != nil {
		return "", err
	}
	var minor int
	if _, err := fmt.Sscanf(answer.API, "0.%d", &minor); err != nil || minor < 81 {
		return answer.API, errors.New("is not one that go-xla v0.4.1 was seen to speak: 0.81 or newer")
	}
	return answer.API, nil
}

// checkKernel starts the kernel and has it answer a cell.
func (s *site) checkKernel(ctx context.Context) (string, error) {
	report, err := s.cells(ctx, time.Minute, "%%\nfmt.Println(6 * 7)")
	if err != nil {
		return "", err
	}
	cell := report.Cells[0]
	if !cell.OK || strings.TrimSpace(cell.Text) != "42" {
		return "", fmt.Errorf("the kernel answered a cell wrongly: %q", cell.Text)
	}
	return fmt.Sprintf("started in %.1f s, answered a cell in %.1f s", report.Start, cell.Seconds), nil
}
