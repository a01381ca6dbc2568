package main

import (
	"archive/zip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"coadapt/gomlxnet/durable"
)

//go:embed plugins.txt
var pluginWheels string

// wheel is one line of plugins.txt.
type wheel struct {
	requirement   string // the line, for pip
	name, version string
	sha256        string
}

// Names under which go-xla finds a plugin on Linux and macOS.
const (
	cpuLibrary  = "pjrt_c_api_cpu_plugin.so"
	cudaLibrary = "pjrt_c_api_cuda_plugin.so"
)

// wheels are those of plugins.txt, the preferred first.
func wheels() []wheel {
	var all []wheel
	for _, m := range wheelLine.FindAllStringSubmatch(pluginWheels, -1) {
		all = append(all, wheel{requirement: m[0], name: m[1], version: m[2], sha256: m[3]})
	}
	return all
}

var wheelLine = regexp.MustCompile(`(?m)^([^#\s]+)==(\S+) --hash=sha256:([0-9a-f]{64})$`)

// loader tries a plugin: checkPlugin, or a stand-in in tests.
type loader func(ctx context.Context, dirs string) (pluginAnswer, error)

// installFirst installs the first of wheels that can be had and loads. A wrong hash stops it at once: a source that
// serves something else is not to be asked for the next one.
func (s *site) installFirst(ctx context.Context, wheels []wheel, load loader) (record, error) {
	stage := filepath.Join(s.stage(), "plugin")
	var failures error
	for i, w := range wheels {
		if err := errors.Join(os.RemoveAll(stage), os.MkdirAll(stage, 0o755)); err != nil {
			return record{}, err
		}
		s.say("      %s %s", w.name, w.version)
		facts, err := s.stageWheel(ctx, stage, w, load)
		if err == nil {
			if err = replace(filepath.Join(stage, "pjrt"), s.home.PJRT()); err == nil {
				library := filepath.Join(s.home.PJRT(), cpuLibrary)
				facts["kind"], facts["library"], facts["fallback"] = pluginWheel, library, fmt.Sprint(i > 0)
				return record{Made: []string{"pjrt"}, Facts: facts}, os.RemoveAll(stage)
			}
		}
		if clean := os.RemoveAll(stage); errors.Is(err, errHash) || ctx.Err() != nil || clean != nil {
			return record{}, errors.Join(fmt.Errorf("%s %s: %w", w.name, w.version, err), clean)
		}
		failures = errors.Join(failures, fmt.Errorf("%s %s: %w", w.name, w.version, err))
		s.say("      not usable: %v", err)
	}
	return record{}, fmt.Errorf("no plugin could be installed; with a network try -plugin release, without one "+
		"-plugin none:\n%w", failures)
}

// stageWheel downloads w into stage, takes it apart into stage/pjrt and tries it.
func (s *site) stageWheel(ctx context.Context, stage string, w wheel, load loader) (map[string]string, error) {
	lock := filepath.Join(stage, "requirements.txt")
	if err := writeFile(lock, []byte(w.requirement+"\n")); err != nil {
		return nil, err
	}
	args := []string{"download", "--no-deps", "--only-binary=:all:", "-r", lock, "-d", stage}
	if err := s.pip(ctx, s.executing(), command{log: "pip-plugin", argv: args, unit: "files"}); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(stage, "*.whl"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("pip left %d wheels in %s, want 1", len(files), stage)
	}
	dir := filepath.Join(stage, "pjrt")
	if err := unpackPlugin(files[0], dir); err != nil {
		return nil, err
	}
	answer, err := load(ctx, dir)
	if err != nil {
		return nil, err
	}
	facts := answer.facts()
	facts["package"], facts["version"], facts["wheel"], facts["wheel_sha256"] = w.name, w.version,
		filepath.Base(files[0]), w.sha256
	return facts, addLibrary(facts, "library", filepath.Join(dir, cpuLibrary))
}

// unpackPlugin takes the one shared library out of a wheel, under the name that go-xla looks for, and its licence
// texts.
func unpackPlugin(file, dir string) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("%s is no wheel: %w", file, err)
	}
	defer z.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	libraries := 0
	for _, f := range z.File {
		name := path.Base(f.Name)
		switch {
		case strings.HasSuffix(name, ".so"):
			name, libraries = cpuLibrary, libraries+1
		case name == "METADATA" || strings.Contains(f.Name, "/licenses/") && !f.FileInfo().IsDir():
		default:
			continue
		}
		if err := unpack(f, filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("%s: %s: %w", filepath.Base(file), f.Name, err)
		}
	}
	if libraries != 1 {
		return fmt.Errorf("%s holds %d shared libraries, want 1", filepath.Base(file), libraries)
	}
	return nil
}

func unpack(f *zip.File, to string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return durable.WriteFile(to, func(out io.Writer) error {
		_, err := io.Copy(out, in) // the zip's checksum is verified on the way
		return err
	})
}
