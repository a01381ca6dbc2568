//go:build unix

package pack

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapping is a file in memory, read only; pages come from disk as they are
// touched.
type mapping struct{ data []byte }

func mapFile(f *os.File, size int64) (mapping, error) {
	if size == 0 {
		return mapping{}, nil
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return mapping{}, os.NewSyscallError("mmap", err)
	}
	return mapping{data}, nil
}

// bytes are those from at on; they are gone after close.
func (m mapping) bytes(at int64, n int) ([]byte, error) {
	return m.data[at : at+int64(n) : at+int64(n)], nil
}

func (m mapping) close() error {
	if m.data == nil {
		return nil
	}
	return unix.Munmap(m.data)
}
