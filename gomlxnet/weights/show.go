package weights

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Show lists what a file of weights holds, by name, and the notes that its writer left in it.
func Show(path string) (infos []Info, notes map[string]string, err error) {
	err = withSource(path, func(s *source) error {
		infos = slices.SortedFunc(maps.Values(s.infos), func(a, b Info) int { return natural(a.Name, b.Name) })
		notes = s.notes
		return nil
	})
	return infos, notes, err
}

// natural compares names, numbers in them by their value: features.3 comes before features.10.
func natural(a, b string) int {
	for a != "" && b != "" {
		digits := func(s string) int {
			return len(s) - len(strings.TrimLeft(s, "0123456789"))
		}
		if m, n := digits(a), digits(b); m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}
