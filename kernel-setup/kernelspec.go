package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/home"
)

// kernelName is the kernel's name in notebooks.
const kernelName = "coadapt"

// kernelGoFlags are the flags of a cell's build: without symbol tables, linking, which dominates, takes half as long.
const kernelGoFlags = "'-ldflags=-s -w'"

// kernelSpec is Jupyter's kernel.json.
type kernelSpec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      map[string]any    `json:"metadata"`
}

// spec is the kernel of this clone.
func (s *site) spec(ctx context.Context) (kernelSpec, error) {
	env, _, err := plugins.ChildEnv(s.home, "")
	if err != nil {
		return kernelSpec{}, err
	}
	env["GOFLAGS"], env["GOWORK"], env["CGO_ENABLED"] = kernelGoFlags, "off", "1"
	// Cells run here, whatever the user's shell builds for.
	env["GOOS"], env["GOARCH"], env["GO111MODULE"] = runtime.GOOS, runtime.GOARCH, "on"
	env[home.EnvHome], env[home.EnvRoot] = s.home.Dir, s.home.Root
	program, err := goProgram()
	if err != nil {
		return kernelSpec{}, err
	}
	root, err := askGo(ctx, "", goEnv(), "env", "GOROOT")
	if err != nil {
		return kernelSpec{}, err
	}
	// The go of the PATH comes before its GOROOT's: it may be a wrapper that the user put there.
	path := slices.Compact([]string{s.home.Bin(), filepath.Dir(program),
		filepath.Join(strings.TrimSpace(root), "bin"), "${PATH}"})
	env["PATH"] = strings.Join(path, string(os.PathListSeparator))
	return kernelSpec{
		Argv:          []string{filepath.Join(s.home.Bin(), "coadapt-kernel"), "{connection_file}"},
		DisplayName:   "Go (coadapt)",
		Language:      "go",
		InterruptMode: "message",
		Env:           env,
		Metadata:      map[string]any{},
	}, nil
}

// indented is the JSON of v, with <, > and & as they are.
func indented(v any, indent string) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", indent)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return text.Bytes(), err
}

// kernel is the step that tells the environment's Jupyter, and no other, of the kernel.
func (s *site) kernel() step {
	file := filepath.Join("venv", "share", "jupyter", "kernels", kernelName, "kernel.json")
	return step{
		name:  "kernel",
		does:  "Jupyter kernel \"" + kernelName + "\"",
		after: []string{"venv", "plugin", "plugin-named"}, // it lies in the one and names the other
		digest: func(ctx context.Context) (string, error) {
			text, err := s.kernelFile(ctx)
			return textDigest(string(text)), err
		},
		sound: func(_ context.Context, rec record) error {
			text, err := os.ReadFile(filepath.Join(s.home.Dir, file))
			if err == nil && textDigest(string(text)) != rec.Digest {
				err = errors.New("kernel.json was changed")
			}
			return err
		},
		make: func(ctx context.Context) (record, error) {
			text, err := s.kernelFile(ctx)
			if err != nil {
				return record{}, err
			}
			return record{Made: []string{file}}, writeFile(filepath.Join(s.home.Dir, file), text)
		},
	}
}

// kernelFile is the kernel.json of this clone.
func (s *site) kernelFile(ctx context.Context) ([]byte, error) {
	spec, err := s.spec(ctx)
	if err != nil {
		return nil, err
	}
	return indented(spec, "  ")
}
