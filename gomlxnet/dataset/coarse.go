package dataset

import "fmt"

// coarsen makes CIFAR-100's superclasses the labels.
func (s *Folder) coarsen() error {
	coarse, of, err := coarseLabels(s.classes)
	if err != nil {
		return fmt.Errorf("%s: %w", s.t.where, err)
	}
	for p := range s.parts {
		for i := range s.parts[p] {
			s.parts[p][i].label = int32(of[s.parts[p][i].label])
		}
	}
	s.classes = coarse
	return nil
}

// coarseLabels returns the superclasses of classes and the coarse label of each class.
func coarseLabels(classes []Class) (coarse []Class, of []int, err error) {
	label := map[string]int{}
	for _, super := range cifar100Supers() {
		label[super.name] = len(coarse)
		coarse = append(coarse, Class{Name: super.name, Title: super.name, Group: super.group})
	}
	for _, c := range classes {
		l, ok := label[c.Super]
		if !ok || len(classes) != 100 {
			return nil, nil, fmt.Errorf("coarse labels are those of CIFAR-100's 100 classes; here are %d, with %s", len(classes), c.Name)
		}
		of = append(of, l)
	}
	return coarse, of, nil
}
