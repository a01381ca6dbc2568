//go:build (linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)

package main

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// plugin tells the PJRT API version and the platform of the plugin behind a backend; both are "" when it is not XLA's.
func plugin(b compute.Backend) (api, platform string, err error) {
	x, ok := b.(*xla.Backend)
	if !ok {
		return "", "", nil
	}
	p, err := pjrt.GetPlugin(x.PluginName())
	if err != nil {
		return "", "", err
	}
	platform = strings.ToLower(x.PluginName())
	if x.IsCUDA() {
		platform = "cuda"
	} else if x.IsCPU() {
		platform = "cpu"
	}
	major, minor := p.Version()
	return fmt.Sprintf("%d.%d", major, minor), platform, nil
}
