package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/picture"
)

// Options of Open may be left zero.
type Options struct {
	Size    int             // resize every picture to this square; 0 = the size they have, which must then be one
	Coarse  bool            // CIFAR-100: the 20 superclasses are the labels
	Decoder picture.Library // of JPEGs in trees of pictures

	// Parts says which pictures are for testing, where the data set does not or where they are to be divided anew.
	divide.Parts

	// Bad says what happens to files that are named or start as pictures and can not be one: links to nothing, pipes,
	// formats that are not read. Open fails for the first of them, or leaves them to the policy of the task.
	Bad dataset.BadPolicy
}

// Open opens a data set. spec is one of
//
//	shapes                              the procedural pictures
//	shapes:classes=20,noise=30,...      with other parameters (the fields of shapes.Params in lower case)
//	plain-shapes                        the same figures, 24 px and easy to see: the default experiment's data
//	PATH                                a folder, .zip, .tar or .tar.gz, recognised by what is in it
//
// A folder may be one that pack.Write made. A path else holds either the binary files of CIFAR-10 or CIFAR-100, or a
// tree of pictures: train/<class>/ and test/ or val/<class>/, a folder of classes that Options.TestShare divides, or
// Tiny ImageNet's val/images with val_annotations.txt.
func Open(ctx context.Context, spec string, opt Options) (dataset.Source, error) {
	if err := opt.Parts.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", spec, err)
	}
	src, err := openAsIs(ctx, spec, opt)
	if err != nil {
		return nil, err
	}
	out, err := opt.divided(src)
	if err == nil {
		return out, nil
	}
	if c, ok := src.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return nil, err
}

// divided divides an opened source as the options say. A share is for a folder without a test part alone.
func (opt Options) divided(src dataset.Source) (dataset.Source, error) {
	f, _ := src.(*folder)
	if opt.TestShare > 0 && (f == nil || f.dirs[dataset.Test] != "") {
		return nil, fmt.Errorf("%s: a test share of %v, and it has a test part of %d pictures already; leave "+
			"-test-share out, or divide all pictures anew by -folds 5 -fold 1, in a notebook nb.Fold(1, 5)",
			src.Name(), opt.TestShare, src.Len(dataset.Test))
	}
	return divide.Anew(src, opt.Parts)
}

// format is a kind of data set that Open knows. Each has one of the functions, or several.
type format struct {
	// says are specs of the format, in the words of help; nil where a spec is the name of a folder or an archive.
	says []string
	// spec opens a data set that is told by the spec itself, or by the folder that it names; nil where it is another.
	spec func(spec string, opt Options) (dataset.Source, error)
	// find finds the data sets of a folder or an archive that are sure to be such. Of all formats there must be one.
	find func(t *tree) ([]found, error)
	// guess is asked, in the order of the formats, where nothing was sure: it finds what may be meant.
	guess func(t *tree) ([]found, error)
}

// formats has them all; they are asked in this order.
func formats() []format {
	return []format{
		{says: []string{"plain-shapes", "shapes", "shapes:classes=20,train=100,..."}, spec: openShapes},
		{spec: openPackFolder},
		{find: trainFolders},
		{find: wholeCIFARs, guess: partialCIFARs},
		{guess: classFolderRoot},
	}
}

// Specs are what can be said to Open beside the name of a folder or an archive, each in the words of help.
func Specs() (all []string) {
	for _, f := range formats() {
		all = append(all, f.says...)
	}
	return all
}

// found is a data set in a folder or an archive.
type found struct {
	says string // what and where, for the message about two of them
	dir  string // its root in the tree, "" or ending in a slash
	open func(ctx context.Context, t *tree, name string, opt Options) (dataset.Source, error)
}

// openAsIs is Open without what divides a source anew.
func openAsIs(ctx context.Context, spec string, opt Options) (dataset.Source, error) {
	for _, f := range formats() {
		if f.spec == nil {
			continue
		}
		if src, err := f.spec(spec, opt); src != nil || err != nil {
			return src, err
		}
	}
	t, err := openTree(ctx, spec)
	if err != nil {
		return nil, err
	}
	src, err := openListed(ctx, t, baseName(spec), opt)
	if err != nil {
		t.close()
		return nil, err
	}
	if _, ok := src.(io.Closer); !ok { // it is in memory
		return src, t.close()
	}
	return src, nil
}

// openListed opens the data set in a tree. Its root may lie some folders down, as archives often have one folder at the
// top. Two data sets side by side are refused, as nobody could tell which one was read.
func openListed(ctx context.Context, t *tree, name string, opt Options) (dataset.Source, error) {
	if opt.Size < 0 || opt.Size > 4096 {
		return nil, fmt.Errorf("%s: size %d, want 0 (as it is) or 1..4096", t.where, opt.Size)
	}
	var sets []found
	for _, f := range formats() {
		if f.find == nil {
			continue
		}
		list, err := f.find(t)
		if err != nil {
			return nil, err
		}
		sets = append(sets, list...)
	}
	if len(sets) > 1 {
		var says []string
		for _, f := range sets {
			says = append(says, f.says)
		}
		return nil, fmt.Errorf("%s holds %d data sets (%s); give the folder or an archive of one alone", t.where,
			len(sets), strings.Join(says, "; "))
	}
	for _, f := range formats() {
		if f.guess == nil || len(sets) > 0 {
			continue
		}
		var err error
		if sets, err = f.guess(t); err != nil {
			return nil, err
		}
	}
	if len(sets) > 0 {
		return sets[0].open(ctx, t.under(sets[0].dir), name, opt)
	}
	return nil, fmt.Errorf("%s: neither a tree of pictures (train/<class>/ and test/ or val/) nor binary CIFAR files "+
		"(data_batch_1.bin ... or train.bin, test.bin) in %d files", t.where, len(t.files))
}

// baseName is the file name without what tells the archive's kind.
func baseName(file string) string {
	if abs, err := filepath.Abs(file); err == nil {
		file = abs
	}
	name := filepath.Base(file)
	for _, end := range []string{".zip", ".tar.gz", ".tgz", ".tar"} {
		if cut, ok := strings.CutSuffix(name, end); ok && cut != "" {
			return cut
		}
	}
	return name
}
