package picture

import (
	"fmt"
	"io"
	"os"
)

// ReadFile reads an encoded picture of at most MaxBytes. It fails for what is no regular file.
func ReadFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: a folder, a pipe or a device; want a file with a picture", file)
	case info.Size() > MaxBytes:
		return nil, fmt.Errorf("%s: %d bytes, want a picture of %d at most", file, info.Size(), MaxBytes)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxBytes))
}
