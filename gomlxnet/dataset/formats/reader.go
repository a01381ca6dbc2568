package formats

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/picture"
	"coadapt/gomlxnet/durable"
)

// Reader reads pictures that are not of a source as those of the source are read: decoded by the same decoder,
// turned upright where the source's are, and warped to their size. It is safe for concurrent use.
type Reader struct {
	height, width int
	decoder       *picture.Decoder
}

// NewReader makes a reader of pictures like those of a source. It fails where these were decoded by a library that this
// machine does not have.
func NewReader(src dataset.Source) (*Reader, error) {
	h, w, _ := src.Shape()
	r := &Reader{height: h, width: w, decoder: picture.NewDecoder()}
	r.decoder.Turn = slices.ContainsFunc(src.Classes(), func(c dataset.Class) bool { return !dataset.IsSynset(c.Name) })
	if dataset.DecodedBy(src) == picture.Turbo.String() {
		if err := r.decoder.Use(picture.Turbo); err != nil {
			return nil, fmt.Errorf("%s: %w", src.Name(), err)
		}
	}
	return r, nil
}

// Read decodes a file to [height, width, 3] bytes, of the size that the source's pictures have. It fails for what is no
// picture, with the file's name.
func (r *Reader) Read(file string) ([]uint8, error) {
	data, err := durable.ReadFile(file, picture.MaxBytes)
	if err != nil {
		return nil, err
	}
	dst := make([]uint8, r.height*r.width*3)
	if err := r.decoder.RGB(data, r.height, r.width, true, dst); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return dst, nil
}

// Close lets go of the decoder.
func (r *Reader) Close() error { return r.decoder.Close() }
