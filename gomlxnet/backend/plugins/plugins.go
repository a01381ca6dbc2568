package plugins

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/home"
)

// Environment variables of GoMLX and go-xla that Choose reads and sets.
const (
	EnvBackend       = "GOMLX_BACKEND"
	EnvPlugins       = "PJRT_PLUGIN_LIBRARY_PATH"
	EnvNoAutoInstall = "GOMLX_NO_AUTO_INSTALL"
)

// Choose picks the GoMLX backend of this process and sets its environment (GOMLX_BACKEND, PJRT_PLUGIN_LIBRARY_PATH,
// GOMLX_NO_AUTO_INSTALL) accordingly. want is a flag's value; when it is "", $GOMLX_BACKEND counts, then the plugin
// that PJRT_PLUGIN_LIBRARY_PATH names or set-up installed (CUDA where a card is found, else CPU), then the pure Go
// backend.
//
// config is what to give backends.NewWithConfig. notice is a sentence for the user when there is no plugin, else "".
// An XLA backend that was asked for and has no plugin is an error.
//
// go-xla reads PJRT_PLUGIN_LIBRARY_PATH before main starts, so a plugin that this process's environment did not name
// is given to it by its absolute path (config "xla:/…/pjrt_c_api_cpu_plugin.so"). go-xla tells CUDA from CPU by that
// text: a clone whose own path holds "cuda" or "nvidia" needs PJRT_PLUGIN_LIBRARY_PATH in its environment, as
// set-up's kernel and tests have it.
func Choose(h home.Home, want string) (config, notice string, err error) {
	config, notice, err = choose(h, want, os.Getenv(EnvBackend), os.Getenv(EnvPlugins), HasGPU())
	if err != nil {
		return "", "", err
	}
	for k, v := range environment(config, pluginPath(h)) {
		if err := os.Setenv(k, v); err != nil {
			return "", "", fmt.Errorf("cannot set %s: %w", k, err)
		}
	}
	return config, notice, nil
}

// ChildEnv is what Choose sets, for a process that is yet to start (a kernel, a test): it reads
// PJRT_PLUGIN_LIBRARY_PATH in time, so the plugin has its short name there, "xla:cpu" or "xla:cuda".
func ChildEnv(h home.Home, want string) (env map[string]string, notice string, err error) {
	plugins := pluginPath(h)
	config, notice, err := choose(h, want, os.Getenv(EnvBackend), plugins, HasGPU())
	if err != nil {
		return nil, "", err
	}
	return environment(config, plugins), notice, nil
}

// pluginPath is the list of folders that the environment names, else that of set-up's.
func pluginPath(h home.Home) string {
	return cmp.Or(os.Getenv(EnvPlugins), strings.Join(Dirs(h), string(os.PathListSeparator)))
}

// environment is what a process that uses a backend wants.
func environment(config, plugins string) map[string]string {
	env := map[string]string{EnvBackend: config, EnvNoAutoInstall: "1"}
	if plugins != "" {
		env[EnvPlugins] = plugins
	}
	return env
}

// choose is Choose without its effect on the process.
func choose(h home.Home, want, env, plugins string, gpu bool) (config, notice string, err error) {
	config, from := want, "the backend asked for"
	if config == "" {
		config, from = env, "$"+EnvBackend
	}
	kind, options, _ := strings.Cut(config, ":")
	name, options, comma := strings.Cut(options, ",")
	if config != "" && kind != "xla" || filepath.IsAbs(name) {
		return config, "", nil
	}
	dirs, refused := pluginDirs(h)
	if plugins != "" {
		dirs = filepath.SplitList(plugins)
	}
	var file string
	if name == "" {
		name, file = defaultPlugin(dirs, gpu)
	} else {
		file = pluginFile(dirs, name)
	}
	switch {
	case file != "":
		if plugins == "" {
			name = file
		}
		if comma {
			name += "," + options
		}
		return "xla:" + name, "", nil
	case config == "" && refused != nil:
		return "go", fmt.Sprintf("Nets run on GoMLX's pure Go backend, 10 to 100 times slower than XLA: %v.",
			refused), nil
	case config == "":
		return "go", "No PJRT plugin was found, so nets run on GoMLX's pure Go backend, 10 to 100 times " +
			"slower than XLA; `go run ./kernel-setup setup` installs one.", nil
	case refused != nil:
		return "", "", fmt.Errorf("%s is %q, but %w", from, config, refused)
	}
	return "", "", fmt.Errorf("%s is %q, but there is no such PJRT plugin in %q; `go run ./kernel-setup setup` "+
		"installs one, and \"go\" needs none", from, config, strings.Join(dirs, string(os.PathListSeparator)))
}

// Dirs lists the folders of set-up's plugins that exist: CUDA's (go-xla's installer nests it) before the CPU's.
// Folders with plugins that others own or may write are left out.
func Dirs(h home.Home) []string {
	dirs, _ := pluginDirs(h) // what is left out, choose tells
	return dirs
}

// pluginDirs is Dirs with the reasons why folders were left out.
func pluginDirs(h home.Home) (dirs []string, refused error) {
	for _, dir := range []string{h.CUDA(), h.PJRT()} {
		files := pluginFiles(dir, "*")
		if len(files) == 0 {
			continue
		}
		if err := trusted(h, dir, files); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		dirs = append(dirs, dir)
	}
	return dirs, refused
}

// HasGPU tells whether the machine shows an NVIDIA device, by the rule that go-xla follows before it loads the CUDA
// plugin.
func HasGPU() bool {
	found, err := filepath.Glob("/dev/nvidia*")
	return err == nil && len(found) > 0
}

// trusted checks the home, the folder dir of its plugins and the plugins themselves.
func trusted(h home.Home, dir string, files []string) error {
	for _, path := range append([]string{h.Dir, dir}, files...) {
		if err := home.Trusted(path); err != nil {
			return fmt.Errorf("the PJRT plugins in %s are left out: %w", dir, err)
		}
	}
	return nil
}

func defaultPlugin(dirs []string, gpu bool) (name, file string) {
	for _, name := range []string{"cuda", "cpu"} {
		if file := pluginFile(dirs, name); file != "" && (name != "cuda" || gpu) {
			return name, file
		}
	}
	return "", ""
}

// pluginFile is the first plugin called name in dirs, or "".
func pluginFile(dirs []string, name string) string {
	for _, dir := range dirs {
		if files := pluginFiles(dir, name); len(files) > 0 {
			return files[0]
		}
	}
	return ""
}

// pluginFiles lists the files in dir that go-xla would take for the plugin called name; "*" matches any name.
func pluginFiles(dir, name string) []string {
	var found []string
	for _, stem := range []string{"pjrt_c_api_" + name + "_plugin", "pjrt-plugin-" + name, "pjrt_plugin_" + name} {
		for _, ext := range []string{".so", ".dylib", ".dll"} {
			files, err := filepath.Glob(filepath.Join(escapeGlob(dir), stem+ext))
			if err == nil {
				found = append(found, files...)
			}
		}
	}
	return found
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
