package dataset

import (
	"bytes"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
)

// flatRoot is the deepest folder that holds all pictures; ok is false unless these lie in two or more folders of it.
func (t *tree) flatRoot() (dir string, ok bool, err error) {
	root, found := "", false
	classes := map[string]bool{}
	var pictures []string
	for i := range t.files {
		k, err := t.look(&t.files[i])
		if err != nil {
			return "", false, err
		}
		if k == noPicture {
			continue
		}
		dir := path.Dir(t.files[i].name) + "/"
		if !found {
			root, found = dir, true
		}
		for !strings.HasPrefix(dir, root) {
			root = strings.TrimPrefix(path.Dir(strings.TrimSuffix(root, "/"))+"/", "./")
		}
		pictures = append(pictures, t.files[i].name)
	}
	root = strings.TrimPrefix(root, "./")
	for _, name := range pictures {
		if class, _, inside := strings.Cut(strings.TrimPrefix(name, root), "/"); inside {
			classes[class] = true
		}
	}
	return root, len(classes) >= 2, nil
}

// examples are the names of the first classes.
func examples(list []classFolder) string {
	var names []string
	for _, c := range list[:min(3, len(list))] {
		names = append(names, c.name)
	}
	if len(list) > 3 {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
}

// divide moves a share of the training pictures of each class, at least one, to the test part. Which ones depends on
// their names and the seed alone: pictures of other classes do not matter, and another picture of the class moves one at
// most.
func (s *Folder) divide(parts Parts) error {
	share := parts.TestShare
	perClass := make([][]picture, len(s.classes))
	for _, p := range s.parts[Train] {
		perClass[p.label] = append(perClass[p.label], p)
	}
	s.parts[Train] = nil
	for label, pics := range perClass {
		if len(pics) < 2 {
			return fmt.Errorf("%s: class %s has %d pictures, want at least 2 to have one of them for testing",
				s.t.where, s.classes[label].Name, len(pics))
		}
		n := max(1, min(len(pics)-1, int(math.Round(share*float64(len(pics))))))
		order := slices.Clone(pics)
		slices.SortFunc(order, func(a, b picture) int {
			x, y := hashOf(path.Base(a.file), parts.Seed), hashOf(path.Base(b.file), parts.Seed)
			if c := bytes.Compare(x[:], y[:]); c != 0 {
				return c
			}
			return strings.Compare(a.file, b.file)
		})
		test := map[string]bool{}
		for _, p := range order[:n] {
			test[p.file] = true
		}
		for _, p := range pics {
			part := Train
			if test[p.file] {
				part = Test
			}
			s.parts[part] = append(s.parts[part], p)
		}
	}
	s.divided = parts.says(nil, grouping{})
	return nil
}
