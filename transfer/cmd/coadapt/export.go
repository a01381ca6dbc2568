package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/spf13/cobra"
)

// exportFlags are the flags of store export, as typed.
type exportFlags struct {
	out, what, experiment, nets string
	noWeights                   bool
}

const exportLong = `Write what the store holds to a file, of the kind that its name ends in.

.csv, .parquet      a table for pandas, DuckDB or R: a row a net, or with --what metrics a row a net and step.
                    What a net does not have, such as the accuracy of one that diverged, is empty in CSV and
                    null in Parquet.
.tar.zst, .tar.gz, .tar
                    whole entries, for ` + "`coadapt store import`" + ` on another machine.
a folder            results and metrics, each as CSV and as Parquet; with --what tensorboard the training curves
                    as event files, for ` + "`tensorboard --logdir FOLDER`" + `.

An entry that is broken is named, set aside and left out; the exit status is then 1.`

func storeExport(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export -o FILE|DIR",
		Short: "Write results as CSV or Parquet, or whole entries as an archive",
		Long:  exportLong,
		Example: "  coadapt store export -o results.parquet\n  coadapt store export --what metrics -o metrics.csv\n" +
			"  coadapt store export --what tensorboard -o curves/\n" +
			"  coadapt store export --experiment cifar100 --no-weights -o cifar100.tar.zst\n  coadapt store export " +
			"--nets 0/baseB,0/A3B -o two.tar.gz",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			files, err := f.files()
			if err != nil {
				return err
			}
			s, err := openIt()
			if err != nil {
				return err
			}
			e := exporter{store: s, stdout: stdout, stderr: stderr}
			all, faults := readable(stderr, s)
			if e.faults = faults; len(all) == 0 && faults > 0 {
				return unread(faults)
			}
			results, err := f.choose(all, s)
			if err != nil {
				return err
			}
			for _, file := range files {
				if file.what == "tensorboard" {
					if err := e.events(c.Context(), file.name, results); err != nil {
						return fmt.Errorf("-o %s: %w", file.name, err)
					}
					continue
				}
				if err := e.write(c.Context(), file, results, !f.noWeights); err != nil {
					return fmt.Errorf("-o %s: %w", file.name, err)
				}
			}
			return unread(e.faults)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "file that ends in .csv, .parquet, .tar.zst, .tar.gz or .tar, or a folder")
	fl.StringVar(&f.what, "what", "", "results (a row a net) or metrics (a row a net and step), of tables; or "+
		"tensorboard (training curves), of a folder\n(default: results; into a folder both tables)")
	fl.StringVar(&f.experiment, "experiment", "",
		"only the experiment whose name begins so, or those on this data set (default: all)")
	fl.StringVar(&f.nets, "nets", "",
		"only these, with commas: names in the paper's notation, such as 0/A3B,0/B3B, or beginnings of keys")
	fl.BoolVar(&f.noWeights, "no-weights", false,
		"archives: leave weights out; they count as dropped, as after store gc --weights")
	return c
}

// exported is a file to write.
type exported struct{ name, ending, what string }

// files are what -o and -what ask for.
func (f exportFlags) files() ([]exported, error) {
	if f.what != "" && f.what != "results" && f.what != "metrics" && f.what != "tensorboard" {
		return nil, fmt.Errorf("-what %q: want results, metrics or tensorboard", f.what)
	}
	if f.what == "tensorboard" {
		return f.eventFolder()
	}
	info, err := os.Stat(f.out)
	if strings.HasSuffix(f.out, string(filepath.Separator)) || err == nil && info.IsDir() {
		if f.noWeights {
			return nil, errors.New("-no-weights: tables have none; leave it out, or give -o an archive")
		}
		var out []exported
		for _, what := range []string{"results", "metrics"} {
			for _, ending := range []string{csvEnding, parquetEnding} {
				if f.what == "" || f.what == what {
					out = append(out, exported{filepath.Join(f.out, what+ending), ending, what})
				}
			}
		}
		return out, durable.MakeDir(f.out)
	}
	for _, ending := range []string{csvEnding, parquetEnding, tarEnding, gzipEnding, zstdEnding} {
		if !strings.HasSuffix(strings.ToLower(f.out), ending) {
			continue
		}
		table := ending == csvEnding || ending == parquetEnding
		switch {
		case table && f.noWeights:
			return nil, errors.New("-no-weights: tables have none; leave it out, or give -o an archive")
		case !table && f.what != "":
			return nil, fmt.Errorf(
				"-what %s: an archive holds whole entries; leave it out, or give -o a .csv or .parquet file", f.what)
		case table && f.what == "":
			f.what = "results"
		}
		return []exported{{f.out, ending, f.what}}, nil
	}
	return nil, fmt.Errorf("-o %q: want a file that ends in .csv, .parquet, .tar.zst, .tar.gz or .tar, or a folder",
		f.out)
}

// choose are the results that the flags ask for.
func (f exportFlags) choose(all []transfer.Result, s *store.Store) ([]transfer.Result, error) {
	results := slices.DeleteFunc(slices.Clone(all), func(r transfer.Result) bool {
		return !strings.HasPrefix(r.Experiment, f.experiment) && r.Data != f.experiment
	})
	if len(results) == 0 && f.experiment != "" {
		return nil, fmt.Errorf("-experiment %q: none in the store %s, which holds\n%s", f.experiment, s.Dir(),
			lines(group(all)))
	}
	if f.nets != "" {
		want := make(map[string]bool)
		find := finder{store: s, results: results, read: true}
		for _, word := range transfer.Words(f.nets) {
			keys, err := find.all(word)
			if err != nil {
				return nil, fmt.Errorf("-nets: %w", err)
			}
			for _, key := range keys {
				if !slices.ContainsFunc(results, func(r transfer.Result) bool { return r.Key == key }) {
					return nil, fmt.Errorf("-nets: %s is not among the nets that can be read and are of -experiment %q",
						word, f.experiment)
				}
				want[key] = true
			}
		}
		results = slices.DeleteFunc(results, func(r transfer.Result) bool { return !want[r.Key] })
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("the store %s is empty; `coadapt curve` fills it", s.Dir())
	}
	return results, nil
}

// exporter writes files, and counts the entries that could not be read.
type exporter struct {
	store          *store.Store
	stdout, stderr io.Writer
	faults         int
}

func (e *exporter) fault(err error) {
	e.faults++
	fmt.Fprintln(e.stderr, "left out:", err)
}

func (e *exporter) write(ctx context.Context, file exported, results []transfer.Result, weights bool) error {
	count, what := 0, "nets"
	err := durable.WriteFile(file.name, func(w io.Writer) error {
		switch file.what {
		case "results":
			return writeTable(w, file.ending, counted(&count, records(results)))
		case "metrics":
			what = "points of training curves"
			return writeTable(w, file.ending, counted(&count, e.metrics(ctx, results)))
		}
		out, err := packed(w, file.ending)
		if err != nil {
			return err
		}
		count, err = e.entries(ctx, out, results, weights)
		return errors.Join(err, out.Close())
	})
	if err == nil {
		fmt.Fprintf(e.stdout, "%s: %d %s\n", file.name, count, what)
	}
	return err
}

func counted[T any](n *int, rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range rows {
			*n++
			if !yield(row, err) {
				return
			}
		}
	}
}

func records(results []transfer.Result) iter.Seq2[transfer.Record, error] {
	return func(yield func(transfer.Record, error) bool) {
		for _, r := range results {
			if !yield(r.Record(), nil) {
				return
			}
		}
	}
}

// metricRow is a point of a net's training curve. Accuracy is null where the net was not tested at that step.
type metricRow struct {
	Key        string   `json:"key" parquet:"key,dict"`
	Name       string   `json:"name" parquet:"name,dict"`
	Experiment string   `json:"experiment" parquet:"experiment,dict"`
	Step       int      `json:"step" parquet:"step"`
	Loss       float64  `json:"loss" parquet:"loss"`
	Rate       float64  `json:"rate" parquet:"rate"`
	Accuracy   *float64 `json:"accuracy" parquet:"accuracy"`
}

func (e *exporter) metrics(ctx context.Context, results []transfer.Result) iter.Seq2[metricRow, error] {
	return func(yield func(metricRow, error) bool) {
		for _, r := range results {
			if err := ctx.Err(); err != nil {
				yield(metricRow{}, err)
				return
			}
			metrics, err := transfer.Metrics(e.store, r.Key)
			if err != nil {
				e.fault(err)
				continue
			}
			for _, m := range metrics {
				if !yield(metricRow{r.Key, r.Net.String(), r.Experiment, m.Step, m.Loss, m.Rate, m.Accuracy}, nil) {
					return
				}
			}
		}
	}
}

// entries writes whole entries to an archive, and counts them.
func (e *exporter) entries(ctx context.Context, w io.Writer, results []transfer.Result, weights bool) (int, error) {
	keys := make([]string, len(results))
	for i, r := range results {
		keys[i] = r.Key
	}
	show := newCounter(e.stderr, isTerminal(e.stderr), "writing", "entries")
	defer show.clear()
	count := 0
	for a, err := range transfer.Export(ctx, e.store, w, keys, weights) {
		switch {
		case err != nil && a.Key == "":
			return count, err
		case err != nil:
			show.clear()
			e.fault(err)
		default:
			count++
			show.count(count, len(keys))
		}
	}
	return count, nil
}
