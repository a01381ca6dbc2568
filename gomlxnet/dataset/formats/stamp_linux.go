package formats

import (
	"io/fs"
	"syscall"
)

// stampOf is the zero stamp where the system does not tell.
func stampOf(info fs.FileInfo) stamp {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}
	}
	return stamp{s.Mtim.Nano(), s.Ctim.Nano(), s.Ino}
}

// deviceOf is that on which a file lies.
func deviceOf(info fs.FileInfo) (device uint64, ok bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(s.Dev), true
}
