package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"

	"github.com/spf13/cobra"
)

func splitsCommand(stdout, stderr io.Writer) *cobra.Command {
	var (
		f        form
		dir, out string
	)
	c := &cobra.Command{
		Use:   "splits",
		Short: "Derive the class splits of 2014 and prove them by the released MD5 sums",
		Long: "Make the file lists of the 2014 experiment: the eight random halves from numpy's generator, the " +
			"natural and the man-made half from the synsets,\n" +
			"and the first k images of each class; compare their MD5 sums with those of the release. Validation " +
			"lists need no images, as their labels are\n" +
			"built in; training lists need the names of all training images of ILSVRC2012.",
		Example: "  coadapt splits\n  coadapt splits --ilsvrc12 ilsvrc12/ -o lists/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			lists, notes, err := lists2014(c.Context(), dir)
			if err != nil {
				return err
			}
			for _, n := range notes {
				fmt.Fprintln(stderr, "note:", n)
			}
			return printLists(stdout, f, lists, out)
		},
	}
	c.Flags().StringVar(&dir, "ilsvrc12", "",
		"folder with train/<wnid>/*.JPEG, or with the two archives as distributed (default: validation lists only)")
	c.Flags().StringVarP(&out, "output", "o", "",
		"write the lists below this folder, as half0A/train/files.txt and so on")
	f.flags(c, "list")
	return c
}

// lists2014 makes every list that can be made, and says what cannot.
func lists2014(ctx context.Context, dir string) (lists []dataset.List, notes []string, err error) {
	lists = dataset.ValidationList().Lists()
	if dir == "" {
		return lists, []string{"without --ilsvrc12 DIR there are no names of training images: validation lists only"},
			nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, fmt.Errorf("-ilsvrc12: %w", err)
	}
	if _, train := os.Stat(filepath.Join(dir, "train")); train != nil {
		if _, archive := os.Stat(filepath.Join(dir, "ILSVRC2012_img_train.tar")); archive != nil {
			return lists, []string{fmt.Sprintf("%s has neither train/ nor ILSVRC2012_img_train.tar: "+
				"validation lists only", dir)}, nil
		}
	}
	src, err := formats.Open(ctx, dir, formats.Options{Size: 256})
	if err != nil {
		return nil, nil, fmt.Errorf("-ilsvrc12: %w", err)
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	if _, ok := src.(dataset.Filer); !ok {
		return nil, nil, fmt.Errorf("-ilsvrc12 %s: want a tree of JPEG files or the archives as distributed", dir)
	}
	if n := src.Len(dataset.Test); n != 50000 {
		notes = append(notes, fmt.Sprintf("%s has %d validation images of 50000; the lists name all", dir, n))
	}
	whole, err := dataset.TrainingList(src)
	if err != nil {
		return lists, append(notes, err.Error()+": validation lists only"), nil
	}
	return append(lists, whole.Lists()...), notes, nil
}

// listRecord is a list and what its sum says.
type listRecord struct {
	Name     string `json:"name"`
	Part     string `json:"part"`
	Images   int    `json:"images"`
	MD5      string `json:"md5"`
	Released string `json:"released"` // "" where the release has no such list
	Verdict  string `json:"verdict"`  // ok, differs
	File     string `json:"file"`     // written, "" where -o is not given
}

// printLists writes and prints lists; one whose sum is not the released one is an error, after all were written.
func printLists(stdout io.Writer, f form, lists []dataset.List, out string) error {
	var differ []string
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	w := writer{form: f, w: stdout}
	for _, l := range lists {
		part := "train"
		if l.Part == dataset.Test {
			part = "valid"
		}
		rec := listRecord{Name: l.Name, Part: part, Images: len(l.Files), MD5: l.MD5(), Verdict: "ok"}
		var known bool
		if rec.Released, known = l.Released(); known && rec.Released != rec.MD5 {
			rec.Verdict = "differs"
			differ = append(differ, l.Name+" "+part)
		}
		if out != "" {
			rec.File = filepath.Join(out, l.Name, part, "files.txt")
			if err := l.WriteFile(rec.File); err != nil {
				return fmt.Errorf("-o: %w", err)
			}
		}
		if f.table() {
			fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", rec.Name, rec.Part, rec.Images, rec.MD5, rec.Verdict,
				rec.File)
			continue
		}
		if err := w.write(rec); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(differ) > 0 {
		return fmt.Errorf("%d lists differ from those released in 2014: %s; training images may be missing, added or "+
			"named or ordered otherwise than they were",
			len(differ), strings.Join(differ, ", "))
	}
	return nil
}
