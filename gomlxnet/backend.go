package gomlxnet

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
)

// OpenBackend opens the backend of a configuration such as "go" or "xla:cpu".
// The program has to import the backends it may be asked for; a name that is
// not among them is an error here, where [compute.NewWithConfig] panics. On
// XLA's CPU, convolutions are oneDNN's where the plugin carries it: the first
// backend of a process settles that for all.
func OpenBackend(config string) (compute.Backend, error) {
	name, _, _ := strings.Cut(config, ":")
	if known := compute.List(); !slices.Contains(known, name) {
		slices.Sort(known)
		return nil, fmt.Errorf("backend %q: no backend is called %q; there are %s", config, name, strings.Join(known, ", "))
	}
	var b compute.Backend
	err := withCPUFlags(config, func() (err error) {
		b, err = compute.NewWithConfig(config)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w", config, err)
	}
	return b, nil
}

// BackendClass says what kind of machine computes: "go", "xla:cpu" or
// "xla:cuda". Results of one class agree to rounding, whatever the file of the
// plugin; the class is part of a result's key.
func BackendClass(b compute.Backend) string {
	if name, _, _ := strings.Cut(strings.ToLower(b.Name()), " "); name != "xla" {
		return name // the Go backend calls itself "Go Backend"
	}
	device := strings.ToLower(b.DeviceDescription(0))
	for _, kind := range []string{"cpu", "cuda", "gpu", "tpu"} {
		if strings.Contains(device, kind) {
			return "xla:" + strings.Replace(kind, "gpu", "cuda", 1)
		}
	}
	class, _, _ := strings.Cut(b.Description(), " ")
	return class
}

// ClassOf is the BackendClass of a configuration whose backend is not open, as far as its name tells: "go", "xla:cpu",
// "xla:cuda" or a plugin's path that says which. ok is false where the backend has to be opened to know.
func ClassOf(config string) (class string, ok bool) {
	name, options, _ := strings.Cut(config, ":")
	if name != "xla" {
		return name, name == "go"
	}
	plugin, _, _ := strings.Cut(options, ",")
	plugin = filepath.Base(plugin)
	for _, kind := range []string{"cpu", "cuda"} {
		if strings.Contains(plugin, kind) {
			return "xla:" + kind, true
		}
	}
	return "", false
}

// OnCores says whether the devices of a backend are the cores of this machine,
// however many it shows (XLA's CPU plugin four): more of them compute no faster.
func OnCores(b compute.Backend) bool {
	class := BackendClass(b)
	return class == "go" || class == "xla:cpu"
}
