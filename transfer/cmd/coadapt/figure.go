package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// printDPI keeps lines sharp in print and on dense screens.
const printDPI = 192

// measures lists what is measured of nets.
func measures() string {
	var names []string
	for _, m := range stats.Measures() {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ") +
		"; the clean ones are of training pictures,\nshown without dropout, shift and mirror"
}

// figures are the words for them.
const figures = "curve (a transfer curve), forest (what the nets say of claims), 2, 3 or 4 (the paper's figures), " +
	"or all (2, 3 and 4, each to a file of its own)"

func figureCommand(stdout io.Writer) *cobra.Command {
	var (
		out, title, which, overlay, claims, measured, behind string
		src                                                  sourceFlags
	)
	c := &cobra.Command{
		Use:   "figure",
		Short: "Draw a transfer curve, the paper's figures, or what nets say of claims, as PNG or SVG",
		Example: "  coadapt figure -o curve.svg\n  coadapt figure --source 2014 -o paper.png                   # " +
			"paper-2.png, paper-3.png, paper-4.png\n" +
			"  coadapt figure --experiment cifar100 --overlay 2014 -o both.png\n" +
			"  coadapt figure --in nets.jsonl --measure train_loss --behind " +
			"notebooks/results/plain-shapes/nets.jsonl -o loss.png\n" +
			"  coadapt figure --source 2014 --figure forest --claims boost,surplus -o forest.png\n" +
			"  coadapt curve --data cifar100.zip --json > nets.jsonl; coadapt figure --in nets.jsonl -o curve.png",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("-o: no file, want one that ends in .png, .svg or .pdf")
			}
			if err := checkFigure("o", out); err != nil {
				return err
			}
			if which == "" {
				which = "curve"
				if src.source == "2014" {
					which = "all"
				}
			}
			if overlay != "" && (overlay != "2014" || which != "curve" || src.source == "2014") {
				return fmt.Errorf("-overlay %q: want 2014, over a curve of our own nets", overlay)
			}
			if claims != "" && which != "forest" {
				return fmt.Errorf(
					"-claims %q: a figure of claims is drawn by -figure forest; add that, or leave it out", claims)
			}
			opt := figure.Options{Title: title}
			var err error
			if opt.Measure, err = stats.ParseMeasure(measured); err != nil {
				return fmt.Errorf("-measure: %w", err)
			}
			if which != "curve" || overlay != "" {
				for _, name := range []string{"measure", "behind"} {
					if c.Flags().Changed(name) {
						return fmt.Errorf("-%s: only a curve has that; draw it with -figure curve and without -overlay",
							name)
					}
				}
			}
			if behind != "" {
				if opt.Behind, err = readLines("-behind", behind); err != nil {
					return err
				}
			}
			results, err := src.results(c.ErrOrStderr())
			if err != nil {
				return err
			}
			if title == "" {
				opt.Title = results[0].Data
			}
			if title == "" && src.source == "2014" {
				opt.Title = "Yosinski, Clune, Bengio and Lipson 2014"
			}
			kinds := figureKinds(results, transfer.Words(claims), opt)
			if overlay != "" {
				kinds["curve"] = func() (*figure.Figure, error) {
					theirs, err := reference.Results(transfer.BestTen)
					if err != nil {
						return nil, err
					}
					return figure.Overlay(results, theirs, opt)
				}
			}
			return drawFigures(stdout, kinds, which, out)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "file to write, .png, .svg or .pdf")
	c.Flags().StringVar(&title, "title", "", "what stands above the figure (default: the name of the data set)")
	c.Flags().StringVar(&which, "figure", "", "which: "+figures+"\n(default: curve; with --source 2014 all)")
	c.Flags().StringVar(&claims, "claims", "",
		"of the forest: names of claims as coadapt stats prints them, with commas\n"+
			"(default: "+strings.Join(figure.ForestClaims(), ", ")+")")
	c.Flags().StringVar(&measured, "measure", string(stats.Accuracy), "what a curve shows: "+measures())
	c.Flags().StringVar(&behind, "behind", "",
		"file of other nets of the same experiment, as curve -json writes them: boxes behind a curve's own,\n"+
			"from the lowest to the highest, so that one seed is not taken for the effect")
	c.Flags().StringVar(&overlay, "overlay", "",
		"2014: put the published means beside ours, both as points above or below the own base")
	src.flags(c)
	return c
}

// figureKinds draw the figures that results have.
func figureKinds(
	results []transfer.Result,
	claims []string,
	opt figure.Options,
) map[string]func() (*figure.Figure, error) {
	return map[string]func() (*figure.Figure, error){
		"curve":  func() (*figure.Figure, error) { return figure.Curve(results, opt) },
		"forest": func() (*figure.Figure, error) { return figure.Forest(results, claims, opt) },
		"2":      func() (*figure.Figure, error) { return figure.Paper2(results, opt) },
		"3":      func() (*figure.Figure, error) { return figure.Paper3(results, opt) },
		"4":      func() (*figure.Figure, error) { return figure.Paper4(results, opt) },
	}
}

// drawFigures writes one figure, or all of the paper's, and says where.
func drawFigures(
	stdout io.Writer,
	kinds map[string]func() (*figure.Figure, error),
	which, out string,
) error {
	if which != "all" {
		makeFigure, ok := kinds[which]
		if !ok {
			return fmt.Errorf("-figure %q: want %s", which, figures)
		}
		fig, err := makeFigure()
		if err != nil {
			return err
		}
		fmt.Fprintln(stdout, out)
		return write(fig, out)
	}
	ext := filepath.Ext(out)
	drawn := 0
	for _, which := range []string{"2", "3", "4"} {
		fig, err := kinds[which]()
		if err != nil {
			fmt.Fprintln(stdout, "not drawn:", err)
			continue
		}
		drawn++
		name := strings.TrimSuffix(out, ext) + "-" + which + ext
		if err := write(fig, name); err != nil {
			return err
		}
		fmt.Fprintln(stdout, name)
	}
	if drawn == 0 {
		return errors.New("none of the paper's figures can be drawn of these nets")
	}
	return nil
}

// chosen is the one experiment to draw: that of a file, or of the store, whose broken entries are named on w.
func chosen(w io.Writer, in, dir, want string) ([]transfer.Result, error) {
	if in != "" {
		return readLines("-in", in)
	}
	all, err := experiments(w, dir, want)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, fmt.Errorf("a figure shows one experiment, and there are %d; choose with -experiment:\n%s",
			len(all), lines(all))
	}
	return all[0].results, nil
}

// readLines reads the nets of a file; - is the standard input. The flag that names it stands in the error.
func readLines(flag, name string) ([]transfer.Result, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		defer f.Close()
	}
	results, err := transfer.ReadResults(f)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, name, err)
	}
	return results, nil
}

// checkFigure refuses what draw could not write, before anything is trained.
func checkFigure(flag, file string) error {
	if file == "" {
		return nil
	}
	if ext := strings.ToLower(filepath.Ext(file)); ext != ".png" && ext != ".svg" && ext != ".pdf" {
		return fmt.Errorf("-%s %q: want a file that ends in .png, .svg or .pdf", flag, file)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return fmt.Errorf("-%s %q: there is no folder %s", flag, file, filepath.Dir(file))
	}
	return nil
}

// write is in the format of the file's name.
func write(fig *figure.Figure, file string) error {
	return durable.WriteFile(file, func(w io.Writer) error {
		switch strings.ToLower(filepath.Ext(file)) {
		case ".svg":
			return fig.SVG(w)
		case ".pdf":
			return fig.PDF(w)
		}
		return fig.PNG(w, printDPI)
	})
}
