package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"

	"github.com/spf13/cobra"
)

// printDPI keeps lines sharp in print and on dense screens.
const printDPI = 192

func figureCommand(stdout io.Writer) *cobra.Command {
	var out, in, storeDir, experiment, title string
	c := &cobra.Command{
		Use:     "figure",
		Short:   "Draw a transfer curve as PNG or SVG",
		Example: "  coadapt figure -o curve.svg\n  coadapt curve -data cifar100.zip -json > nets.jsonl; coadapt figure -in nets.jsonl -o curve.png",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if out == "" {
				return errors.New("-o: no file, want one that ends in .png or .svg")
			}
			if err := checkFigure("o", out); err != nil {
				return err
			}
			results, err := chosen(in, storeDir, experiment)
			if err != nil {
				return err
			}
			opt := figure.Options{Title: title}
			if title == "" {
				opt.Title = results[0].Data
			}
			if err := draw(results, opt, out); err != nil {
				return err
			}
			fmt.Fprintln(stdout, out)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "file to write, .png or .svg")
	c.Flags().StringVar(&in, "in", "", "read nets from this file of JSON lines, as curve -json and show -json print them; - is standard input")
	c.Flags().StringVar(&title, "title", "", "what stands above the curve (default: the name of the data set)")
	storeFlags(c, &storeDir, &experiment)
	return c
}

// chosen is the one experiment to draw: that of a file, or of the store.
func chosen(in, dir, want string) ([]transfer.Result, error) {
	if in != "" {
		return readLines(in)
	}
	all, err := experiments(dir, want)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, fmt.Errorf("a figure shows one experiment, and there are %d; choose with -experiment:\n%s", len(all), lines(all))
	}
	return all[0].results, nil
}

func readLines(name string) ([]transfer.Result, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, fmt.Errorf("-in: %w", err)
		}
		defer f.Close()
	}
	var results []transfer.Result
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var r transfer.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("-in %s, line %d: %w; want lines as `coadapt curve -json` prints them", name, n, err)
		}
		results = append(results, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("-in %s: %w", name, err)
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("-in %s: no net in it", name)
	}
	return results, nil
}

// checkFigure refuses what draw could not write, before anything is trained.
func checkFigure(flag, file string) error {
	if file == "" {
		return nil
	}
	if ext := strings.ToLower(filepath.Ext(file)); ext != ".png" && ext != ".svg" {
		return fmt.Errorf("-%s %q: want a file that ends in .png or .svg", flag, file)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return fmt.Errorf("-%s %q: there is no folder %s", flag, file, filepath.Dir(file))
	}
	return nil
}

// draw writes the curve in the format of the file's name.
func draw(results []transfer.Result, opt figure.Options, file string) error {
	fig, err := figure.Curve(results, opt)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(file), ".svg") {
		err = fig.SVG(f)
	} else {
		err = fig.PNG(f, printDPI)
	}
	return errors.Join(err, f.Close())
}
