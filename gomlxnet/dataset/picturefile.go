package dataset

import (
	"fmt"
	"io"
	"os"
)

// readPicture reads a file of pictures' bounds.
func readPicture(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: a folder, a pipe or a device; want a file with a picture", file)
	case info.Size() > maxPicture:
		return nil, fmt.Errorf("%s: %d bytes, want a picture of %d at most", file, info.Size(), maxPicture)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxPicture))
}
