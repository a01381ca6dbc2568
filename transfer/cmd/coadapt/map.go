package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// setting is one experiment of a map: how its cut nets lie beside their bases, in the order of the conditions asked
// for.
type setting struct {
	Setting string      `json:"setting"`
	Base    *float64    `json:"base"` // mean accuracy of the base nets that trained, per cent
	Bases   int         `json:"bases"`
	Dips    []dipRecord `json:"dips"`
}

func mapCommand(stdout io.Writer) *cobra.Command {
	var (
		f          form
		out, title string
		conditions string
		n          int
		level      float64
	)
	c := &cobra.Command{
		Use:   "map FILE...",
		Short: "How deep nets dip in several experiments: a table, and a figure",
		Long: "Each file holds the nets of one experiment, as coadapt curve --json writes them, and is named by its " +
			"folder, or by itself. Beside its bases\n" +
			"are set, at one cut: the share of nets that failed where their base did not (Wilson interval), and how " +
			"many points the others lie from their\n" +
			"base (t interval over target and seed).",
		Example: "  coadapt map notebooks/results/map/*.jsonl\n  coadapt map --cut 4 --conditions BnB,BnBr -o " +
			"map.png notebooks/results/map/rate-*.jsonl",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("no files, want those of some experiments, such as notebooks/results/map/*.jsonl")
			}
			if !(level > 0.5 && level < 1) {
				return fmt.Errorf("-level %v: want a confidence level above 0.5 and below 1, such as 0.95", level)
			}
			if err := checkFigure("o", out); err != nil {
				return err
			}
			asked, err := transfer.ParseTreatments(conditions)
			if err != nil {
				return fmt.Errorf("-conditions: %w", err)
			}
			var all []setting
			for _, file := range files {
				s, err := readSetting(file, asked, n, level)
				if err != nil {
					return err
				}
				if len(s.Dips) == 0 {
					fmt.Fprintf(c.ErrOrStderr(),
						"note: %s has no net of %s at n = %d beside a base that trained; left out\n", file, conditions,
						n)
					continue
				}
				all = append(all, s)
			}
			if len(all) == 0 {
				return fmt.Errorf("no net of -conditions %s at -cut %d lies beside a base that trained", conditions, n)
			}
			if out != "" {
				if err := drawMap(all, n, title, out); err != nil {
					return err
				}
			}
			if f.table() {
				return mapTable(stdout, all)
			}
			return writeAll(&writer{form: f, w: stdout}, all)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&out, "output", "o", "", "draw it to this file too, .png, .svg or .pdf")
	fl.StringVar(&title, "title", "", "what stands above the figure")
	fl.StringVar(&conditions, "conditions", "BnB,BnBr", "conditions")
	fl.IntVarP(&n, "cut", "n", 4, "the cut")
	formerly(fl, map[string]string{"n": "cut", "treatments": "conditions"})
	fl.Float64Var(&level, "level", 0.95, "confidence level of the intervals")
	f.flags(c, "setting")
	return c
}

// readSetting reads the nets of one experiment and sets them beside their bases.
func readSetting(file string, asked []transfer.Treatment, n int, level float64) (setting, error) {
	results, err := readLines("nets", file)
	if err != nil {
		return setting{}, err
	}
	s := setting{Setting: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))}
	if s.Setting == "nets" {
		if abs, err := filepath.Abs(file); err == nil {
			s.Setting = filepath.Base(filepath.Dir(abs))
		}
	}
	failures, err := stats.Failures(results, level)
	if err != nil {
		return setting{}, fmt.Errorf("%s: %w", file, err)
	}
	dips, err := stats.Dips(stats.Others(results), stats.Accuracy, level)
	if err != nil {
		return setting{}, fmt.Errorf("%s: %w", file, err)
	}
	records := dipRecords(stats.Accuracy, dips, failures)
	for _, t := range asked {
		at := n
		if t.Uncut() {
			at = 0
		}
		if i := slices.IndexFunc(records,
			func(r dipRecord) bool { return r.Condition == t.String() && r.N == at }); i >= 0 {
			s.Dips = append(s.Dips, records[i])
		}
	}
	total := 0.0
	for _, r := range results {
		if r.Net.Treatment == transfer.Base && r.Status == transfer.OK {
			total += r.Accuracy
			s.Bases++
		}
	}
	s.Base = known(100 * total / float64(s.Bases))
	return s, nil
}

func mapTable(w io.Writer, all []setting) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "setting\tbase\tcondition\tn\tfailed\t95%%\tothers less base, points\t95%%\tunits\n")
	for _, s := range all {
		for _, d := range s.Dips {
			fmt.Fprintf(tw, "%s\t%.1f\t%s\t%d\t%d of %d\t[%.0f%%, %.0f%%]\t%s\t[%s, %s]\t%d\n", s.Setting, *s.Base,
				d.Condition, d.N, d.Failed, d.Of, 100*d.FailedLow, 100*d.FailedTop, signed(d.Estimate), signed(d.Low),
				signed(d.High), d.Units)
		}
	}
	return tw.Flush()
}

// signed is a number of points with its sign, "-" where it is not known.
func signed(x *float64) string {
	if x == nil || math.IsNaN(*x) {
		return "-"
	}
	return fmt.Sprintf("%+.2f", *x)
}

func drawMap(all []setting, n int, title, out string) error {
	number := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	var rows []figure.Row
	fewest, most := math.MaxInt, 0
	// of differences: all of them, and intervals but those of two pairs, which are wide as anything
	low, high := 0.0, 0.0
	for _, s := range all {
		row := figure.Row{Name: s.Setting, Values: make([][]figure.Value, 2)}
		for _, d := range s.Dips {
			t, err := transfer.ParseTreatment(d.Condition)
			if err != nil {
				return err
			}
			row.Values[0] = append(row.Values[0], figure.Value{
				Treatment: t,
				Value:     100 * float64(d.Failed) / float64(d.Of),
				Low:       100 * d.FailedLow,
				High:      100 * d.FailedTop,
			})
			row.Values[1] = append(row.Values[1],
				figure.Value{Treatment: t, Value: number(d.Estimate), Low: number(d.Low), High: number(d.High)})
			fewest, most = min(fewest, d.Of), max(most, d.Of)
			if d.Units > 0 {
				low, high = min(low, *d.Estimate), max(high, *d.Estimate)
			}
			if d.Units > 2 {
				low, high = min(low, *d.Low), max(high, *d.High)
			}
		}
		rows = append(rows, row)
	}
	if most == 0 {
		return errors.New("no net to draw")
	}
	nets := fmt.Sprintf("%d", most)
	if fewest != most {
		nets = fmt.Sprintf("%d to %d", fewest, most)
	}
	fig, err := figure.Rows(
		rows,
		[]figure.Column{
			{Label: "nets that failed where their base did not, %", High: 100},
			{Label: "the other nets less their base, points", Low: low, High: high},
		},
		figure.Options{
			Title: title,
			Caption: fmt.Sprintf("Cut at n = %d; %s nets a row and condition. Left: 95%% Wilson. Right: 95%% t over "+
				"pairs of target and seed, nets that failed left out; with an arrow it goes on.", n, nets),
		},
	)
	if err != nil {
		return err
	}
	return write(fig, out)
}
