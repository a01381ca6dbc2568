package formats

import (
	"fmt"
	"slices"

	"coadapt/gomlxnet/dataset"
)

// coarsen makes CIFAR-100's superclasses the labels.
func (s *folder) coarsen() error {
	coarse, of, err := coarseLabels(s.classes)
	if err != nil {
		return fmt.Errorf("%s: %w", s.t.where, err)
	}
	for p := range s.parts {
		for i := range s.parts[p] {
			pic := &s.parts[p][i]
			pic.fine, pic.label = pic.label, int32(of[pic.label])
		}
	}
	s.classes, s.coarse = coarse, true
	return nil
}

// coarseLabels returns the superclasses of classes and the coarse label of each class.
func coarseLabels(classes []dataset.Class) (coarse []dataset.Class, of []int, err error) {
	coarse = knownClasses("cifar100-coarse")
	for _, c := range classes {
		l := slices.IndexFunc(coarse, func(super dataset.Class) bool { return super.Name == c.Super })
		if l < 0 || len(classes) != 100 {
			return nil, nil, fmt.Errorf("coarse labels are those of CIFAR-100's 100 classes; here are %d, with %s",
				len(classes), c.Name)
		}
		of = append(of, l)
	}
	return coarse, of, nil
}

// Fine gives the fine class of each picture where the labels are superclasses.
func (s *folder) Fine() func(p dataset.Part, i int) int {
	if !s.coarse {
		return nil
	}
	return func(p dataset.Part, i int) int { return int(s.parts[p][i].fine) }
}

// Fine gives the fine class of each record where the labels are superclasses.
func (s *cifar) Fine() func(p dataset.Part, i int) int {
	if len(s.layout.counts) != 2 || s.column != 0 {
		return nil
	}
	return func(p dataset.Part, i int) int { return int(s.record(p, i)[1]) }
}
