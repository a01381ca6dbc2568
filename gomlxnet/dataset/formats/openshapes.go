package formats

import (
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/shapes"
)

// openShapes opens procedural pictures by their spec.
func openShapes(spec string, opt Options) (dataset.Source, error) {
	if !shapes.Is(spec) {
		return nil, nil
	}
	s, err := shapes.Open(spec, opt.Size)
	if err != nil {
		return nil, err
	}
	return s, nil
}
