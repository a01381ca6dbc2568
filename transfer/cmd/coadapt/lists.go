package main

import (
	"fmt"

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
