package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// Options of Open may be left zero.
type Options struct {
	Size    int     // resize every picture to this square; 0 = the size they have, which must then be one
	Coarse  bool    // CIFAR-100: the 20 superclasses are the labels
	Decoder Decoder // of JPEGs in trees of pictures

	// Parts says which pictures are for testing, where the data set does not or where they are to be divided anew.
	Parts

	// Bad says what happens to files that are named or start as pictures and can not be one: links to nothing, pipes,
	// formats that are not read. Open fails for the first of them, or leaves them to the policy of the task.
	Bad BadPolicy
}

// Open opens a data set. spec is one of
//
//	shapes                              the procedural pictures
//	shapes:classes=20,noise=30,...      with other parameters (the fields of ShapesParams in lower case)
//	plain-shapes                        the same figures, 24 px and easy to see: the default experiment's data
//	PATH                                a folder, .zip, .tar or .tar.gz, recognised by what is in it
//
// A folder may be one that Pack made. A path else holds either the binary files of CIFAR-10 or CIFAR-100, or a tree
// of pictures: train/<class>/ and test/ or val/<class>/, a folder of classes that Options.TestShare divides, or Tiny
// ImageNet's val/images with val_annotations.txt.
func Open(ctx context.Context, spec string, opt Options) (Source, error) {
	if err := opt.Parts.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", spec, err)
	}
	src, err := openAsIs(ctx, spec, opt)
	if err != nil {
		return nil, err
	}
	return opt.divided(src)
}

// divided divides an opened source as the options say. A share is for a folder without a test part alone.
func (opt Options) divided(src Source) (Source, error) {
	f, _ := src.(*Folder)
	err := error(nil)
	if opt.TestShare > 0 && (f == nil || f.dirs[Test] != "") {
		err = fmt.Errorf(
			"%s: a test share of %v, and it has a test part of %d pictures already; leave -test-share out, or divide all pictures anew by "+
				"-folds 5 -fold 1, in a notebook nb.Fold(1, 5)",
			src.Name(),
			opt.TestShare,
			src.Len(Test),
		)
	}
	out := src
	if err == nil {
		out, err = Divide(src, opt.Parts)
	}
	if err != nil {
		if c, ok := src.(io.Closer); ok {
			err = errors.Join(err, c.Close())
		}
		return nil, err
	}
	return out, nil
}

// openAsIs is Open without what divides a source anew.
func openAsIs(ctx context.Context, spec string, opt Options) (Source, error) {
	if IsShapes(spec) {
		p, err := ParseShapes(spec)
		if err != nil {
			return nil, err
		}
		if opt.Size > 0 {
			p.Size = opt.Size
		}
		s, err := NewShapes(p)
		if err != nil {
			return nil, err
		}
		s.name, _, _ = strings.Cut(spec, ":")
		return s, nil
	}
	if packed, err := openPack(spec, opt); err != nil {
		return nil, err
	} else if packed != nil {
		return packed, nil
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
	if _, ok := src.(*CIFAR); ok { // it is in memory
		return src, t.close()
	}
	return src, nil
}

// OpenFS is Open for any file system, such as one embedded in a program; name becomes the source's name.
func OpenFS(ctx context.Context, fsys fs.FS, name string, opt Options) (Source, error) {
	if err := opt.Parts.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t, err := listFS(ctx, fsys, name)
	if err != nil {
		return nil, err
	}
	src, err := openListed(ctx, t, name, opt)
	if err != nil {
		return nil, err
	}
	return opt.divided(src)
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

// IsShapes says whether a spec names procedural pictures rather than a path: "shapes" or "plain-shapes", with or without parameters.
func IsShapes(spec string) bool {
	name, _, _ := strings.Cut(spec, ":")
	return name == shapesName || name == PlainName
}

// ParseShapes reads a spec "shapes", "plain-shapes" or either with parameters, as in "shapes:name=number,...".
func ParseShapes(spec string) (ShapesParams, error) {
	name, list, _ := strings.Cut(spec, ":")
	p := DefaultShapes()
	if name == PlainName {
		p = PlainShapes()
	}
	fields := []struct {
		name string
		v    *int
	}{{"classes", &p.Classes}, {"train", &p.Train}, {"test", &p.Test}, {"size", &p.Size}, {"noise", &p.Noise},
		{
			"clutter",
			&p.Clutter,
		}, {"rotate", &p.Rotate}, {"warp", &p.Warp}, {"occlude", &p.Occlude}, {"contrast", &p.Contrast}}
next:
	for item := range strings.SplitSeq(list, ",") {
		if item == "" {
			continue
		}
		name, value, _ := strings.Cut(item, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return p, fmt.Errorf("data set %q: %q is not name=number", spec, item)
		}
		if name == "seed" {
			if n < 0 {
				return p, fmt.Errorf("data set %q: seed=%d, want 0 or more", spec, n)
			}
			p.Seed = uint64(n)
			continue
		}
		for _, f := range fields {
			if f.name == name {
				// NewShapes takes zero for "the default" and a negative number for "none".
				if *f.v = n; n == 0 {
					*f.v = -1
				}
				continue next
			}
		}
		return p, fmt.Errorf("data set %q: no parameter %q; there are classes, train, test, size, seed, noise, clutter, rotate, "+
			"warp, occlude, contrast", spec, name)
	}
	return p, nil
}
