//go:build unix

package home

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ownedAndSealed is Trusted for a file whose info is known. A group that may write is accepted where it is the user's
// own private one, whose number is the user's, as distributions with a umask of 002 have it.
func ownedAndSealed(path string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	switch owner, mode := int(stat.Uid), info.Mode().Perm(); {
	case owner != 0 && owner != os.Geteuid() && owner != executableOwner():
		return fmt.Errorf("%s belongs to another user (uid %d)", path, owner)
	case mode&0o002 != 0:
		return fmt.Errorf("everybody may write to %s (mode %04o)", path, mode)
	case mode&0o020 != 0 && stat.Gid != stat.Uid:
		return fmt.Errorf("the group %d may write to %s (mode %04o)", stat.Gid, path, mode)
	}
	return nil
}

// executableOwner is the user whose program this is: who runs it trusts its owner already. It is root where that
// cannot be told.
func executableOwner() int {
	exe, err := os.Executable()
	if err != nil {
		return 0
	}
	info, err := os.Stat(exe)
	if err != nil {
		return 0
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return 0
}
