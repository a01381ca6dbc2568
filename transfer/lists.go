package transfer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxNumbers is how many numbers a list may have. Far fewer nets than one for each can be trained.
const maxNumbers = 10000

// ParseNumbers reads "3", "0,1,4" or "1-7" and mixtures of them, each number once, in the order given. All lie from low
// to high, and there are at most 10000.
func ParseNumbers(text string, low, high int) ([]int, error) {
	bad := func() ([]int, error) {
		return nil, fmt.Errorf("%q: want numbers from %d to %d, such as %d, %d,%d or %d-%d", text, low, high, low, low,
			low+2, low, low+2)
	}
	var out []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			return bad()
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(last); err != nil {
				return bad()
			}
		}
		if a < low || b > high || b < a {
			return bad()
		}
		if b-a >= maxNumbers || len(out) >= maxNumbers {
			return nil, fmt.Errorf("%q: want at most %d numbers", text, maxNumbers)
		}
		for n := a; n <= b; n++ {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// Words reads a list with commas, each word once.
func Words(text string) []string {
	var out []string
	for w := range strings.SplitSeq(text, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// ParseTreatments reads conditions in the paper's words, with commas; Base is always the first, as all others need
// base nets.
func ParseTreatments(text string) ([]Treatment, error) {
	out := []Treatment{Base}
	for _, w := range Words(text) {
		t, err := ParseTreatment(w)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out, nil
}
