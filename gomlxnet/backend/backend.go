package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// Open opens the backend of a configuration such as "go" or "xla:cpu".
// XLA is always there, the program has to import others it may be asked for; a name that is
// not among them is an error here, where [compute.NewWithConfig] panics. On
// XLA's CPU, convolutions are oneDNN's where the plugin carries it: the first
// backend of a process settles that for all. It has a device for each core of the
// machine, but four at most: XLA would make four on any machine and a thread for each,
// and those that have no core wait for work in loops.
func Open(config string) (compute.Backend, error) {
	name, _, _ := strings.Cut(config, ":")
	if known := compute.List(); !slices.Contains(known, name) {
		slices.Sort(known)
		return nil, fmt.Errorf("backend %q: no backend is called %q; there are %s", config, name,
			strings.Join(known, ", "))
	}
	var b compute.Backend
	err := withCPUFlags(config, nil, func() (err error) {
		if options := clientOptions(config); options != nil {
			_, rest, _ := strings.Cut(config, ":")
			b, err = xla.NewWithOptions(rest, options)
		} else {
			b, err = compute.NewWithConfig(config)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w", config, err)
	}
	return b, nil
}

// clientOptions are what XLA's client is told beside the configuration, or nil.
func clientOptions(config string) pjrt.NamedValuesMap {
	if cpuPlugin(config, os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) == "" {
		return nil
	}
	return pjrt.NamedValuesMap{deviceCount: int64(min(4, runtime.NumCPU()))}
}

const deviceCount = "cpu_device_count"

// Divisible says whether [Divide] can divide a backend: one on XLA's CPU whose plugin was found by
// PJRT_PLUGIN_LIBRARY_PATH or is named.
func Divisible(b compute.Backend) bool {
	x, ok := b.(*xla.Backend)
	return ok && x.IsCPU() && clientOptions("xla:"+x.Config()) != nil
}

// Divide opens n backends beside one that is [Divisible], with one device each and an equal part of the machine's
// cores for their threads, at least one. They are for nets that are trained at once: on devices of one backend these
// share its threads, and each operation of each goes through hands of the other's (PERFORMANCE.md). They come to the
// same bits. The caller finalizes them.
func Divide(b compute.Backend, n int) (parts []compute.Backend, err error) {
	if !Divisible(b) || n < 1 {
		return nil, fmt.Errorf("backend %s: it cannot be divided in %d", b.Name(), n)
	}
	config := b.(*xla.Backend).Config()
	threads := strconv.Itoa(max(1, runtime.NumCPU()/n))
	for range n {
		// XLA takes as many threads as it has devices, and as the machine has cores, or this variable says.
		err := withCPUFlags("xla:"+config, map[string]string{"NPROC": threads}, func() error {
			part, err := xla.NewWithOptions(config, pjrt.NamedValuesMap{deviceCount: int64(1)})
			parts = append(parts, part)
			return err
		})
		if err != nil {
			for _, p := range parts[:len(parts)-1] {
				p.Finalize()
			}
			return nil, fmt.Errorf("backend %q, divided in %d: %w", "xla:"+config, n, err)
		}
	}
	return parts, nil
}

// Class says what kind of machine computes: "go", "xla:cpu" or
// "xla:cuda". Results of one class agree to rounding, whatever the file of the
// plugin; the class is part of a result's key.
func Class(b compute.Backend) string {
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

// ClassOf is the [Class] of a configuration whose backend is not open, as far as its name tells: "go", "xla:cpu",
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
// however many it shows: more of them compute no faster.
func OnCores(b compute.Backend) bool {
	class := Class(b)
	return class == "go" || class == "xla:cpu"
}
