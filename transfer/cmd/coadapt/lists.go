package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coadapt/transfer"
)

// numbers reads "3", "0,1,4" or "1-7" and mixtures of them, each number once, in the order given.
func numbers(flag, text string, low, high int) ([]int, error) {
	bad := func() ([]int, error) {
		return nil, fmt.Errorf("-%s %q: want numbers from %d to %d, such as %d, %d,%d or %d-%d", flag, text, low, high, low, low, low+2, low, low+2)
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
		for n := a; n <= b; n++ {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// words reads a list with commas, each word once.
func words(text string) []string {
	var out []string
	for w := range strings.SplitSeq(text, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// treatments reads conditions in the paper's words; base nets are trained anyway.
func treatments(flag, text string) ([]transfer.Treatment, error) {
	out := []transfer.Treatment{transfer.Base}
	for _, w := range words(text) {
		t, err := transfer.ParseTreatment(w)
		if err != nil {
			return nil, fmt.Errorf("-%s: %w", flag, err)
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out, nil
}

// widths reads Mini's seven widths; "" leaves them at their default.
func widths(flag, text string) (w [7]int, err error) {
	if text == "" {
		return w, nil
	}
	parts := strings.Split(text, ",")
	bad := fmt.Errorf("-%s %q: want seven numbers from 1, of conv1 to conv5, fc6 and fc7, such as 24,48,64,64,48,192,192", flag, text)
	if len(parts) != len(w) {
		return w, bad
	}
	for i, p := range parts {
		if w[i], err = strconv.Atoi(strings.TrimSpace(p)); err != nil || w[i] < 1 {
			return w, bad
		}
	}
	return w, nil
}
