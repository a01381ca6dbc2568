package formats

import (
	"io/fs"
	"syscall"
)

// stampOf is the stamp of a file and the device that it lies on; the zero stamp where the system does not tell.
func stampOf(info fs.FileInfo) (s stamp, device uint64) {
	if i, ok := info.Sys().(*syscall.Stat_t); ok {
		return stamp{i.Mtimespec.Nano(), i.Ctimespec.Nano(), i.Ino}, uint64(i.Dev)
	}
	return stamp{}, 0
}
