// Package nearest finds the name that a mistyped one was meant to be.
package nearest

import "strings"

// Name is the name that differs least from given, in letters of either case. It is "" if none is near, that is, within
// one change for each three letters of given.
func Name(given string, names []string) string {
	best, least := "", (len(given)+2)/3+1
	for _, name := range names {
		if d := Distance(strings.ToLower(given), strings.ToLower(name)); d < least && name != given {
			best, least = name, d
		}
	}
	return best
}

// Distance is the edit distance of a and b: the least number of letters to insert, delete, change, or swap with their
// neighbour, where no letter is changed twice.
func Distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
