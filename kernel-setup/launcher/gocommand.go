package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"coadapt/gomlxnet/home"
	"coadapt/kernel-setup/bridge"
	"coadapt/kernel-setup/cellmod"
)

// What serve tells goCommand through the environment.
const (
	envGo    = "COADAPT_GO"    // the real go program
	envCells = "COADAPT_CELLS" // the folder below which GoNB makes its modules
)

// goCommand stands in for go inside a kernel. Below the cells' folder, `go mod init NAME` leaves a module that sees
// the clone, and what builds a cell reports to the bridge; everything else is the real go. It returns the exit
// status.
func goCommand(args []string) int {
	real := os.Getenv(envGo)
	if real == "" {
		fmt.Fprintf(os.Stderr, "go: %s is not set: this stand-in works inside a coadapt kernel only\n", envGo)
		return 2
	}
	if len(args) == 0 || !inCells() {
		return become(real, args)
	}
	if len(args) == 1 && args[0] == "get" && provided(".", moduleCache(os.Getenv)) {
		return 0
	}
	if isBuild := args[0] == "get" || args[0] == "build" || args[0] == "test"; isBuild &&
		os.Getenv(bridge.EnvSocket) != "" {
		return wrapBuild(args, func(args []string) int {
			return standIn(bridge.Hello{Kind: bridge.KindTool}, append([]string{real}, args...))
		})
	}
	if len(args) != 3 || args[0] != "mod" || args[1] != "init" {
		return become(real, args)
	}
	cmd := exec.Command(real, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return exitStatus(err)
	}
	if err := cellmod.Write(".", args[2], os.Getenv(home.EnvRoot)); err != nil {
		fmt.Fprintln(os.Stderr, "go mod init:", err)
		return 1
	}
	return 0
}

// inCells tells whether the working directory lies below the cells' folder.
func inCells() bool {
	wd, err := os.Getwd()
	if err != nil {
		return false
	}
	cells, err := filepath.EvalSymlinks(os.Getenv(envCells))
	if err != nil {
		return false
	}
	if wd, err = filepath.EvalSymlinks(wd); err != nil {
		return false
	}
	rel, err := filepath.Rel(cells, wd)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

func exitStatus(err error) int {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
