package formats

import (
	"fmt"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
)

// divide moves a share of the training pictures of each class to the test part, as [Parts.Share] chooses them.
func (s *folder) divide(parts divide.Parts) error {
	perClass := make([][]sample, len(s.classes))
	for _, p := range s.parts[dataset.Train] {
		perClass[p.label] = append(perClass[p.label], p)
	}
	s.parts[dataset.Train] = nil
	for label, pics := range perClass {
		if len(pics) < 2 {
			return fmt.Errorf("%s: class %s has %d pictures, want at least 2 to have one of them for testing",
				s.t.where, s.classes[label].Name, len(pics))
		}
		var files []string
		for _, p := range pics {
			files = append(files, p.file)
		}
		test := parts.Share(files)
		for _, p := range pics {
			part := dataset.Train
			if test[p.file] {
				part = dataset.Test
			}
			s.parts[part] = append(s.parts[part], p)
		}
	}
	s.divided = parts.Says()
	return nil
}
