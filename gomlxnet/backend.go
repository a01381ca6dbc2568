package gomlxnet

import (
	"strings"

	"github.com/gomlx/compute"
)

// BackendClass says what kind of machine computes: "go", "xla:cpu" or
// "xla:cuda". Results of one class agree to rounding, whatever the file of the
// plugin; the class is part of a result's key.
func BackendClass(b compute.Backend) string {
	if b.Name() != "xla" {
		return b.Name()
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
