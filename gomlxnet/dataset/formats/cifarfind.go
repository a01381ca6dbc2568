package formats

import (
	"context"
	"path"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// wholeCIFARs finds the places where all files of a CIFAR lie.
func wholeCIFARs(t *tree) ([]found, error) {
	whole, _ := t.cifars()
	return cifarsAt(whole), nil
}

// partialCIFARs finds those where some of the files lie, so that the message about what is missing is of CIFAR.
func partialCIFARs(t *tree) ([]found, error) {
	_, partial := t.cifars()
	return cifarsAt(partial), nil
}

func cifarsAt(places []cifarPlace) (list []found) {
	for _, c := range places {
		open := func(ctx context.Context, t *tree, _ string, opt Options) (dataset.Source, error) {
			return openCIFAR(ctx, t, c.layout, opt)
		}
		list = append(list, found{c.layout.name + " in " + path.Join(c.dir, c.layout.train[0]), c.dir, open})
	}
	return list
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
