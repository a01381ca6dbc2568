package formats

import (
	"errors"
	"fmt"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/pack"
)

// openPackFolder opens a folder that pack.Write made. It has the size and the labels it was packed with.
func openPackFolder(dir string, opt Options) (dataset.Source, error) {
	s, err := pack.Open(dir)
	if s == nil || err != nil {
		return nil, err
	}
	h, w, _ := s.Shape()
	switch {
	case opt.Size != 0 && (opt.Size != h || opt.Size != w):
		err = fmt.Errorf("%s: packed at %dx%d pixels, not %d; ask for that size, or pack the pictures again at %d", dir,
			h, w, opt.Size, opt.Size)
	case opt.Coarse:
		err = fmt.Errorf("%s: coarse labels are not kept in a pack; give the pictures it was made of", dir)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}
