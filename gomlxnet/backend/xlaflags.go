package backend

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const flagsEnv = "XLA_FLAGS"

// cpuFlags hand convolutions, and the products between them, to oneDNN, which
// XLA's CPU plugins carry: a training step of Mini takes two thirds of what it
// takes with XLA's own (PERFORMANCE.md). What is left to XLA's own compiler, it compiles in a
// tenth less time at LLVM's first level, to code as fast. XLA ends the process over a flag that
// it does not know, so they are set only where the plugin knows all of them.
func cpuFlags() []string {
	return []string{
		"xla_cpu_use_onednn=true",
		"xla_cpu_experimental_onednn_custom_call=true",
		"xla_backend_optimization_level=1",
		"xla_cpu_experimental_ynn_fusion_type=", // would take convolutions before oneDNN sees them
	}
}

// settingEnv is held while variables of the environment are ours. They belong to the
// whole process, and so does their lock: of two that set and restore one at once,
// one would keep the other's value.
var settingEnv sync.Mutex

// withCPUFlags runs open with XLA_FLAGS set for the CPU plugin that config
// names, and with other variables. XLA reads them as its client is made; afterwards they are what they
// were, so that no child process inherits them.
func withCPUFlags(config string, env map[string]string, open func() error) error {
	plugin := cpuPlugin(config, os.Getenv("PJRT_PLUGIN_LIBRARY_PATH"))
	if plugin == "" {
		return open()
	}
	knows, err := holds(plugin, cpuFlags())
	if err != nil {
		return fmt.Errorf("looking for oneDNN in the plugin: %w", err)
	}
	settingEnv.Lock()
	defer settingEnv.Unlock()
	set := map[string]string{}
	maps.Copy(set, env)
	if knows {
		set[flagsEnv] = addFlags(os.Getenv(flagsEnv), cpuFlags())
	}
	return withEnv(set, open)
}

// withEnv runs f with variables of the environment set.
func withEnv(env map[string]string, f func() error) (err error) {
	for name, value := range env {
		was, set := os.LookupEnv(name)
		if err := os.Setenv(name, value); err != nil {
			return err
		}
		defer func() {
			if set {
				err = errors.Join(err, os.Setenv(name, was))
			} else {
				err = errors.Join(err, os.Unsetenv(name))
			}
		}()
	}
	return f()
}

// addFlags adds flags to a user's XLA_FLAGS. Where one of them is the user's
// too, the user's holds; a value that is the name of a file of flags (XLA tells
// it by its first letter) stays alone.
func addFlags(user string, flags []string) string {
	given := strings.Fields(user)
	if len(given) > 0 && !strings.HasPrefix(given[0], "-") {
		return user
	}
	out := user
	for _, f := range flags {
		name, _, _ := strings.Cut("--"+f, "=")
		if !slices.ContainsFunc(given, func(g string) bool { return g == name || strings.HasPrefix(g, name+"=") }) {
			out = strings.TrimSpace(out + " --" + f)
		}
	}
	return out
}

// cpuPlugin is the file of the CPU plugin that go-xla loads for a configuration
// ("xla:cpu", "xla:/a/pjrt_c_api_cpu_plugin.so"), dirs being the folders that
// it searches; "" is one that is not found there, or no CPU's.
func cpuPlugin(config, dirs string) string {
	name, options, _ := strings.Cut(config, ":")
	plugin, _, _ := strings.Cut(options, ",")
	switch {
	case name != "xla":
		return ""
	case filepath.IsAbs(plugin) && strings.Contains(filepath.Base(plugin), "cpu"):
		return plugin
	case plugin != "cpu":
		return ""
	}
	for _, dir := range filepath.SplitList(dirs) {
		file := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return ""
}

// holds tells whether a library has the names of all flags among its constants.
// Those of a plugin of 200 MB are 13 MB, read in 7 ms. A file that is no library
// of Linux's holds none.
func holds(file string, flags []string) (bool, error) {
	f, err := elf.Open(file)
	var format *elf.FormatError
	if errors.As(err, &format) || errors.Is(err, io.EOF) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer f.Close()
	constants := f.Section(".rodata")
	if constants == nil {
		return false, nil
	}
	data, err := constants.Data()
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(flags, func(flag string) bool {
		name, _, _ := strings.Cut(flag, "=")
		return !bytes.Contains(data, []byte(name))
	}), nil
}
