package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"coadapt/gomlxnet/backend/plugins"
)

// Kinds of plugin that -plugin names.
const (
	pluginWheel   = "wheel"
	pluginRelease = "release"
	pluginCUDA    = "cuda"
	pluginNone    = "none"
)

// existing is the kind recorded when PJRT_PLUGIN_LIBRARY_PATH named a plugin.
const pluginExisting = "existing"

// pluginKind settles what to install: the flag, else the plugin that the environment names, else what was installed
// before, else the platform's default.
func (s *site) pluginKind(flag string) (string, error) {
	switch {
	case flag == "":
	case !slices.Contains([]string{pluginWheel, pluginRelease, pluginCUDA, pluginNone}, flag):
		return "", fmt.Errorf("-plugin %s: want wheel, release, cuda or none", flag)
	case flag == pluginWheel && platform() != "linux/amd64":
		return "", fmt.Errorf("-plugin wheel: the wheels are for linux/amd64, this is %s; use -plugin release",
			platform())
	case flag == pluginCUDA && platform() != "linux/amd64":
		return "", fmt.Errorf("-plugin cuda: go-xla's installer knows linux/amd64, this is %s", platform())
	default:
		return flag, nil
	}
	if named := os.Getenv(plugins.EnvPlugins); named != "" && !s.ours(named) {
		return pluginExisting, nil
	}
	if before := s.facts("plugin")["kind"]; before != "" {
		return before, nil
	}
	switch platform() {
	case "linux/amd64":
		return pluginWheel, nil
	case "linux/arm64", "darwin/arm64":
		return pluginRelease, nil
	}
	return pluginNone, nil
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// ours tells whether a value of PJRT_PLUGIN_LIBRARY_PATH names only folders that set-up made.
func (s *site) ours(named string) bool {
	return !slices.ContainsFunc(filepath.SplitList(named),
		func(dir string) bool { return dir != s.home.PJRT() && dir != s.home.CUDA() })
}

// pluginWay is how a kind of plugin is installed.
type pluginWay struct {
	does    string
	from    string // what it is made from, beyond its kind
	install func(context.Context) (record, error)
}

// plugin is the step that installs the PJRT plugin of a kind. CUDA comes beside the CPU's plugin, so that the machine
// can do without its card.
func (s *site) plugin(kind string) step {
	name, named := "plugin", os.Getenv(plugins.EnvPlugins)
	if kind == pluginExisting {
		name = "plugin-named" // beside one that set-up installed, which counts again when the variable is unset
	}
	wheel := func(ctx context.Context) (record, error) { return s.installFirst(ctx, wheels(), s.checkPlugin) }
	none := func(context.Context) (record, error) {
		return record{Facts: map[string]string{"kind": kind}}, os.RemoveAll(s.home.PJRT())
	}
	way := map[string]pluginWay{
		pluginWheel:    {"PJRT plugin for the CPU, from a wheel", pluginWheels, wheel},
		pluginRelease:  {"PJRT plugin for the CPU, by go-xla's installer", "", s.installRelease},
		pluginCUDA:     {"PJRT plugins for CUDA and the CPU", pluginWheels, s.installCUDA},
		pluginNone:     {"no PJRT plugin: nets run on GoMLX's pure Go backend", "", none},
		pluginExisting: {"PJRT plugin that PJRT_PLUGIN_LIBRARY_PATH names", named, s.adoptPlugin},
	}[kind]
	return step{
		name: name,
		does: way.does,
		// pip downloads it, and plugin-check tries it.
		after: []string{"venv", "programs"},
		digest: func(context.Context) (string, error) {
			if way.from == "" {
				return textDigest(kind), nil
			}
			return textDigest(kind, way.from), nil
		},
		sound: func(_ context.Context, rec record) error { return s.pluginSound(rec) },
		make: func(ctx context.Context) (record, error) {
			if kind != pluginExisting && kind != pluginCUDA { // it would go on being preferred where there is a card
				if err := os.RemoveAll(s.cudaTree()); err != nil {
					return record{}, err
				}
			}
			return way.install(ctx)
		},
	}
}

// pluginSound compares every library recorded with what lies there.
func (s *site) pluginSound(rec record) error {
	for key, library := range rec.Facts {
		if key != "library" && key != "cuda_library" {
			continue
		}
		digest, err := fileDigest(library)
		if err != nil {
			return fmt.Errorf("the plugin cannot be read: %w", err)
		}
		if digest != rec.Facts[key+"_sha256"] {
			return fmt.Errorf("%s is not what was installed (damaged or changed: its SHA-256 differs from the "+
				"manifest's)", library)
		}
	}
	return nil
}

// adoptPlugin records the plugin that the environment names, and uses it as it is.
func (s *site) adoptPlugin(ctx context.Context) (record, error) {
	named := os.Getenv(plugins.EnvPlugins)
	for _, dir := range filepath.SplitList(named) {
		libraries, err := filepath.Glob(filepath.Join(dir, "pjrt*.so"))
		if err != nil || len(libraries) == 0 {
			continue
		}
		answer, err := s.checkPlugin(ctx, named)
		if err != nil {
			return record{}, fmt.Errorf("%s=%s: %w", plugins.EnvPlugins, named, err)
		}
		facts := answer.facts()
		facts["kind"], facts["from"] = pluginExisting, named
		return record{Facts: facts}, addLibrary(facts, "library", libraries[0])
	}
	return record{}, fmt.Errorf("%s=%s: no pjrt_c_api_*_plugin.so there; unset it to have one installed",
		plugins.EnvPlugins, named)
}

// addLibrary notes a library's path and digest.
func addLibrary(facts map[string]string, key, library string) error {
	digest, err := fileDigest(library)
	facts[key], facts[key+"_sha256"] = library, digest
	return err
}

// pluginAnswer is what plugin-check prints.
type pluginAnswer struct {
	API      string  `json:"api"`
	Platform string  `json:"platform"`
	Devices  int     `json:"devices"`
	Product  string  `json:"product"`
	Seconds  float64 `json:"seconds"`
}

func (a pluginAnswer) facts() map[string]string {
	return map[string]string{"api": a.API, "platform": a.Platform, "devices": fmt.Sprint(a.Devices)}
}

// checkPlugin loads the plugin in the folders named (a path list) and multiplies two matrices on it, in a process of
// its own: a truncated library ends the process that loads it by a bus error.
func (s *site) checkPlugin(ctx context.Context, dirs string) (pluginAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.home.Bin(), "plugin-check"))
	config := "xla:cpu"
	if fileExists(filepath.Join(filepath.SplitList(dirs)[0], cudaLibrary)) && plugins.HasGPU() {
		config = "xla:cuda"
	}
	cmd.Env = append(without(os.Environ(), plugins.EnvPlugins, plugins.EnvBackend), plugins.EnvPlugins+"="+dirs,
		plugins.EnvBackend+"="+config, plugins.EnvNoAutoInstall+"=1", "TF_CPP_MIN_LOG_LEVEL=3")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if errors.Is(err, os.ErrNotExist) {
		return pluginAnswer{}, errors.New("bin/plugin-check is not built")
	}
	var answer pluginAnswer
	if err == nil {
		err = json.Unmarshal(out, &answer)
	}
	if err != nil {
		return pluginAnswer{}, fmt.Errorf("the plugin in %s does not load or compute: %s (%w)", dirs,
			firstLine(errs.String()), err)
	}
	return answer, nil
}
