package formats

import "coadapt/gomlxnet/dataset"

// openShapes opens procedural pictures by their spec.
func openShapes(spec string, opt Options) (dataset.Source, error) {
	if !IsShapes(spec) {
		return nil, nil
	}
	s, err := OpenShapes(spec, opt.Size)
	if err != nil {
		return nil, err
	}
	return s, nil
}
