package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/probing"

	"github.com/spf13/cobra"
)

func probeCommand(stdout, stderr io.Writer) *cobra.Command {
	var (
		f        experimentFlags
		out      form
		pictures int
		own      probeFields
		file     string
	)
	names, lines := probing.Kinds()
	long := "Looks into nets that are in the store; those that are not are trained. Give the data and the " +
		"dials with\n" +
		"which they were trained. A probe of two nets is asked of the first net and each other one, and a map is of\n" +
		"all, on pictures of the first one's task. Values are kept in the store: asked again, they are " +
		"read. Controls\n" +
		"that fail are printed first. The linear probe and nearest neighbours have what permuted labels give beside\n" +
		"their values.\n\nProbes:\n"
	for i, name := range names {
		long += fmt.Sprintf("  %-12s %s\n", name, lines[i])
	}
	c := &cobra.Command{
		Use:   "probe KIND",
		Short: "Look into trained nets: " + strings.Join(names, ", "),
		Long:  strings.TrimSpace(long),
		Example: "  coadapt probe cka --nets 0/baseB,0/B4B,0/A4B\n  coadapt probe scale --nets 0/baseB,0/B4B --csv\n" +
			"  coadapt probe path --nets 0/baseB,0/B4B+ --matched -o path.png\n" +
			"  coadapt probe map --nets 0/baseB,0/baseA,0/B4B,0/A4B -o map.png\n" +
			"  coadapt probe maximise --nets 0/baseB --layer conv4 --units 0,3,5 -o units.png",
		Args:      cobra.ExactArgs(1),
		ValidArgs: names,
		RunE: func(c *cobra.Command, args []string) error {
			p, err := probing.Named(args[0])
			if err != nil {
				return err
			}
			if p, err = own.set(args[0], p); err != nil {
				return err
			}
			if f.nets == "" {
				return errors.New("-nets: no net, want some in the paper's notation, such as 0/baseB,0/B4B")
			}
			if err := checkProbeFile(file); err != nil {
				return err
			}
			show := newProgress(stderr, isTerminal(stderr))
			lab, nets, _, err := f.open(c.Context(), stderr, show.event)
			if err != nil {
				return err
			}
			defer lab.Close()
			if err := enoughNets(p, args[0], f.nets, len(nets), isFigure(file)); err != nil {
				return err
			}
			var results []transfer.Result
			for _, n := range nets {
				r, err := lab.Train(c.Context(), n)
				if err != nil {
					show.clear()
					return err
				}
				results = append(results, r)
			}
			show.clear()
			r, err := probing.NewRunner(lab, pictures)
			if err != nil {
				return fmt.Errorf("-pictures %d: %w", pictures, err)
			}
			defer r.Close()
			values, err := r.Collect(c.Context(), p, results...)
			if err != nil {
				return err
			}
			if err := printValues(stdout, out, values); err != nil {
				return err
			}
			if m, ok := p.(probing.Maximise); ok && isFigure(file) {
				return writeMade(c.Context(), file, m, r, results[0])
			}
			return writeValues(file, values)
		},
	}
	f.flags(c, "curve")
	c.Flags().IntVar(&pictures, "pictures", probing.DefaultPictures,
		"how many test pictures, and for probes that fit as many training pictures")
	own.flags(c)
	c.Flags().StringVarP(&file, "output", "o", "",
		"write the values to this .csv or .json file, or draw them to a .png, .svg or .pdf")
	out.flags(c, "value")
	return c
}

// checkProbeFile refuses a file before anything is trained.
func checkProbeFile(file string) error {
	switch strings.ToLower(filepath.Ext(file)) {
	case csvEnding, ".json":
		return nil
	}
	if err := checkFigure("o", file); err != nil {
		return fmt.Errorf("%w, or in .csv or .json", err)
	}
	return nil
}

// writeValues is in the format of the file's name; "" is none.
func writeValues(file string, values []probing.Value) error {
	switch strings.ToLower(filepath.Ext(file)) {
	case "":
		return nil
	case csvEnding:
		return durable.WriteFile(file, func(w io.Writer) error { return printValues(w, form{csv: true}, values) })
	case ".json":
		return durable.WriteFile(file, func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", " ")
			return e.Encode(values)
		})
	}
	fig, err := figure.Probed(values, figure.Options{})
	if err != nil {
		return err
	}
	return write(fig, file)
}

func printValues(w io.Writer, f form, values []probing.Value) error {
	if !f.table() {
		return writeAll(&writer{form: f, w: w}, values)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "net\tlayer\twhat\tvalue\tunit\t\n")
	for _, v := range values {
		net, layer, value, said := v.Net, v.Layer, "-", ""
		if v.Other != "" {
			net += ", " + v.Other
		}
		if v.Beside != "" && v.Beside != v.Layer {
			layer += ", " + v.Beside
		}
		if v.At != nil {
			layer = fmt.Sprintf("at %.2f", *v.At)
		}
		if v.Value != nil {
			value = fmt.Sprintf("%.4g", *v.Value)
		}
		if v.Control != probing.Asked {
			said = "control " + string(v.Control)
		}
		if v.Reason != "" {
			said = strings.TrimPrefix(said+": "+v.Reason, ": ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", net, layer, v.Name, value, v.Unit, said)
	}
	return tw.Flush()
}
