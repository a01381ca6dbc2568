// Command coadapt-kernel is what JupyterLab starts for the kernel "coadapt": it prepares the ground, starts GoNB on
// it and stands between the two as package bridge describes.
//
//	JupyterLab --> coadapt-kernel CONNECTION_FILE      the bridge
//	                 `-> coadapt-kernel keep ...       ends GoNB, removes the kernel's folder once the bridge is gone
//	                       `-> gonb --kernel ...
//	                             |-> go, goimports, gopls    coadapt-kernel under these names, first in GoNB's PATH
//	                             |-> coadapt-kernel command N   a cell's shell command or script
//	                             `-> the cell's program, started as coadapt-kernel cell PROGRAM
//	                                   `-> coadapt-kernel feed PID     asks for input when the program waits for it
//
// As go, `mod init` writes the module of package cellmod, so a notebook imports this clone's packages at this clone's
// pins with no line of its own, and still does after a restart; the rest is the real go. All that stands in for a
// program runs it in a process group of its own and reports to the bridge, so that an interrupt reaches it and it
// ends when the bridge does. So the program is for Linux and macOS, as all of set-up is.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "go":
		os.Exit(goCommand(os.Args[1:]))
	case "goimports", "gopls":
		os.Exit(toolCommand(name, os.Args[1:]))
	}
	switch {
	case len(os.Args) > 3 && os.Args[1] == "keep":
		os.Exit(keep(os.Args[2], os.Args[3:]))
	case len(os.Args) == 3 && os.Args[1] == "command":
		if n, err := strconv.Atoi(os.Args[2]); err == nil {
			os.Exit(cellCommand(n))
		}
	case len(os.Args) > 2 && os.Args[1] == "cell":
		os.Exit(cellProgram(os.Args[2], os.Args[3:]))
	case len(os.Args) == 3 && os.Args[1] == "feed":
		if pid, err := strconv.Atoi(os.Args[2]); err == nil {
			os.Exit(feedProgram(pid))
		}
	case len(os.Args) == 2 && !strings.HasPrefix(os.Args[1], "-"):
		code, err := serve(os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, "coadapt-kernel:", err)
			os.Exit(1)
		}
		os.Exit(code)
	}
	fmt.Fprintln(os.Stderr, "usage: coadapt-kernel CONNECTION_FILE\nJupyterLab starts it; `go run ./kernel-setup "+
		"setup` tells JupyterLab how.")
	os.Exit(2)
}
