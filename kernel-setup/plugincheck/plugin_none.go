//go:build !((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package main

import "github.com/gomlx/compute"

// plugin tells that go-xla has no XLA for this platform.
func plugin(compute.Backend) (api, platform string, err error) { return "", "", nil }
