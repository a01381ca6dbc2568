package divide

import (
	"bytes"
	"cmp"
	"math"
	"path"
	"slices"
	"strings"
)

// Share chooses those of the files of a class, at least two, that are for testing: a share of TestShare, at least one
// and not all. Which ones depends on their base names and the seed alone, so that pictures of other classes do not
// matter, and another picture of the class moves one at most.
func (p Parts) Share(files []string) (test map[string]bool) {
	n := max(1, min(len(files)-1, int(math.Round(p.TestShare*float64(len(files))))))
	order := slices.Clone(files)
	slices.SortFunc(order, func(a, b string) int {
		x, y := hashOf(path.Base(a), p.Seed), hashOf(path.Base(b), p.Seed)
		return cmp.Or(bytes.Compare(x[:], y[:]), strings.Compare(a, b))
	})
	test = map[string]bool{}
	for _, file := range order[:n] {
		test[file] = true
	}
	return test
}
