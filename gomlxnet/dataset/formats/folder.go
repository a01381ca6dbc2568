package formats

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/picture"

	"golang.org/x/text/unicode/norm"
)

// folder is a tree of picture files: ImageNet's train/<wnid>/*.JPEG and val/<wnid>/*.JPEG, Tiny ImageNet's
// train/<wnid>/images/ and val/images/ with val_annotations.txt, or any train/<class>/ and test/<class>/. Classes are
// in order of their folders' names (for ILSVRC: sorted WNIDs, the class order of 2014), pictures by class, then by
// path. All have one size; where the files differ, Options.Size asks for a warp to a square.
type folder struct {
	t       *tree
	name    string
	digest  string
	classes []dataset.Class
	labels  map[string]int // by names of folders, with accents composed
	h, w    int
	resize  bool
	coarse  bool // labels are superclasses
	decoder *picture.Decoder
	parts   [2][]sample
	divided string    // how the test part was made, for people; "" where the data has one
	dirs    [2]string // of the parts at the root, "train/" and "val/" or so
}

// sample is a file and its label.
type sample struct {
	file  string
	label int32
	fine  int32 // the label within, where classes are superclasses
}

// Name is the base name of the folder or archive.
func (s *folder) Name() string { return s.name }

// Digest covers names, sizes and CRC-32 sums of all pictures, their labels, the size they are brought to and the
// decoder if it is not Go's; a folder and an archive of the same files agree. A plain folder of more than 2 GiB is
// told by names and sizes alone.
func (s *folder) Digest() string { return s.digest }

// Classes are in order of their folders' names.
func (s *folder) Classes() []dataset.Class { return s.classes }

// Shape is the one size of the pictures, 3 channels.
func (s *folder) Shape() (height, width, channels int) { return s.h, s.w, 3 }

// Len is the number of pictures of the part.
func (s *folder) Len(p dataset.Part) int { return len(s.parts[p]) }

// Label is that of the folder or the annotation.
func (s *folder) Label(p dataset.Part, i int) int { return int(s.parts[p][i].label) }

// Describe names the file.
func (s *folder) Describe(p dataset.Part, i int) string {
	return s.t.where + ": " + s.t.prefix + s.parts[p][i].file
}

// Close lets go of an archive; a source may also be kept open to the end.
func (s *folder) Close() error {
	return errors.Join(s.t.close(), s.decoder.Close())
}

// DecodedBy is the library that decodes its JPEGs.
func (s *folder) DecodedBy() string {
	if lib := s.decoder.Library(); lib != picture.Go {
		return lib.String()
	}
	return ""
}

// File is the path of the picture's file.
func (s *folder) File(p dataset.Part, i int) string {
	return path.Join(s.t.where, s.t.prefix, s.parts[p][i].file)
}

// Image decodes picture i.
func (s *folder) Image(p dataset.Part, i int, dst []uint8) error {
	if err := dataset.CheckImage(s, p, i, dst); err != nil {
		return err
	}
	data, err := s.t.read(s.parts[p][i].file, picture.MaxBytes)
	if err != nil {
		return err
	}
	return s.decoder.RGB(data, s.h, s.w, s.resize, dst)
}

// openFolder reads a tree whose root holds train/.
func openFolder(ctx context.Context, t *tree, name string, opt Options) (dataset.Source, error) {
	s := &folder{t: t, name: name, decoder: picture.NewDecoder()}
	train, err := t.part("train")
	if err != nil {
		return nil, err
	}
	s.dirs[dataset.Train] = train
	perClass, err := classFolders(t, train)
	if err != nil {
		return nil, err
	}
	if train == "" && opt.TestShare == 0 && opt.Folds == 0 {
		return nil, fmt.Errorf("%s: %d folders of pictures (%s) and no train/ and test/; -test-share 0.2, in a "+
			"notebook nb.TestShare(0.2), keeps a fifth of each for testing, or make train/<class>/ and test/<class>/",
			t.where, len(perClass), examples(perClass))
	}
	if len(perClass) == 0 {
		return nil, fmt.Errorf("%s: no class folder in %strain/; want train/<class>/*.png or .JPEG", t.where, t.prefix)
	}
	s.labels = map[string]int{}
	for label, c := range perClass {
		s.labels[norm.NFC.String(c.name)] = label
		s.classes = append(s.classes, dataset.Class{Name: c.name, Title: c.name})
		s.add(dataset.Train, c.files, label)
	}
	parts := []dataset.Part{dataset.Train, dataset.Test}
	if train != "" {
		err = s.testPart()
	}
	switch {
	case err != nil || s.dirs[dataset.Test] != "":
	case opt.Redivides():
		parts = []dataset.Part{dataset.Train} // Divide makes the parts
	case opt.TestShare > 0:
		err = s.divide(perClass, opt.Parts)
	default:
		err = fmt.Errorf("%s: no labelled test pictures beside %strain/; want test/<class>/, val/<class>/ or "+
			"val/images/ with val/val_annotations.txt, or ILSVRC2012's val/ILSVRC2012_val_*.JPEG; or -test-share "+
			"0.2, in a notebook nb.TestShare(0.2), which keeps a fifth of the training pictures for testing",
			t.where, t.prefix)
	}
	if err != nil {
		return nil, err
	}
	if err := s.complete(parts); err != nil {
		return nil, err
	}
	if opt.Bad == dataset.BadFails {
		if err := s.unreadable(); err != nil {
			return nil, err
		}
	}
	if err := s.titles(); err != nil {
		return nil, err
	}
	classify(s.classes)
	if opt.Coarse {
		if err := s.coarsen(); err != nil {
			return nil, err
		}
	}
	if s.decoder.Turn, err = s.turned(ctx); err != nil {
		return nil, err
	}
	if err := s.size(ctx, opt.Size); err != nil {
		return nil, err
	}
	if err := s.decoder.Use(opt.Decoder); err != nil {
		return nil, fmt.Errorf("%s: %w", t.where, err)
	}
	if err := s.sum(ctx); err != nil {
		return nil, err
	}
	t.remember()
	return s, nil
}

// divide puts a share of the pictures of each class into the test part, as [divide.Parts.Share] chooses them.
func (s *folder) divide(perClass []*classFolder, parts divide.Parts) error {
	s.parts[dataset.Train], s.divided = nil, parts.Says()
	for label, c := range perClass {
		if len(c.files) < 2 {
			return fmt.Errorf("%s: class %s has %d pictures, want at least 2 to have one of them for testing",
				s.t.where, c.name, len(c.files))
		}
		test := parts.Share(c.files)
		for _, f := range c.files {
			part := dataset.Train
			if test[f] {
				part = dataset.Test
			}
			s.add(part, []string{f}, label)
		}
	}
	return nil
}

func (s *folder) add(p dataset.Part, files []string, label int) {
	for _, f := range files {
		s.parts[p] = append(s.parts[p], sample{file: f, label: int32(label)})
	}
}

// complete refuses a class without pictures in one of the parts.
func (s *folder) complete(parts []dataset.Part) error {
	for _, p := range parts {
		count := make([]int, len(s.classes))
		for _, pic := range s.parts[p] {
			count[pic.label]++
		}
		for l, n := range count {
			if n == 0 {
				return fmt.Errorf("%s: class %s has no %s picture (JPEG, PNG, GIF, WebP, BMP or TIFF); add some or "+
					"remove its folders", s.t.where, s.classes[l].Name, p)
			}
		}
	}
	return nil
}

// unreadable refuses pictures that cannot be read, before others are decoded in vain.
func (s *folder) unreadable() error {
	for p := range s.parts {
		for i, pic := range s.parts[p] {
			e := s.t.entry(pic.file)
			switch {
			case e.bad != nil:
				return fmt.Errorf("%s %w (%s)", s.Describe(dataset.Part(p), i), e.bad, dataset.SkipHint)
			case e.kind == picture.Unread:
				head, err := s.t.head(e, picture.HeadBytes)
				if err != nil {
					return err
				}
				return fmt.Errorf("%s %w (%s)", s.Describe(dataset.Part(p), i), picture.Wanted(head), dataset.SkipHint)
			}
		}
	}
	return nil
}

// size takes the size asked for, or the one that all pictures have; the first picture of each class is looked at.
func (s *folder) size(ctx context.Context, want int) (err error) {
	if want > 0 {
		s.h, s.w = want, want
		s.resize, err = s.othersThan(ctx, want)
		return err
	}
	last, first := int32(-1), ""
	for i, pic := range s.parts[dataset.Train] {
		if pic.label == last {
			continue
		}
		h, w, ok, err := s.headerSize(pic.file)
		if err != nil {
			return err
		}
		if !ok {
			continue // NewTask's policy for bad pictures decides
		}
		last = pic.label
		if s.h == 0 {
			s.h, s.w, first = h, w, s.Describe(dataset.Train, i)
		}
		if h != s.h || w != s.w {
			return fmt.Errorf("%s has %dx%d pixels and %s %dx%d; ask for a size (256 in 2014) to have all resized",
				first, s.h, s.w, s.Describe(dataset.Train, i), h, w)
		}
	}
	if s.h == 0 {
		return fmt.Errorf("%s: no training picture has a readable header, the first is %s", s.t.where,
			s.parts[dataset.Train][0].file)
	}
	return nil
}

// othersThan reports whether a picture has another size, by their headers; in most trees the first one tells.
func (s *folder) othersThan(ctx context.Context, size int) (bool, error) {
	for _, pics := range s.parts {
		for _, pic := range pics {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			// A picture that cannot be read is bad, of whatever size.
			if h, w, ok, _ := s.headerSize(pic.file); ok && (h != size || w != size) {
				return true, nil
			}
		}
	}
	return false, nil
}

// sum makes the digest.
func (s *folder) sum(ctx context.Context) error {
	var names []string
	labels := new(strings.Builder)
	for p := range s.parts {
		for _, pic := range s.parts[p] {
			names = append(names, pic.file)
			fmt.Fprintf(labels, "%d ", pic.label)
		}
		labels.WriteByte('\n')
	}
	for _, c := range s.classes {
		fmt.Fprintf(labels, "%q ", c.Name)
	}
	// A size asked for that all pictures have already changes no pixel, so only the size counts. Version 2 resizes
	// planes, in integers. The name of another decoder than Go's is part of it.
	version := 1
	if s.resize {
		version = 2
	}
	if s.decoder.Turn { // versions 3 and 4 turn pictures upright
		version += 2
	}
	what := fmt.Sprintf("folder v%d %dx%d\n%s", version, s.h, s.w, labels)
	if lib := s.DecodedBy(); lib != "" {
		what += fmt.Sprintf("decoder %s\n", lib)
	}
	var err error
	s.digest, err = s.t.digest(ctx, what, names)
	return err
}
