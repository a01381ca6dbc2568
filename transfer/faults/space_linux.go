package faults

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const noLimit = unix.RLIM_INFINITY

// limitFiles sets the size to which a process may write a file. The hard limit stays, so that it can be taken back.
func limitFiles(pid int, size uint64) error {
	var was unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &was); err != nil {
		return fmt.Errorf("file-size limit of process %d: %w", pid, err)
	}
	was.Cur = min(size, was.Max)
	return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &was, nil)
}

func canLimit(context.Context, *harness) error { return nil }

// mountSpace starts a process with mounts of its own, which go when it ends; who is not root becomes it there.
func mountSpace() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// canMount tries a small mount.
func canMount(ctx context.Context, h *harness) error {
	c := exec.CommandContext(ctx, "timeout", "--foreground", "60", "mount", "-t", "tmpfs", "-o", "size=64k", "coadapt",
		h.dir)
	c.SysProcAttr = mountSpace()
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("no small file system: mount: %w %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}
