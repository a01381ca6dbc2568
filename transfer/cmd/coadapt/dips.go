package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// dipRecord is a condition at a cut beside its base. What is not known is null.
type dipRecord struct {
	Condition string   `json:"condition"`
	N         int      `json:"n"`
	Measure   string   `json:"measure"`
	Estimate  *float64 `json:"estimate"` // net less base; accuracies in points, losses in nats
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	SE        *float64 `json:"se"`
	Units     int      `json:"units"`
	// nets that failed where their base did not, which are counted apart where they are no numbers
	Failed    int     `json:"failed"`
	Of        int     `json:"of"`
	FailedLow float64 `json:"failed_low"`
	FailedTop float64 `json:"failed_high"`
}

func dipsCommand(stdout io.Writer) *cobra.Command {
	var (
		f     form
		src   sourceFlags
		level float64
		asked []string
	)
	c := &cobra.Command{
		Use:   "dips",
		Short: "How far each condition lies from its base, in accuracy and in losses",
		Long: "For every condition and cut the mean difference from its own base net, paired by target and seed, " +
			"with a plain 95% t interval over these units;\n" +
			"and how many nets failed where their base did not. Accuracies are in points (per cent), losses in " +
			"nats. Intervals are not adjusted for\n" +
			"looking at many cuts: coadapt stats asks claims, and does.",
		Example: "  coadapt dips --experiment shapes\n  coadapt dips --measure accuracy,clean_loss --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !(level > 0.5 && level < 1) {
				return fmt.Errorf("-level %v: want a confidence level above 0.5 and below 1, such as 0.95", level)
			}
			results, err := src.results(c.ErrOrStderr())
			if err != nil {
				return err
			}
			failures, err := stats.Failures(results, level)
			if err != nil {
				return err
			}
			var all []dipRecord
			for _, name := range asked {
				m, err := stats.ParseMeasure(name)
				if err != nil {
					return fmt.Errorf("-measure: %w", err)
				}
				dips, err := stats.Dips(results, m, level)
				if err != nil {
					return err
				}
				all = append(all, dipRecords(m, dips, failures)...)
			}
			if len(all) == 0 {
				return fmt.Errorf("no net lies beside a base of its own task and seed that trained and has the "+
					"measures %s; coadapt show lists what there is", strings.Join(asked, ", "))
			}
			if f.table() {
				return dipsTable(stdout, all)
			}
			return writeAll(&writer{form: f, w: stdout}, all)
		},
	}
	src.flags(c)
	c.Flags().StringSliceVar(&asked, "measure", []string{"accuracy", "clean_loss"}, "with commas: "+measures())
	c.Flags().Float64Var(&level, "level", 0.95, "confidence level of the intervals")
	f.flags(c, "condition at a cut")
	return c
}

// dipRecords joins differences and failures; a condition of which no net is a number has failures alone.
func dipRecords(m stats.Measure, dips []stats.Dip, failures []stats.Failure) []dipRecord {
	scale := 1.0
	if m == stats.Accuracy || m == stats.CleanAccuracy {
		scale = 100
	}
	var out []dipRecord
	for _, f := range failures {
		rec := dipRecord{
			Condition: f.Treatment.String(),
			N:         f.N,
			Measure:   string(m),
			Failed:    f.Failed,
			Of:        f.Of,
			FailedLow: f.Share.Low,
			FailedTop: f.Share.High,
		}
		for _, d := range dips {
			if d.Treatment == f.Treatment && d.N == f.N {
				rec.Estimate, rec.SE = known(scale*d.Value), known(scale*d.SE)
				rec.Low, rec.High = known(scale*d.Low), known(scale*d.High)
				rec.Units = d.Clusters
			}
		}
		out = append(out, rec)
	}
	return out
}

func dipsTable(w io.Writer, all []dipRecord) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	number := func(x *float64) string {
		if x == nil || math.IsNaN(*x) {
			return "-"
		}
		return fmt.Sprintf("%+.3g", *x)
	}
	last := ""
	for _, r := range all {
		if r.Measure != last {
			last = r.Measure
			fmt.Fprintf(tw, "%s less base's\tn\t\tplain 95%%\tunits\tfailed\n", r.Measure)
		}
		cut := "-"
		if r.N > 0 {
			cut = fmt.Sprint(r.N)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t[%s, %s]\t%d\t%d of %d\n", r.Condition, cut, number(r.Estimate), number(r.Low),
			number(r.High), r.Units, r.Failed, r.Of)
	}
	return tw.Flush()
}
