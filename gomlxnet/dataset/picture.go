package dataset

import (
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sync/semaphore"
)

// PictureReader reads pictures that are not of a source as those of the source are read: decoded by the same decoder,
// turned upright where the source's are, and warped to their size. It is safe for concurrent use.
type PictureReader struct {
	height, width int
	decoder       decoder
}

// Pictures makes a reader of pictures like the task's. It fails where these were decoded by a library that this machine
// does not have.
func (t *Task) Pictures() (*PictureReader, error) {
	src := t.src
	if pair, ok := src.(*Pair); ok {
		src, _, _ = pair.of(Test, t.parts[Test].index[0])
	}
	h, w, _ := src.Shape()
	r := &PictureReader{height: h, width: w, decoder: decoder{room: semaphore.NewWeighted(decodeMemory)}}
	r.decoder.turn = slices.ContainsFunc(src.Classes(), func(c Class) bool { return !isSynset(c.Name) })
	library := ""
	switch s := src.(type) {
	case *Packed:
		library = s.file.Decoder
	case *dividedPack:
		library = s.pack.file.Decoder
	case interface{ Decoder() Decoder }:
		library = s.Decoder().String()
	}
	if library == DecoderTurbo.String() {
		var err error
		if r.decoder.fast, err = openTurbo(); err != nil {
			return nil, fmt.Errorf("%s: %w", src.Name(), err)
		}
	}
	return r, nil
}

// Read decodes a file to [height, width, 3] bytes, of the size that the source's pictures have. It fails for what is no
// picture, with the file's name.
func (r *PictureReader) Read(file string) ([]uint8, error) {
	data, err := readPicture(file)
	if err != nil {
		return nil, err
	}
	dst := make([]uint8, r.height*r.width*3)
	if err := r.decoder.rgb(data, r.height, r.width, true, dst); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return dst, nil
}

// Close lets go of the decoder.
func (r *PictureReader) Close() error {
	if r.decoder.fast == nil {
		return nil
	}
	return r.decoder.fast.close()
}

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
