package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"coadapt/gomlxnet/backend/plugins"
)

const gigabyte = 1e9 // bytes

// checkDisk wants room for what set-up makes and a store of a few hundred nets.
func (s *site) checkDisk(context.Context) (string, error) {
	const need = 2 * gigabyte
	dir := s.home.Dir
	for !fileExists(dir) {
		dir = filepath.Dir(dir)
	}
	free, err := freeBytes(dir)
	if err != nil {
		return "", err
	}
	value := fmt.Sprintf("%.1f GB free at %s", free/gigabyte, dir)
	if free < need {
		return value, fmt.Errorf("is less than %.0f GB", need/gigabyte)
	}
	return value, nil
}

// checkMemory wants what the miniature's nets and gopls take together.
func checkMemory(ctx context.Context) (string, error) {
	const need = 3 * gigabyte
	total, free, err := memory(ctx)
	if err != nil {
		return "", err
	}
	value := fmt.Sprintf("%.1f GB, %.1f GB of it free", total/gigabyte, free/gigabyte)
	if total < need {
		return value, fmt.Errorf("is less than %.0f GB", need/gigabyte)
	}
	return value, nil
}

// memory returns the bytes of memory and how many could be had now.
func memory(ctx context.Context) (total, free float64, err error) {
	if runtime.GOOS == "darwin" {
		out, err := exec.CommandContext(ctx, "sysctl", "-n", "hw.memsize").Output()
		if err != nil {
			return 0, 0, fmt.Errorf("sysctl hw.memsize: %w", err)
		}
		total, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		return total, total, err
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var name string
		var kilobytes float64
		if _, err := fmt.Sscan(line, &name, &kilobytes); err != nil {
			continue
		}
		switch name {
		case "MemTotal:":
			total = kilobytes * 1024
		case "MemAvailable:":
			free = kilobytes * 1024
		}
	}
	if total == 0 {
		return 0, 0, errors.New("/proc/meminfo does not say how much memory there is")
	}
	return total, free, nil
}

// checkGPU tells of a card; none is no failure.
func checkGPU(ctx context.Context) (string, error) {
	if !plugins.HasGPU() {
		return "none found; nets run on the CPU", nil
	}
	out, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=name,memory.total,driver_version",
		"--format=csv,noheader").Output()
	if err != nil {
		return "an NVIDIA device is there, nvidia-smi does not answer", nil
	}
	return firstLine(string(out)) + "; `go run ./kernel-setup setup --plugin cuda` installs its plugin", nil
}
