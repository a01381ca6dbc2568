//go:build !(linux && amd64)

package main

import (
	"fmt"

	"github.com/gomlx/go-xla/installer"
)

// cudaInstall says that go-xla has no CUDA installer here.
func cudaInstall(string, installer.VerbosityLevel) error {
	return fmt.Errorf("none for %s", platform())
}
