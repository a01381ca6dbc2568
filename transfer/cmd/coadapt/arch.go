package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer/setup"

	"github.com/spf13/cobra"
)

func archCommand(stdout io.Writer) *cobra.Command {
	var (
		f                form
		classes, size, n int
		plus, cuts       bool
		width            string
	)
	c := &cobra.Command{
		Use:   "arch NAME[:OPTION=VALUE,...]|FILE.json",
		Short: "Print a net's layers: shapes, parameters, multiply-adds",
		Long: "Print a net's layers and their sum. Multiply-adds are those of convolutions and inner products for " +
			"one image: forward, and forward\n" +
			"and backward in training under the cut that is asked for. With --cuts, print where the net can be cut, " +
			"instead.\n" +
			"Nets by name: " + strings.Join(nets.Names(), ", ") + ".",
		Example: "  coadapt arch caffenet --cut 3\n  coadapt arch resnet20:depth=32,shortcut=B --cuts\n" +
			"  coadapt arch resnet18 --size 64 --classes 200",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := namedArch(args[0], classes, size, width)
			if err != nil {
				return err
			}
			out := writer{form: f, w: stdout}
			if cuts {
				rows, err := cutRows(a)
				if err != nil || f.table() {
					return errors.Join(err, cutTable(stdout, rows))
				}
				return writeAll(&out, rows)
			}
			rows, err := layerRows(a, arch.Cut{N: n, Frozen: n > 0 && !plus})
			if err != nil {
				return err
			}
			if f.table() {
				return archTable(stdout, rows)
			}
			return writeAll(&out, rows)
		},
	}
	c.Flags().IntVar(&classes, "classes", 0,
		"outputs of the last layer (default: the net's, such as 20 of mini and 1000 of caffenet, or the file's)")
	c.Flags().IntVar(&size, "size", 0, "pixels of the image (default: the net's, such as 32 and 227, or the file's)")
	c.Flags().StringVar(&width, "widths", "",
		"mini's widths of conv1 to conv5, fc6 and fc7 (default 24,48,64,64,48,192,192)")
	c.Flags().IntVarP(&n, "cut", "n", 0, "the cut n: layers 1..n are frozen")
	formerly(c.Flags(), map[string]string{"n": "cut"})
	c.Flags().BoolVar(&plus, "finetune", false, "layers 1..n learn too, as in AnB+")
	c.Flags().BoolVar(&cuts, "cuts", false,
		"where the net can be cut: shapes, parameters, receptive fields, multiply-adds on either side")
	c.MarkFlagsMutuallyExclusive("cuts", "cut")
	c.MarkFlagsMutuallyExclusive("cuts", "finetune")
	f.flags(c, "layer, and one for the total; or a cut")
	return c
}

// writeAll writes rows.
func writeAll[R any](out *writer, rows []R) error {
	return writeEach(out, rows, func(r R) R { return r })
}

// writeEach writes a record of each row.
func writeEach[R, T any](out *writer, rows []R, record func(R) T) error {
	for _, r := range rows {
		if err := out.write(record(r)); err != nil {
			return err
		}
	}
	return nil
}

// namedArch is a registered architecture, with its options, or that of a JSON file.
func namedArch(name string, classes, size int, width string) (a arch.Arch, err error) {
	if width != "" {
		w, err := setup.ParseWidths("widths", width)
		if err != nil {
			return a, err
		}
		if name != setup.Mini {
			return a, fmt.Errorf("-widths: those of mini can be chosen, those of %s are its own", name)
		}
		options, err := json.Marshal(map[string]any{"widths": w})
		if err != nil {
			return a, err
		}
		name += ":" + string(options)
	}
	return nets.Open(name, classes, size)
}

// layerRow is a line of the table; sizes are height x width x channels.
type layerRow struct {
	Layer        string `json:"layer"`
	Kind         string `json:"kind"`
	Input        string `json:"input"`
	Weights      string `json:"weights"`
	Output       string `json:"output"`
	Parameters   int    `json:"parameters"`
	MultiplyAdds int64  `json:"multiply_adds"`
	Train        int64  `json:"train_multiply_adds"`
	Bytes        int64  `json:"bytes"`
	Frozen       bool   `json:"frozen"`
}

func layerRows(a arch.Arch, cut arch.Cut) ([]layerRow, error) {
	costs, total, err := a.Cost(cut)
	if err != nil {
		return nil, err
	}
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	var rows []layerRow
	for i, b := range a.Blocks {
		rows = append(rows, layerRow{
			Layer:        b.Name,
			Kind:         b.Ops[0].Kind(),
			Input:        dims[i].In.String(),
			Weights:      weightShapes(vars, i),
			Output:       dims[i].Out.String(),
			Parameters:   costs[i].Parameters,
			MultiplyAdds: costs[i].MultiplyAdds,
			Train:        costs[i].Train,
			Bytes:        costs[i].Bytes,
			Frozen:       cut.Frozen && i < cut.N,
		})
	}
	return append(rows, layerRow{
		Layer:        "total",
		Parameters:   total.Parameters,
		MultiplyAdds: total.MultiplyAdds,
		Train:        total.Train,
		Bytes:        total.Bytes,
	}), nil
}

// weightShapes are the shapes of a block's weights.
func weightShapes(vars []arch.Variable, block int) string {
	var shapes []string
	for _, v := range vars {
		if v.Layer == block && v.Name == "weights" {
			shapes = append(shapes, strings.ReplaceAll(strings.Trim(fmt.Sprint(v.Shape), "[]"), " ", "x"))
		}
	}
	return strings.Join(shapes, ", ")
}

func archTable(w io.Writer, rows []layerRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "layer\tinput\tweights\toutput\tparameters\tmultiply-adds\tin training\tMB\t")
	for _, r := range rows {
		name := r.Layer
		if r.Frozen {
			name += " (frozen)"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.2f\t\n", name, r.Input, r.Weights, r.Output,
			thousands(int64(r.Parameters)), thousands(r.MultiplyAdds), thousands(r.Train), float64(r.Bytes)/1e6)
	}
	return tw.Flush()
}

// thousands groups digits: 60,965,224.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
