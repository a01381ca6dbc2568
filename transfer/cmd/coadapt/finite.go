package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// finite refuses NaN and infinities in any flag that takes a number: comparisons with NaN are false, so that a range
// check may let it by.
func finite(c *cobra.Command, _ []string) error {
	var err error
	c.Flags().Visit(func(f *pflag.Flag) {
		if err != nil || f.Value.Type() != "float64" {
			return
		}
		if x, perr := strconv.ParseFloat(f.Value.String(), 64); perr == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
			err = fmt.Errorf("-%s %v: want a finite number", f.Name, x)
		}
	})
	return err
}
