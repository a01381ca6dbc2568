package main

import (
	"fmt"
	"strconv"
	"strings"

	"coadapt/transfer"
)

// numbers is transfer.ParseNumbers of a flag.
func numbers(flag, text string, low, high int) ([]int, error) {
	out, err := transfer.ParseNumbers(text, low, high)
	if err != nil {
		return nil, fmt.Errorf("-%s %w", flag, err)
	}
	return out, nil
}

// treatments is transfer.ParseTreatments of a flag.
func treatments(flag, text string) ([]transfer.Treatment, error) {
	out, err := transfer.ParseTreatments(text)
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", flag, err)
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
