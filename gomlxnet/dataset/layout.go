package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// openListed tells the layout of a tree. Its root may lie some folders down, as archives often have one folder at the
// top. Two data sets side by side are refused, as nobody could tell which one was read.
func openListed(ctx context.Context, t *tree, name string, opt Options) (Source, error) {
	if opt.Size < 0 || opt.Size > 4096 {
		return nil, fmt.Errorf("%s: size %d, want 0 (as it is) or 1..4096", t.where, opt.Size)
	}
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	whole, partial := t.cifars()
	var found []string
	for _, r := range roots {
		found = append(found, "pictures in "+r+"train/")
	}
	for _, c := range whole {
		found = append(found, c.layout.name+" in "+path.Join(c.dir, c.layout.train[0]))
	}
	switch {
	case len(found) > 1:
		return nil, fmt.Errorf("%s holds %d data sets (%s); give the folder or an archive of one alone", t.where, len(found),
			strings.Join(found, "; "))
	case len(roots) == 1:
		return openFolder(ctx, t.under(roots[0]), name, opt)
	case len(whole) == 1:
		return openCIFAR(ctx, t.under(whole[0].dir), whole[0].layout, opt)
	case len(partial) > 0:
		return openCIFAR(ctx, t.under(partial[0].dir), partial[0].layout, opt)
	}
	flat, ok, err := t.flatRoot()
	if err != nil {
		return nil, err
	}
	if ok {
		return openFolder(ctx, t.under(flat), name, opt)
	}
	return nil, fmt.Errorf("%s: neither a tree of pictures (train/<class>/ and test/ or val/) nor binary CIFAR files "+
		"(data_batch_1.bin ... or train.bin, test.bin) in %d files", t.where, len(t.files))
}

// roots are the folders that hold a train/ with pictures in it. What lies within another's root belongs to that.
func (t *tree) roots() ([]string, error) {
	has := map[string]bool{} // whether a picture was seen
	for i := range t.files {
		root, ok := trainRoot(t.files[i].name)
		if !ok || has[root] {
			continue
		}
		k, err := t.look(&t.files[i])
		if err != nil {
			return nil, err
		}
		has[root] = k != noPicture
	}
	var list []string
	for root, pictures := range has {
		inner := false
		for other, too := range has {
			inner = inner || too && other != root && strings.HasPrefix(root, other)
		}
		if pictures && !inner {
			list = append(list, root)
		}
	}
	slices.Sort(list)
	return list, nil
}

// trainRoot is what comes before the first train/ of a path, in letters of either case.
func trainRoot(name string) (root string, ok bool) {
	for at := 0; ; {
		part, _, more := strings.Cut(name[at:], "/")
		if !more {
			return "", false
		}
		if strings.EqualFold(part, "train") {
			return name[:at], true
		}
		at += len(part) + 1
	}
}

// folder is the folder at the root that has a name, in letters of either case, with a slash; "" where there is none.
func (t *tree) folder(name string) (string, error) {
	found := ""
	for _, e := range t.files {
		part, _, inside := strings.Cut(e.name, "/")
		if !inside || !strings.EqualFold(part, name) || part+"/" == found {
			continue
		}
		if found != "" {
			return "", fmt.Errorf(
				"%s has both %s%s and %s%s/; put the pictures into one",
				t.where,
				t.prefix,
				found,
				t.prefix,
				part,
			)
		}
		found = part + "/"
	}
	return found, nil
}

// cifarPlace is a folder with files of CIFAR in it.
type cifarPlace struct {
	dir    string
	layout cifarLayout
}

// cifars are the places where all files of a CIFAR lie, each of so many bytes as records have, and those where some do.
func (t *tree) cifars() (whole, partial []cifarPlace) {
	for _, l := range cifarLayouts() {
		files := slices.Concat(l.train, l.test)
		sound := map[string]int{} // files by folder
		for _, e := range t.files {
			dir, file := path.Split(e.name)
			if !slices.Contains(files, file) {
				continue
			}
			n := sound[dir]
			if e.size > 0 && e.size%int64(l.labels+cifarPixels) == 0 {
				n++
			}
			sound[dir] = n
		}
		for dir, n := range sound {
			if n == len(files) {
				whole = append(whole, cifarPlace{dir, l})
			} else {
				partial = append(partial, cifarPlace{dir, l})
			}
		}
	}
	byDir := func(a, b cifarPlace) int { return strings.Compare(a.dir, b.dir) }
	slices.SortStableFunc(whole, byDir)
	slices.SortStableFunc(partial, byDir)
	return whole, partial
}
