package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// curveFlags are the flags of curve, as typed.
type curveFlags struct {
	form
	experimentFlags
	figure string
	behind string
}

func curveCommand(stdout, stderr io.Writer) *cobra.Command {
	var f curveFlags
	c := &cobra.Command{
		Use:   "curve",
		Short: "Train a transfer curve, or what the store lacks of it",
		Long: "Train both base nets and every condition at every cut on a data set, and print the curve. What is in " +
			"the store is not trained again.\n" +
			"The net is the miniature, the paper's eight layers for small images, or with --recipe 2014 the " +
			"paper's own.\n" +
			"To draw conclusions from, train the balanced grid: it has both directions and the controls that coadapt " +
			"stats asks for.",
		Example: "  coadapt curve                                              # procedural shapes, no download\n" +
			"  coadapt curve --data cifar-100-binary.tar.gz --seeds 0-4 --figure curve.png\n" +
			"  coadapt curve --data my-pictures/ --splits 0,1 --conditions BnB,AnB --cuts 1,3,5,7 --json\n" +
			"  coadapt curve --grid balanced --splits 0,1 --seeds 0-2         # then coadapt stats\n" +
			"  coadapt curve --recipe 2014 --grid paper --data ilsvrc12/",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.checkGrid(c); err != nil {
				return err
			}
			return f.run(c, stdout, stderr)
		},
	}
	f.experimentFlags.flags(c, defaultGrid)
	c.Flags().StringVar(&f.figure, "figure", "", "draw the curve to this .png, .svg or .pdf file")
	c.Flags().StringVar(&f.behind, "behind", "",
		"file of other nets of the same experiment: boxes behind the figure's curve, as in coadapt figure")
	f.form.flags(c, "net, as soon as it is finished")
	return c
}

func (f *curveFlags) run(c *cobra.Command, stdout, stderr io.Writer) error {
	if err := checkFigure("figure", f.figure); err != nil {
		return err
	}
	opt := figure.Options{}
	if f.behind != "" {
		if f.figure == "" {
			return fmt.Errorf("-behind %s: nets lie behind a figure; add -figure FILE, or leave it out", f.behind)
		}
		var err error
		if opt.Behind, err = readLines("-behind", f.behind); err != nil {
			return err
		}
	}
	show := newProgress(stderr, isTerminal(stderr))
	o, err := f.prepare(c, stderr, show.event)
	if err != nil {
		return err
	}
	defer o.lab.Close()
	var (
		results []transfer.Result
		out     = writer{form: f.form, w: stdout}
		began   = time.Now()
	)
	err = o.train(c.Context(), func(r transfer.Result) error {
		results = append(results, r)
		if f.table() {
			return nil
		}
		show.clear()
		return out.write(r)
	})
	show.clear() // after all, as workers report until it ends
	if err != nil {
		return err
	}
	if f.table() {
		if err := tables(stdout, results); err != nil {
			return err
		}
		if reading, err := stats.Reading(results, 0.95); err == nil &&
			reading != "" { // else there is nothing that it could say
			fmt.Fprintln(stdout, "\n"+reading)
		}
	}
	fmt.Fprintln(stderr, o.took(results, began))
	if f.figure != "" {
		opt.Title = results[0].Data
		fig, err := figure.Curve(results, opt)
		if err != nil {
			return err
		}
		if err := write(fig, f.figure); err != nil {
			return err
		}
	}
	return failures(results)
}

// failures is an error that names the nets that could not be trained.
func failures(results []transfer.Result) error {
	var names []string
	reason := ""
	for _, r := range results {
		if r.Status == transfer.Failed {
			names, reason = append(names, r.Net.String()), r.Reason
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%d nets failed, and are tried again by the same command: %s; the last one for: %s", len(names),
		strings.Join(names, ", "), reason)
}
