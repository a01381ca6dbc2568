package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/backend/plugins"

	"github.com/gomlx/go-xla/installer"
)

// installRelease installs the CPU plugin that go-xla v0.4.1 was tested with, by go-xla's own installer: a release
// page's archive, with no hash known beforehand. The manifest keeps the hash of what came, so that a later change is
// noticed.
func (s *site) installRelease(ctx context.Context) (record, error) {
	stage := filepath.Join(s.stage(), "plugin")
	if err := os.RemoveAll(stage); err != nil {
		return record{}, err
	}
	defer os.RemoveAll(stage)
	dir := filepath.Join(stage, "pjrt")
	if err := installer.CPUAutoInstall(dir, false, s.verbosity()); err != nil {
		return record{}, fmt.Errorf("go-xla's installer: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return record{}, err
	}
	answer, err := s.checkPlugin(ctx, dir)
	if err != nil {
		return record{}, err
	}
	facts := answer.facts()
	facts["kind"], facts["from"] = pluginRelease, "release page of go-xla's installer"
	if err := replace(dir, s.home.PJRT()); err != nil {
		return record{}, err
	}
	return record{Made: []string{"pjrt"}, Facts: facts},
		addLibrary(facts, "library", filepath.Join(s.home.PJRT(), cpuLibrary))
}

// verbosity makes go-xla's installer draw its bar on a terminal only.
func (s *site) verbosity() installer.VerbosityLevel {
	if s.terminal {
		return installer.Normal
	}
	return installer.Quiet
}

// cudaVersion is the version of jax-cuda13-pjrt to install; it was seen to load from Go (PJRT 0.115).
const cudaVersion = "0.11.2"

// cudaTree is the folder that holds all of CUDA's.
func (s *site) cudaTree() string { return filepath.Dir(filepath.Dir(s.home.CUDA())) }

// installCUDA installs the CPU's plugin, and the CUDA plugin and NVIDIA's libraries by go-xla's own installer, which
// checks the index's hashes. The plugin finds the libraries by their place relative to its own, so the whole tree is
// staged and renamed.
func (s *site) installCUDA(ctx context.Context) (record, error) {
	rec, err := s.installFirst(ctx, wheels(), s.checkPlugin)
	if err != nil {
		return record{}, err
	}
	stage := filepath.Join(s.stage(), "cuda")
	if err := os.RemoveAll(stage); err != nil {
		return record{}, err
	}
	defer os.RemoveAll(stage)
	if err := cudaInstall(filepath.Join(stage, "go-xla"), s.verbosity()); err != nil {
		return record{}, fmt.Errorf("go-xla's CUDA installer: %w", err)
	}
	// the installer links it by its absolute path, which is about to change
	ptxas := filepath.Join(stage, "go-xla", "nvidia", "bin", "ptxas")
	if err := errors.Join(ctx.Err(), os.Remove(ptxas), os.Symlink("../cu13/bin/ptxas", ptxas)); err != nil {
		return record{}, err
	}
	if err := replace(stage, s.cudaTree()); err != nil {
		return record{}, err
	}
	rec.Made = append(rec.Made, "cuda")
	rec.Facts["kind"], rec.Facts["cuda_package"], rec.Facts["cuda_version"] = pluginCUDA, "jax-cuda13-pjrt", cudaVersion
	if plugins.HasGPU() {
		answer, err := s.checkPlugin(ctx, s.home.CUDA())
		if err != nil {
			return record{}, err
		}
		rec.Facts["cuda_api"] = answer.API
	}
	return rec, addLibrary(rec.Facts, "cuda_library", filepath.Join(s.home.CUDA(), cudaLibrary))
}
