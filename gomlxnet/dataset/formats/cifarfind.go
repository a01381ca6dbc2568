package formats

import (
	"context"
	"path"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// wholeCIFARs finds the places where all files of a CIFAR lie.
func wholeCIFARs(t *tree) ([]found, error) { return cifars(t, true), nil }

// partialCIFARs finds those where some of the files lie, so that the message about what is missing is of CIFAR.
func partialCIFARs(t *tree) ([]found, error) { return cifars(t, false), nil }

// cifars finds the folders where all files of a CIFAR lie, each of whole records, or else those where some do.
func cifars(t *tree, whole bool) (list []found) {
	for _, l := range cifarLayouts() {
		files := l.files()
		sound := map[string]int{} // files by folder
		for _, e := range t.files {
			dir, file := path.Split(e.name)
			if !slices.Contains(files, file) {
				continue
			}
			n := sound[dir]
			if e.size > 0 && e.size%int64(l.record()) == 0 {
				n++
			}
			sound[dir] = n
		}
		open := func(ctx context.Context, t *tree, _ string, opt Options) (dataset.Source, error) {
			return openCIFAR(ctx, t, l, opt)
		}
		for dir, n := range sound {
			if whole == (n == len(files)) {
				list = append(list, found{l.name + " in " + path.Join(dir, l.train[0]), dir, open})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b found) int { return strings.Compare(a.dir, b.dir) })
	return list
}
