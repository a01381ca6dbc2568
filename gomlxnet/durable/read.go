package durable

import (
	"fmt"
	"io"
	"os"
)

// Open opens a file that a user has named, for reading. It refuses folders, and pipes and devices, too, which may never
// end, or never begin.
func Open(name string) (*os.File, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder, want a file", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is a pipe or a device, want a file", name)
	}
	return os.Open(name)
}

// ReadFile reads a file that a user has named, of at most `most` bytes. It refuses what [Open] does.
func ReadFile(name string, most int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes, which is too large for what it is to be", name, most)
	}
	return data, err
}
