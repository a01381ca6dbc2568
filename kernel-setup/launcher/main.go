// Command coadapt-kernel is what JupyterLab starts for the kernel "coadapt": it prepares the ground and runs GoNB on it.
//
//	JupyterLab --> coadapt-kernel CONNECTION_FILE --> gonb --kernel CONNECTION_FILE
//	                                                    |-> go mod init  --+
//	                                                    |-> go get, build  |  the first `go` in GoNB's PATH
//	                                                                       v
//	                              coadapt-kernel under the name "go": `mod init` writes the module of cellmod, the rest is the real go
//
// So a notebook imports this clone's packages at this clone's pins with no line of its own, and still does after a restart. GoNB's
// temporary folder lies in one of ours, which goes when the kernel goes; a kernel whose client was killed ends too. A bridge between
// JupyterLab and GoNB has its place in serve.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "go" {
		os.Exit(goCommand(os.Args[1:]))
	}
	if len(os.Args) != 2 || strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "usage: coadapt-kernel CONNECTION_FILE\nJupyterLab starts it; `go run ./kernel-setup setup` tells JupyterLab how.")
		os.Exit(2)
	}
	code, err := serve(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "coadapt-kernel:", err)
		os.Exit(1)
	}
	os.Exit(code)
}
