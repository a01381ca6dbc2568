package formats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/picture"

	"golang.org/x/text/unicode/norm"
)

// testPart finds the test pictures: test/<class>/, else val/<class>/ (or valid/, validation/), else
// val_annotations.txt in one of them. Tiny ImageNet's test/images/ has no labels and is passed over. Where there
// is none, the part has no folder.
func (s *folder) testPart() error {
	for _, name := range []string{"test", "val", "valid", "validation"} {
		dir, err := s.t.part(name)
		if err != nil {
			return err
		}
		if dir == "" {
			continue
		}
		if notes := dir + "val_annotations.txt"; s.t.has(notes) {
			s.dirs[dataset.Test] = dir
			return s.annotated(dir, notes)
		}
		found, err := classFolders(s.t, dir)
		if err != nil {
			return err
		}
		if s.flat(dir) {
			s.dirs[dataset.Test] = dir
			return nil
		}
		if !slices.ContainsFunc(found, func(c *classFolder) bool { _, ok := s.label(c.name); return ok }) {
			continue
		}
		s.dirs[dataset.Test] = dir
		for _, c := range found {
			label, ok := s.label(c.name)
			if !ok && len(c.files) == 0 {
				continue // notes
			}
			if !ok {
				return fmt.Errorf("%s: class %s is in %s%s but not in train/", s.t.where, c.name, s.t.prefix, dir)
			}
			s.add(dataset.Test, c.files, label)
		}
		return nil
	}
	return nil
}

// label is that of a class by the name of its folder, however its accents are written.
func (s *folder) label(name string) (label int, ok bool) {
	label, ok = s.labels[norm.NFC.String(name)]
	return label, ok
}

// flat takes the validation pictures of ILSVRC2012 that lie in one folder, labelled by their names; those of synsets
// that train/ does not have are left out, so that a part of the classes can be used. It says whether there are any.
func (s *folder) flat(dir string) bool {
	found := false
	for _, e := range s.t.files {
		file, ok := strings.CutPrefix(e.name, dir)
		if !ok {
			continue
		}
		wnid, ok := dataset.ValidationSynset(file)
		if label, known := s.label(wnid); ok && known {
			s.add(dataset.Test, []string{e.name}, label)
			found = true
		}
	}
	return found
}

// annotated reads the pictures that an annotation file names.
func (s *folder) annotated(dir, notes string) error {
	data, err := s.t.read(notes, picture.MaxBytes)
	if err != nil {
		return err
	}
	list, err := parseAnnotations(data)
	if err != nil {
		return fmt.Errorf("%s: %s%s: %w", s.t.where, s.t.prefix, notes, err)
	}
	named := map[string]bool{}
	for _, a := range list {
		label, ok := s.label(a.class)
		if !ok {
			return fmt.Errorf("%s: %s%s line %d: class %s has no folder in train/", s.t.where, s.t.prefix, notes,
				a.line, a.class)
		}
		file := dir + "images/" + a.file
		if !s.t.has(file) {
			file = dir + a.file
		}
		if !s.t.has(file) {
			return fmt.Errorf("%s: %s%s line %d: there is no %simages/%s", s.t.where, s.t.prefix, notes, a.line, dir,
				a.file)
		}
		named[file] = true
		s.add(dataset.Test, []string{file}, label)
	}
	for i := range s.t.files {
		e := &s.t.files[i]
		if !strings.HasPrefix(e.name, dir) || named[e.name] {
			continue
		}
		if k, err := s.t.look(e); err != nil {
			return err
		} else if k != picture.None {
			return fmt.Errorf("%s: %s%s names no class for %s", s.t.where, s.t.prefix, notes, e.name)
		}
	}
	slices.SortFunc(s.parts[dataset.Test], func(a, b sample) int {
		return cmp.Or(cmp.Compare(a.label, b.label), strings.Compare(a.file, b.file))
	})
	return nil
}

// annotation says which class a picture is of.
type annotation struct {
	file, class string
	line        int
}

// parseAnnotations reads lines of file, class and, not used here, a box, separated by tabs. No file may be named twice.
func parseAnnotations(data []byte) ([]annotation, error) {
	var out []annotation
	seen := map[string]int{}
	n := 0
	for line := range strings.Lines(dataset.PlainText(data)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) < 2 || f[0] == "" || f[1] == "" {
			return nil, fmt.Errorf("line %d: %.60q, want file, tab, class", n, line)
		}
		if strings.Contains(f[0], "/") || f[0] == "." || f[0] == ".." {
			return nil, fmt.Errorf("line %d: %.60q, want a file name without folders", n, f[0])
		}
		if was, ok := seen[f[0]]; ok {
			return nil, fmt.Errorf("line %d: %s is named again, first on line %d", n, f[0], was)
		}
		seen[f[0]] = n
		out = append(out, annotation{file: f[0], class: f[1], line: n})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("names no picture")
	}
	return out, nil
}

// titles takes words for the classes from words.txt, and checks wnids.txt, where they are there.
func (s *folder) titles() error {
	if s.t.has("wnids.txt") {
		data, err := s.t.read("wnids.txt", picture.MaxBytes)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for name := range strings.FieldsSeq(dataset.PlainText(data)) {
			if _, ok := s.label(name); !ok {
				return fmt.Errorf("%s: %swnids.txt lists %s, which has no folder in train/", s.t.where, s.t.prefix,
					name)
			}
			if seen[name] {
				return fmt.Errorf("%s: %swnids.txt lists %s twice", s.t.where, s.t.prefix, name)
			}
			seen[name] = true
		}
	}
	if !s.t.has("words.txt") {
		return nil
	}
	data, err := s.t.read("words.txt", picture.MaxBytes)
	if err != nil {
		return err
	}
	for line := range strings.Lines(dataset.PlainText(data)) {
		name, title, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if i, mine := s.label(name); ok && mine && title != "" {
			s.classes[i].Title = title
		}
	}
	return nil
}
