package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/probing"

	"github.com/spf13/cobra"
)

// accountRecord is how a forecast did, as a row.
type accountRecord struct {
	Forecast       string   `json:"forecast"`
	Nets           int      `json:"nets"`
	WithinTau      *float64 `json:"within_tau"` // weighted, of tasks at one cut; null where nothing can be ranked
	WithinTauLow   *float64 `json:"within_tau_low"`
	WithinTauHigh  *float64 `json:"within_tau_high"`
	WithinSpearman *float64 `json:"within_spearman"`
	AcrossTau      *float64 `json:"across_tau"` // weighted, of cuts for one task
	AcrossTauLow   *float64 `json:"across_tau_low"`
	AcrossTauHigh  *float64 `json:"across_tau_high"`
	AcrossSpearman *float64 `json:"across_spearman"`
	Regret         *float64 `json:"regret"` // accuracy, 0 to 1
	RegretLow      *float64 `json:"regret_low"`
	RegretHigh     *float64 `json:"regret_high"`
	Gain           *float64 `json:"gain"` // across_tau less that of the cut's number
	GainLow        *float64 `json:"gain_low"`
	GainHigh       *float64 `json:"gain_high"`
	Seconds        float64  `json:"seconds"`
	Saved          float64  `json:"saved"`
	Verdict        string   `json:"verdict"`
}

func recordOf(a probing.Account) accountRecord {
	return accountRecord{Forecast: a.Name, Nets: a.Nets,
		WithinTau: known(a.WithinTau.Mean), WithinTauLow: known(a.WithinTau.Low), WithinTauHigh: known(a.WithinTau.High),
		WithinSpearman: known(a.WithinSpearman.Mean),
		AcrossTau:      known(a.AcrossTau.Mean), AcrossTauLow: known(a.AcrossTau.Low), AcrossTauHigh: known(a.AcrossTau.High),
		AcrossSpearman: known(a.AcrossSpearman.Mean),
		Regret:         known(a.Regret.Mean), RegretLow: known(a.Regret.Low), RegretHigh: known(a.Regret.High),
		Gain: known(a.Gain.Mean), GainLow: known(a.Gain.Low), GainHigh: known(a.Gain.High),
		Seconds: a.Seconds, Saved: a.Saved, Verdict: a.Verdict}
}

func forecastCommand(stdout, stderr io.Writer) *cobra.Command {
	var (
		f         experimentFlags
		out       form
		pictures  int
		condition string
		file, in  string
	)
	c := &cobra.Command{
		Use:   "forecast",
		Short: "Forecasts of transfer before any training on the target, beside what was measured",
		Long: "Asks each forecast of the donor's layer below every cut, and compares it with the accuracies of the nets that the store has of the\n" +
			"experiment, or of -nets: does it order tasks at one cut, does it order cuts for one task, what is lost by going by it? Intervals\n" +
			"resample tasks. A forecast that does not beat the cut's number is said not to. Give the data and the dials of the training.",
		Example: "  coadapt forecast --data cifar100.zip --coarse\n  coadapt forecast --condition AnB+ -o forecasts.csv\n" +
			"  coadapt forecast --in notebooks/results/forecast/forecasts.csv",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			treatment, err := transfer.ParseTreatment(condition)
			if err != nil || treatment != transfer.Transfer && treatment != transfer.TransferPlus {
				return fmt.Errorf("-condition %q: want AnB or AnB+, whose layers are of another task", condition)
			}
			if ext := strings.ToLower(filepath.Ext(file)); file != "" && ext != csvEnding {
				return fmt.Errorf("-o %q: want a file that ends in .csv", file)
			}
			if in != "" {
				if file != "" {
					return fmt.Errorf("-in %s: it has forecasts that are written already; leave -o out", in)
				}
				return printSaved(stdout, out, in)
			}
			show := newProgress(stderr, isTerminal(stderr))
			lab, nets, _, err := f.open(c.Context(), stderr, show.event)
			if err != nil {
				return err
			}
			defer lab.Close()
			if f.nets == "" {
				nets = nil
			}
			results, err := forecastNets(c.Context(), lab, treatment, nets)
			show.clear()
			if err != nil {
				return err
			}
			r, err := probing.NewRunner(lab, pictures)
			if err != nil {
				return fmt.Errorf("-pictures %d: %w", pictures, err)
			}
			defer r.Close()
			var said []probing.Forecast
			for s, err := range r.Forecasts(c.Context(), results) {
				if err != nil {
					return err
				}
				said = append(said, s)
			}
			accounts, err := probing.Accounts(said)
			if err != nil {
				return err
			}
			if file != "" {
				err = durable.WriteFile(file, func(w io.Writer) error {
					rows := writer{form: form{csv: true}, w: w}
					for _, s := range said {
						if err := rows.write(s); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return errors.Join(err, printAccounts(stdout, out, accounts))
		},
	}
	f.flags(c, "curve")
	c.Flags().IntVar(&pictures, "pictures", probing.DefaultPictures, "how many training pictures of the target a forecast may look at")
	c.Flags().StringVar(&condition, "condition", "AnB", "whose accuracy is forecast: AnB or AnB+")
	c.Flags().StringVar(&in, "in", "", "instead of asking nets, account for the forecasts of a .csv file that -o wrote")
	c.Flags().StringVarP(&file, "output", "o", "", "write every forecast beside its net's accuracy to this .csv file")
	out.flags(c, "forecast")
	return c
}

// printSaved accounts for forecasts that were written to a file.
func printSaved(w io.Writer, f form, file string) error {
	r, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("-in: %w", err)
	}
	defer r.Close()
	said, err := probing.ReadForecasts(r)
	if err != nil {
		return fmt.Errorf("-in %s: %w", file, err)
	}
	accounts, err := probing.Accounts(said)
	if err != nil {
		return fmt.Errorf("-in %s: %w", file, err)
	}
	return printAccounts(w, f, accounts)
}

// forecastNets are the results of a condition that the store has of the lab's experiment, or of nets that are named,
// with unit after unit.
func forecastNets(ctx context.Context, lab *transfer.Lab, t transfer.Treatment, nets []transfer.Net) ([]transfer.Result, error) {
	var results []transfer.Result
	if nets != nil {
		for _, n := range nets {
			if n.Treatment != t {
				return nil, fmt.Errorf("-nets: %s is of the condition %s, want %s as -condition says", n, n.Treatment, t)
			}
			r, err := lab.Train(ctx, n)
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
		return results, nil
	}
	for r, err := range transfer.All(lab.Store()) {
		if err != nil {
			continue // an entry that is broken is no net of the experiment
		}
		if r.Experiment == lab.Experiment() && r.Net.Treatment == t {
			results = append(results, r.Judged())
		}
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("the store %s has no %s net of the experiment %s (data, architecture and recipe): train some with coadapt run, or give -data and the dials that they were trained with",
			lab.Store().Dir(), t, lab.Experiment())
	}
	slices.SortFunc(results, func(a, b transfer.Result) int {
		return cmp.Or(cmp.Compare(a.Net.Split, b.Net.Split), cmp.Compare(a.Net.Target, b.Net.Target), cmp.Compare(a.Net.Seed, b.Net.Seed), cmp.Compare(a.Net.N, b.Net.N))
	})
	return results, nil
}

func printAccounts(w io.Writer, f form, accounts []probing.Account) error {
	if !f.table() {
		out := writer{form: f, w: w}
		for _, a := range accounts {
			if err := out.write(recordOf(a)); err != nil {
				return err
			}
		}
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "forecast\tacross cuts: tau\tSpearman\twithin a cut: tau\tSpearman\tregret, points\tseconds\t")
	for _, a := range accounts {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Name, ranged(a.AcrossTau, 1), plain(a.AcrossSpearman),
			ranged(a.WithinTau, 1), plain(a.WithinSpearman), ranged(a.Regret, 100), brief(a.Seconds), a.Verdict)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nIntervals: 95%%, resampling tasks. Going by a forecast saves %.0f s of training a task, all cuts but one.\n", accounts[0].Saved)
	return err
}

// brief is a time of which less than a millisecond is nothing.
func brief(seconds float64) string {
	if seconds < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.2g", seconds)
}

// ranged is an interval in words.
func ranged(i probing.Interval, times float64) string {
	switch {
	case !i.Known():
		return "-"
	case math.IsNaN(i.Low):
		return fmt.Sprintf("%+.2f", times*i.Mean)
	}
	return fmt.Sprintf("%+.2f [%+.2f, %+.2f]", times*i.Mean, times*i.Low, times*i.High)
}

func plain(i probing.Interval) string {
	if !i.Known() {
		return "-"
	}
	return fmt.Sprintf("%+.2f", i.Mean)
}
