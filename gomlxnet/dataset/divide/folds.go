package divide

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"coadapt/gomlxnet/dataset"
)

// grouping says to which group each of some pictures belongs.
type grouping struct {
	of    []int    // by picture
	names []string // of the groups
}

// unit is a group of pictures, or a picture alone.
type unit struct {
	pictures []int       // in the list of all
	home     int         // the class that has most of them
	count    map[int]int // pictures by class
	order    [sha256.Size]byte
	bin      int
}

// assign puts all pictures into bins: the folds, or for a share bin 0 for testing and bin 1 for training. It goes
// class by class, through the groups that are at home there: the largest first, those of one size by the hashes of
// their names. Each goes to the bin that is then least filled with that class for its weight, so that every bin comes
// to its share of every class as nearly as the groups allow. A bin that has nothing of a class gets a group of the
// fullest one.
func assign(src dataset.Source, all []place, g grouping, parts Parts) ([]int, error) {
	weights := make([]float64, max(parts.Folds, 2))
	for b := range weights {
		weights[b] = 1 / float64(len(weights))
	}
	if parts.TestShare > 0 {
		weights = []float64{parts.TestShare, 1 - parts.TestShare}
	}
	f := filling{count: make([]map[int]int, len(weights))}
	for b := range f.count {
		f.count[b] = map[int]int{}
	}
	units := unitsOf(src, all, g, parts.Seed)
	for rest := units; len(rest) > 0; {
		class, n := rest[0].home, 0
		for n < len(rest) && rest[n].home == class {
			n++
		}
		for _, u := range rest[:n] {
			least, at := 0.0, -1
			for b, w := range weights {
				if load := float64(f.count[b][class]+u.count[class]) / w; at < 0 || load < least {
					least, at = load, b
				}
			}
			f.add(u, at)
		}
		for b := range weights {
			if f.count[b][class] == 0 {
				f.spare(rest[:n], class, b)
			}
		}
		rest = rest[n:]
	}
	for class := range src.Classes() {
		for b := range weights {
			if f.count[b][class] == 0 {
				return nil, tooFew(src, units, class, len(weights))
			}
		}
	}
	bins := make([]int, len(all))
	for _, u := range units {
		for _, i := range u.pictures {
			bins[i] = u.bin
		}
	}
	return bins, nil
}

// filling counts what is in each bin, by class.
type filling struct{ count []map[int]int }

func (f filling) add(u *unit, bin int) {
	u.bin = bin
	for class, n := range u.count {
		f.count[bin][class] += n
	}
}

// spare moves a unit into an empty bin: the last one of the bin that has most of the class and keeps some of it.
func (f filling) spare(units []*unit, class, to int) {
	var best *unit
	for _, u := range units {
		have := f.count[u.bin][class]
		if have > u.count[class] && (best == nil || have >= f.count[best.bin][class]) {
			best = u
		}
	}
	if best == nil {
		return
	}
	for c, n := range best.count {
		f.count[best.bin][c] -= n
	}
	f.add(best, to)
}

// unitsOf makes the groups of pictures, in the order in which they are put into bins.
func unitsOf(src dataset.Source, all []place, g grouping, seed int) []*unit {
	units := make([]*unit, len(g.names))
	for i, name := range g.names {
		units[i] = &unit{count: map[int]int{}, order: hashOf(name, seed)}
	}
	for i, at := range all {
		u := units[g.of[i]]
		u.pictures = append(u.pictures, i)
		u.count[src.Label(at.part, at.index)]++
	}
	for _, u := range units {
		u.home = -1
		for class, n := range u.count {
			if u.home < 0 || n > u.count[u.home] || n == u.count[u.home] && class < u.home {
				u.home = class
			}
		}
	}
	slices.SortStableFunc(units, func(a, b *unit) int {
		return cmp.Or(a.home-b.home, len(b.pictures)-len(a.pictures), bytes.Compare(a.order[:], b.order[:]))
	})
	return units
}

// hashOf is a fixed number for a name and a seed; that of seed 0 is of the name alone.
func hashOf(name string, seed int) [sha256.Size]byte {
	if seed != 0 {
		name = fmt.Sprintf("%d/%s", seed, name)
	}
	return sha256.Sum256([]byte(name))
}

// tooFew is the error about a class that cannot be in every part.
func tooFew(src dataset.Source, units []*unit, class, parts int) error {
	have, what := 0, "pictures"
	for _, u := range units {
		if u.count[class] > 0 {
			have++
		}
		if len(u.pictures) > 1 {
			what = "groups of pictures"
		}
	}
	return fmt.Errorf("%s: class %s has %d %s, too few, or too unequal, for each of %d parts to have one; ask for "+
		"fewer folds, or leave the class out",
		src.Name(), src.Classes()[class].Name, have, what, parts)
}
