package divide

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"

	"coadapt/gomlxnet/dataset"
)

// Parts says how the pictures of a data set are divided into those for training and those for testing. The zero value
// takes them as the data set has them.
//
// Which picture goes where depends on its class, its name and the seed, and with groups on those of its group:
// pictures that are added to other classes move none. The digest of the data covers where each picture is.
type Parts struct {
	// TestShare divides a folder of classes that is not divided into train/ and test/, or has no test/: this share of
	// the pictures of each class, at least one, is for testing. 0 is none, and such a folder is refused.
	TestShare float64

	// Folds, from 2, divides all pictures of any source into that many parts, each with its share of every class. Those
	// of part Fold, 1..Folds, are for testing, all others for training. Each picture is in one of the parts, so that
	// nets on all folds together are tested on every picture once.
	Folds, Fold int

	Seed   int    // of TestShare and Folds, from 0: another choice of pictures
	Groups string // a file as [ReadGroups] reads it: the pictures of a group are all for training or all for testing
}

// Check says what is wrong with the numbers.
func (p Parts) Check() error {
	switch {
	case p.TestShare != 0 && !(p.TestShare > 0 && p.TestShare < 1):
		return fmt.Errorf("a test share of %v, want more than 0 and less than 1, such as 0.2", p.TestShare)
	case p.Folds != 0 && p.TestShare != 0:
		return errors.New("a test share and folds: each settles which pictures are for testing; leave one of the " +
			"two out")
	case p.Folds < 0 || p.Folds == 1:
		return fmt.Errorf("%d folds, want at least 2, such as 5", p.Folds)
	case p.Folds == 0 && p.Fold != 0:
		return fmt.Errorf("fold %d of no number of folds; say of how many, such as -folds 5, in a notebook "+
			"nb.Fold(1, 5)", p.Fold)
	case p.Folds > 0 && (p.Fold < 1 || p.Fold > p.Folds):
		return fmt.Errorf("fold %d of %d, want 1 to %d", p.Fold, p.Folds, p.Folds)
	case p.Seed < 0:
		return fmt.Errorf("a seed of parts of %d, want 0 or more", p.Seed)
	case p.Seed > 0 && p.TestShare == 0 && p.Folds == 0:
		return fmt.Errorf("a seed of parts of %d, and nothing to divide by it; say -test-share 0.2 or -folds 5 "+
			"-fold 1, or leave the seed out", p.Seed)
	}
	return nil
}

// Redivides says whether all pictures are to be divided here, and not where the folder is read.
func (p Parts) Redivides() bool { return p.Folds > 0 || p.TestShare > 0 && p.Groups != "" }

// divided is a source whose pictures are divided anew into those for training and those for testing. All else is the
// source's below.
type divided struct {
	dataset.Source
	name, digest, says string
	parts              [2][]place // where each picture is in the source below
}

// place is a picture of a source.
type place struct {
	part  dataset.Part
	index int
}

func (at place) describe(src dataset.Source) string { return dataset.Describe(src, at.part, at.index) }

// Anew divides the pictures of a source as parts says, which [Parts.Check] has found right. With Groups alone it looks
// whether a group is in both parts, and returns the source as it is. It fails where a class would have no picture in
// one of the parts.
func Anew(src dataset.Source, parts Parts) (dataset.Source, error) {
	if !parts.Redivides() && parts.Groups == "" {
		return src, nil
	}
	all := places(src)
	var groups *Groups
	if parts.Groups != "" {
		var err error
		if groups, err = ReadGroups(parts.Groups); err != nil {
			return nil, err
		}
	}
	of, err := groups.of(src, all)
	if err != nil {
		return nil, err
	}
	if !parts.Redivides() {
		return src, groups.apart(src, all, of)
	}
	bins, err := assign(src, all, of, parts)
	if err != nil {
		return nil, err
	}
	d := &divided{Source: src, name: src.Name()}
	h := sha256.New()
	fmt.Fprintf(h, "coadapt parts v1\n%s\n", src.Digest())
	want := max(parts.Fold, 1) - 1
	for i, at := range all {
		p := dataset.Train
		if bins[i] == want {
			p = dataset.Test
			fmt.Fprintf(h, "%s %d\n", at.part, at.index)
		}
		d.parts[p] = append(d.parts[p], at)
	}
	d.digest = hex.EncodeToString(h.Sum(nil))
	d.says = parts.Says()
	if groups != nil {
		d.says += groups.says(of)
	}
	if parts.Folds > 0 {
		d.name = fmt.Sprintf("%s-fold%dof%d", src.Name(), parts.Fold, parts.Folds)
	}
	return d, nil
}

// places are all pictures of a source, class by class, training pictures before test pictures.
func places(src dataset.Source) []place {
	byClass := make([][]place, len(src.Classes()))
	for _, p := range []dataset.Part{dataset.Train, dataset.Test} {
		for i := range src.Len(p) {
			l := src.Label(p, i)
			byClass[l] = append(byClass[l], place{p, i})
		}
	}
	var all []place
	for _, list := range byClass {
		all = append(all, list...)
	}
	return all
}

// Says is a clause about the parts, for people.
func (p Parts) Says() string {
	var s string
	switch {
	case p.Folds > 0:
		s = fmt.Sprintf("the test pictures are fold %d of %d of all pictures", p.Fold, p.Folds)
	case p.TestShare > 0:
		s = fmt.Sprintf("the test pictures are a share of %v of each class", p.TestShare)
	}
	if p.Seed > 0 {
		s += fmt.Sprintf(", by seed %d", p.Seed)
	}
	return s
}

// Name is that of the source below, with the fold where it is divided into folds.
func (d *divided) Name() string { return d.name }

// Digest covers that of the source below and which of its pictures are for testing.
func (d *divided) Digest() string { return d.digest }

// Len is the number of pictures of the part.
func (d *divided) Len(p dataset.Part) int { return len(d.parts[p]) }

// Sources is the source below.
func (d *divided) Sources() []dataset.Source { return []dataset.Source{d.Source} }

// Below is where picture i of a part is in the source below.
func (d *divided) Below(p dataset.Part, i int) (src dataset.Source, part dataset.Part, index int) {
	at := d.parts[p][i]
	return d.Source, at.part, at.index
}

// Label is that of the source below.
func (d *divided) Label(p dataset.Part, i int) int {
	at := d.parts[p][i]
	return d.Source.Label(at.part, at.index)
}

// Image is that of the source below.
func (d *divided) Image(p dataset.Part, i int, dst []uint8) error {
	return dataset.ImageBelow(d, p, i, dst)
}

// Survey is that of the source below, with the parts as they are here.
func (d *divided) Survey() dataset.Survey {
	v := dataset.Survey{Root: d.Source.Name(), Classes: len(d.Classes())}
	if s, ok := d.Source.(dataset.Surveyor); ok {
		v = s.Survey()
	}
	v.Train, v.Test, v.Divided = d.Len(dataset.Train), d.Len(dataset.Test), d.says
	return v
}

// Close closes the source below.
func (d *divided) Close() error {
	if c, ok := d.Source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// pathOf is the path of the file that a picture was made of, "" where the source has no files.
func pathOf(src dataset.Source, at place) string {
	if f, ok := src.(dataset.Filer); ok {
		return f.File(at.part, at.index)
	}
	return ""
}

// ident tells a picture of its class: by the base name of its file where it has one, as the same picture of a pack or
// an archive has, else by its number.
func ident(src dataset.Source, at place) string {
	if file := pathOf(src, at); file != "" {
		return path.Base(file)
	}
	return fmt.Sprintf("%s %d", at.part, at.index)
}
