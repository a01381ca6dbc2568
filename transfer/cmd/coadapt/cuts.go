package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// cutRow is a cut of a net: what leaves its block, and what lies on either side of it.
type cutRow struct {
	Cut             int    `json:"cut"`
	Block           string `json:"block"`
	Output          string `json:"output"` // height x width x channels
	Values          int    `json:"values"` // of one image at the cut
	Parameters      int    `json:"parameters"`
	ParametersBelow int    `json:"parameters_below"` // of the block and those below it
	Field           int    `json:"receptive_field"`  // side of the square of the input that a value depends on, pixels
	Stride          int    `json:"stride"`           // from a value's field to its neighbour's, pixels
	Below           int64  `json:"multiply_adds_below"`
	Above           int64  `json:"multiply_adds_above"`
}

// cutRows are the cuts of a net, from its first block to the last but one.
func cutRows(a arch.Arch) ([]cutRow, error) {
	costs, total, err := a.Cost(arch.Cut{})
	if err != nil {
		return nil, err
	}
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	fields, err := a.Fields()
	if err != nil {
		return nil, err
	}
	rows := make([]cutRow, a.Cuts())
	below := op.Cost{}
	for i := range rows {
		below.Parameters += costs[i].Parameters
		below.MultiplyAdds += costs[i].MultiplyAdds
		rows[i] = cutRow{
			Cut:             i + 1,
			Block:           a.Blocks[i].Name,
			Output:          dims[i].Out.String(),
			Values:          dims[i].Out.Values(),
			Parameters:      costs[i].Parameters,
			ParametersBelow: below.Parameters,
			Field:           fields[i].Size,
			Stride:          fields[i].Stride,
			Below:           below.MultiplyAdds,
			Above:           total.MultiplyAdds - below.MultiplyAdds,
		}
	}
	return rows, nil
}

func cutTable(w io.Writer, rows []cutRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "cut\tblock\toutput\tvalues\tparameters\tand below\tfield\tstride\tmultiply-adds below\tabove\t")
	for _, r := range rows {
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t\n", r.Cut, r.Block, r.Output,
			thousands(int64(r.Values)), thousands(int64(r.Parameters)), thousands(int64(r.ParametersBelow)), r.Field,
			r.Stride, thousands(r.Below), thousands(r.Above))
	}
	return tw.Flush()
}
