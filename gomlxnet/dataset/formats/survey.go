package formats

import (
	"maps"
	"path"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/picture"
)

// Survey counts what the source reads and what it does not.
func (s *folder) Survey() dataset.Survey {
	v := dataset.Survey{Root: path.Join(s.t.where, s.t.prefix), Classes: len(s.classes),
		Train: len(s.parts[dataset.Train]), Test: len(s.parts[dataset.Test]), Divided: s.divided}
	passed := &passedOver{list: maps.Clone(s.t.passed.list)}
	used := make([]bool, len(s.t.files))
	within := map[string]map[string]bool{} // folders with pictures, by class folder
	for p, pics := range s.parts {
		for _, pic := range pics {
			at, _ := s.t.find(pic.file)
			used[at] = true
			part := s.dirs[p]
			if part == "" {
				part = s.dirs[dataset.Train] // divided by share
			}
			name, _, inside := strings.Cut(strings.TrimPrefix(pic.file, part), "/")
			if !inside {
				continue
			}
			class := part + name
			if within[class] == nil {
				within[class] = map[string]bool{}
			}
			within[class][path.Dir(pic.file)] = true
		}
	}
	for i, e := range s.t.files {
		if used[i] || isList(e.name) {
			continue
		}
		passed.add(s.reason(e), e.name)
	}
	v.Passed = passed.sorted()
	merged := &passedOver{}
	for class, dirs := range within {
		if len(dirs) < 2 {
			continue // Tiny ImageNet has one, called images
		}
		for dir := range dirs {
			if dir != class {
				merged.add("folders below classes are merged into them", dir)
			}
		}
	}
	if list := merged.sorted(); len(list) > 0 {
		v.Merged = list[0]
	}
	return v
}

// reason is why a file of the listing is not read.
func (s *folder) reason(e entry) string {
	part, rest, _ := strings.Cut(e.name, "/")
	dirs := s.dirs[dataset.Train] + " and " + s.dirs[dataset.Test]
	if s.dirs[dataset.Test] == "" { // divided by share
		dirs = "the classes' folders"
	}
	picture := e.kind == picture.Readable || e.kind == picture.Unread ||
		e.kind == picture.Unknown && picture.HasEnding(e.name)
	switch {
	case s.dirs[dataset.Train] == "" && picture,
		s.dirs[dataset.Train] != "" && part+"/" != s.dirs[dataset.Train] && part+"/" != s.dirs[dataset.Test]:
		return "outside of " + dirs
	case picture && !strings.Contains(rest, "/"):
		return "pictures in no class's folder"
	case picture:
		return "pictures of classes that " + s.dirs[dataset.Train] + " does not have"
	}
	return "no pictures"
}

// isList reports whether a file at the root, or in a part, is a list that is read.
func isList(name string) bool {
	switch path.Base(name) {
	case "val_annotations.txt", "wnids.txt", "words.txt":
		return strings.Count(name, "/") < 2
	}
	return false
}

// Survey counts records.
func (s *cifar) Survey() dataset.Survey {
	return dataset.Survey{
		Root:    s.where,
		Classes: len(s.classes),
		Train:   s.Len(dataset.Train),
		Test:    s.Len(dataset.Test),
		Passed:  s.passed,
	}
}
