package weights

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// missing is the error of a tensor that is not there, with the name that is nearest to the wanted ones.
func missing(s source, names []string) error {
	near, least := "", math.MaxInt
	for _, have := range slices.Sorted(maps.Keys(s.list())) {
		if d := distance(names[0], have); d < least {
			near, least = have, d
		}
	}
	if near == "" {
		return fmt.Errorf("%s has no tensors, want %q", s.where(), names[0])
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return fmt.Errorf("%s has no tensor %s, the nearest of its %d is %q", s.where(), strings.Join(quoted, " nor "),
		len(s.list()), near)
}

// distance is how many letters have to be put in, left out or changed to make one word the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0]++
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
