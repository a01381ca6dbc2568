package formats

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/picture"
)

// labelNames takes the classes' names from the files that come with the data, else the known ones.
func (s *cifar) labelNames(t *tree) error {
	file, want := s.layout.nameFiles[s.column], s.layout.counts[s.column]
	if !t.has(file) {
		s.classes = knownClasses(s.name)
	} else {
		data, err := t.read(file, picture.MaxBytes)
		if err != nil {
			return err
		}
		names, err := parseNames(data, want)
		if err != nil {
			return fmt.Errorf("%s: %s%s: %w", t.where, t.prefix, file, err)
		}
		for _, name := range names {
			s.classes = append(s.classes, dataset.Class{Name: name, Title: name})
		}
	}
	classify(s.classes)
	return nil
}

// parseNames reads one name a line; there must be want of them, and none twice.
func parseNames(data []byte, want int) ([]string, error) {
	var names []string
	for line := range strings.Lines(dataset.PlainText(data)) {
		name := strings.TrimSpace(line)
		if name == "" {
			continue
		}
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("%.60q is there twice", name)
		}
		if names = append(names, name); len(names) > want {
			break
		}
	}
	if len(names) != want {
		return nil, fmt.Errorf("%d names or more, want %d, one a line", len(names), want)
	}
	return names, nil
}
