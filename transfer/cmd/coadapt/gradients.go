package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"coadapt/transfer/figure"

	"github.com/spf13/cobra"
)

// gradientRecord is a layer in one of a net's first steps.
type gradientRecord struct {
	Name     string   `json:"name"`
	Step     int      `json:"step"`
	Loss     *float64 `json:"loss"` // of the batch before the step; null where it is not finite
	Layer    string   `json:"layer"`
	Gradient *float64 `json:"gradient"` // Euclidean norm over the layer's weights and biases
	Weights  *float64 `json:"weights"`  // the same of the weights before the step
}

func gradientsCommand(stdout, stderr io.Writer) *cobra.Command {
	var (
		f     experimentFlags
		out   form
		first int
		file  string
	)
	c := &cobra.Command{
		Use:   "gradients",
		Short: "How large gradients are in a net's first steps: a table, and a figure",
		Long: "Takes the first steps of nets again, as in their training, and prints the norm of each layer's " +
			"gradient. Base nets that are not in the store\n" +
			"are trained; of the nets themselves nothing is kept. Give the data and the dials with which they " +
			"were trained.",
		Example: "  coadapt gradients --nets 0/B4B,0/B4Br\n  coadapt gradients --nets 0/B4B,0/B7B --first 200 " +
			"--figure gradients.png",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.nets == "" {
				return errors.New("-nets: no net, want some in the paper's notation, such as 0/B4B,0/B4Br")
			}
			if first < 1 {
				return fmt.Errorf("-first %d: want a number of steps from 1", first)
			}
			if err := checkFigure("figure", file); err != nil {
				return err
			}
			show := newProgress(stderr, isTerminal(stderr))
			lab, nets, _, err := f.open(c.Context(), stderr, show.event)
			if err != nil {
				return err
			}
			defer lab.Close()
			var all []figure.GradientCurve
			for _, n := range nets {
				curve := figure.GradientCurve{Net: n}
				for s, err := range lab.Gradients(c.Context(), n, first) {
					if err != nil {
						show.clear()
						return err
					}
					curve.Steps = append(curve.Steps, s)
				}
				all = append(all, curve)
			}
			show.clear()
			if err := printGradients(stdout, out, all); err != nil {
				return err
			}
			if file == "" {
				return nil
			}
			fig, err := figure.Gradients(all, figure.Options{})
			if err != nil {
				return err
			}
			return write(fig, file)
		},
	}
	f.flags(c, "curve")
	c.Flags().IntVar(&first, "first", 100, "how many steps")
	c.Flags().StringVar(&file, "figure", "", "draw the norms over all layers to this .png or .svg file")
	out.flags(c, "layer of a step")
	return c
}

func printGradients(w io.Writer, f form, all []figure.GradientCurve) error {
	if f.table() {
		return gradientTable(w, all)
	}
	out := writer{form: f, w: w}
	for _, curve := range all {
		for _, s := range curve.Steps {
			record := gradientRecord{Name: s.Net.String(), Step: s.Step, Loss: known(s.Loss)}
			if len(s.Layers) == 0 { // it diverged here
				if err := out.write(record); err != nil {
					return err
				}
			}
			for _, l := range s.Layers {
				record.Layer, record.Gradient, record.Weights = l.Layer, known(l.Gradient), known(l.Weights)
				if err := out.write(record); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// gradientTable has a line for the first steps and some later ones, at equal distances of a logarithm.
func gradientTable(w io.Writer, all []figure.GradientCurve) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "net\tstep\tloss\tgradient\tby layer\n")
	for _, curve := range all {
		for i, s := range curve.Steps {
			if i < len(curve.Steps)-1 && !round(s.Step) {
				continue
			}
			fmt.Fprintf(tw, "%s\t%d\t%.3f\t%.3g\t", s.Net, s.Step, s.Loss, s.Norm())
			for k, l := range s.Layers {
				if k > 0 {
					fmt.Fprint(tw, ", ")
				}
				fmt.Fprintf(tw, "%s %.3g", l.Layer, l.Gradient)
			}
			fmt.Fprintln(tw)
		}
	}
	return tw.Flush()
}

// round reports whether a step is 1, 2 or 5 times a power of ten.
func round(step int) bool {
	for power := 1; power <= math.MaxInt32; power *= 10 {
		if step == power || step == 2*power || step == 5*power {
			return true
		}
	}
	return false
}
