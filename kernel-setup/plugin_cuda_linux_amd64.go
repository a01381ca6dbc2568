package main

import "github.com/gomlx/go-xla/installer"

// cudaInstall installs CUDA's plugin and libraries below dir.
func cudaInstall(dir string, v installer.VerbosityLevel) error {
	return installer.CudaInstall("cuda13", cudaVersion, dir, false, v)
}
