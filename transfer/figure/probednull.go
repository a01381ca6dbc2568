package figure

import (
	"fmt"
	"strings"

	"coadapt/transfer/probing"
)

// nullKey is what a null is of: a value's name, its nets and its layer.
type nullKey struct{ name, nets, layer string }

// chance is a null: the mean and the ends of its interval.
type chance struct{ mean, low, high float64 }

// splitNulls takes the nulls of values out of them.
func splitNulls(values []probing.Value) (rest []probing.Value, nulls map[nullKey]chance) {
	nulls = map[nullKey]chance{}
	for _, v := range values {
		of, end, null := strings.Cut(v.Name, probing.Permuted)
		if strings.HasSuffix(v.Name, probing.PermutedP) {
			continue
		}
		if !null {
			rest = append(rest, v)
			continue
		}
		if v.Value == nil {
			continue
		}
		key := nullKey{of, netsOf(v), v.Layer}
		c := nulls[key]
		switch end {
		case probing.From:
			c.low = *v.Value
		case probing.To:
			c.high = *v.Value
		default:
			c.mean = *v.Value
		}
		nulls[key] = c
	}
	return rest, nulls
}

// bars are the intervals of the nulls of a curve, an area for each layer, and the same in words, "" where there is
// none.
func bars(nulls map[nullKey]chance, name, nets string, layers []string, l look) (areas []area, words string) {
	const half = 0.12 // of the width of a bar, in layers
	var said []string
	for i, layer := range layers {
		c, ok := nulls[nullKey{name, nets, layer}]
		if !ok {
			continue
		}
		x := float64(i + 1)
		faded := l.color
		faded.A = 0x50
		areas = append(areas, area{low: []point{{x - half, c.low}, {x + half, c.low}},
			high: []point{{x - half, c.high}, {x + half, c.high}}, color: faded})
		said = append(said, fmt.Sprintf("%s %s [%s, %s]", layer, short(c.mean), short(c.low), short(c.high)))
	}
	if len(said) > 0 {
		words = fmt.Sprintf(" %s%s, %s: %s.", name, probing.Permuted, nets, strings.Join(said, ", "))
	}
	return areas, words
}
