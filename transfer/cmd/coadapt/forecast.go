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
	Condition      string   `json:"condition"` // of the nets: AnB or AnB+
}

func recordOf(a probing.Account, t transfer.Treatment) accountRecord {
	return accountRecord{
		Condition:      t.String(),
		Forecast:       a.Name,
		Nets:           a.Nets,
		WithinTau:      known(a.WithinTau.Mean),
		WithinTauLow:   known(a.WithinTau.Low),
		WithinTauHigh:  known(a.WithinTau.High),
		WithinSpearman: known(a.WithinSpearman.Mean),
		AcrossTau:      known(a.AcrossTau.Mean),
		AcrossTauLow:   known(a.AcrossTau.Low),
		AcrossTauHigh:  known(a.AcrossTau.High),
		AcrossSpearman: known(a.AcrossSpearman.Mean),
		Regret:         known(a.Regret.Mean),
		RegretLow:      known(a.Regret.Low),
		RegretHigh:     known(a.Regret.High),
		Gain:           known(a.Gain.Mean),
		GainLow:        known(a.Gain.Low),
		GainHigh:       known(a.Gain.High),
		Seconds:        a.Seconds,
		Saved:          a.Saved,
		Verdict:        a.Verdict,
	}
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
		Long: "Asks each forecast of the donor's layer below every cut, and compares it with the accuracies of the " +
			"AnB\n" +
			"and AnB+ nets that the store has of the experiment, or of -nets: does it order tasks at one cut, does " +
			"it order cuts for\n" +
			"one task, what is lost by going by it? Intervals resample tasks. A forecast that does not beat the " +
			"cut's\n" +
			"number is said not to. Give the data and the dials of the training.",
		Example: "  coadapt forecast --data cifar100.zip --coarse\n  coadapt forecast --condition AnB+ -o " +
			"forecasts.csv\n" +
			"  coadapt forecast --in notebooks/results/forecast/forecasts.csv",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			asked, err := forecastConditions(condition)
			if err != nil {
				return err
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
			groups, err := forecastNets(c.Context(), lab, asked, nets)
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
			for _, results := range groups {
				for s, err := range r.Forecasts(c.Context(), results) {
					if err != nil {
						return err
					}
					said = append(said, s)
				}
			}
			if file != "" {
				err = durable.WriteFile(file, func(w io.Writer) error {
					return writeAll(&writer{form: form{csv: true}, w: w}, said)
				})
			}
			return errors.Join(err, printForecasts(stdout, out, said))
		},
	}
	f.flags(c, "curve")
	c.Flags().IntVar(&pictures, "pictures", probing.DefaultPictures,
		"how many training pictures of the target a forecast may look at")
	c.Flags().StringVar(&condition, "condition", "",
		"whose accuracy is forecast: AnB or AnB+ (default: both, as far as there are nets)")
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
	if err := printForecasts(w, f, said); err != nil {
		return fmt.Errorf("-in %s: %w", file, err)
	}
	return nil
}

// forecastConditions are those whose accuracy is forecast: the one that is asked for, or both.
func forecastConditions(asked string) ([]transfer.Treatment, error) {
	both := []transfer.Treatment{transfer.Transfer, transfer.TransferPlus}
	if asked == "" {
		return both, nil
	}
	t, err := transfer.ParseTreatment(asked)
	if err != nil || !slices.Contains(both, t) {
		return nil, fmt.Errorf("-condition %q: want AnB or AnB+, whose layers are of another task", asked)
	}
	return []transfer.Treatment{t}, nil
}

// printForecasts accounts for the forecasts of each condition by itself. It fails where no condition has an account;
// where one has none beside others, it says why.
func printForecasts(w io.Writer, f form, said []probing.Forecast) error {
	var order []transfer.Treatment
	by := map[transfer.Treatment][]probing.Forecast{}
	for _, s := range said {
		net, err := transfer.ParseNet(s.Net)
		if err != nil {
			return err
		}
		if by[net.Treatment] == nil {
			order = append(order, net.Treatment)
		}
		by[net.Treatment] = append(by[net.Treatment], s)
	}
	accounts := map[transfer.Treatment][]probing.Account{}
	var none error
	for _, t := range order {
		var err error
		if accounts[t], err = probing.Accounts(by[t]); err != nil {
			none = err
			delete(accounts, t)
		}
	}
	if len(accounts) == 0 {
		if none == nil {
			_, none = probing.Accounts(nil)
		}
		return none
	}
	for i, t := range order {
		if f.table() && len(order) > 1 {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s\n\n", t)
			if accounts[t] == nil {
				fmt.Fprintln(w, none)
				continue
			}
		}
		if err := printAccounts(w, f, accounts[t], t); err != nil {
			return err
		}
	}
	return nil
}

// forecastNets are the results of each condition that the store has of the lab's experiment, or of nets that are named,
// with unit after unit.
func forecastNets(
	ctx context.Context,
	lab *transfer.Lab,
	conditions []transfer.Treatment,
	nets []transfer.Net,
) ([][]transfer.Result, error) {
	by := map[transfer.Treatment][]transfer.Result{}
	for _, n := range nets {
		if !slices.Contains(conditions, n.Treatment) {
			return nil, fmt.Errorf("-nets: %s is of the condition %s, want %s as -condition says", n, n.Treatment,
				conditionNames(conditions))
		}
		r, err := lab.Train(ctx, n)
		if err != nil {
			return nil, err
		}
		by[n.Treatment] = append(by[n.Treatment], r)
	}
	if nets == nil {
		for r, err := range transfer.All(lab.Store()) {
			if err != nil {
				continue // an entry that is broken is no net of the experiment
			}
			if r.Experiment == lab.Experiment() && slices.Contains(conditions, r.Net.Treatment) {
				by[r.Net.Treatment] = append(by[r.Net.Treatment], r.Judged())
			}
		}
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("the store %s has no %s net of the experiment %s (data, architecture and recipe): "+
			"train some with coadapt run, or give -data and the dials that they were trained with", lab.Store().Dir(),
			conditionNames(conditions), lab.Experiment())
	}
	var groups [][]transfer.Result
	for _, t := range conditions {
		results := by[t]
		if nets == nil {
			slices.SortFunc(results, func(a, b transfer.Result) int {
				return cmp.Or(
					cmp.Compare(a.Net.Split, b.Net.Split),
					cmp.Compare(a.Net.Target, b.Net.Target),
					cmp.Compare(a.Net.Seed, b.Net.Seed),
					cmp.Compare(a.Net.N, b.Net.N),
				)
			})
		}
		if len(results) > 0 {
			groups = append(groups, results)
		}
	}
	return groups, nil
}

// conditionNames are conditions as one says them.
func conditionNames(conditions []transfer.Treatment) string {
	var names []string
	for _, t := range conditions {
		names = append(names, t.String())
	}
	return strings.Join(names, " or ")
}

func printAccounts(w io.Writer, f form, accounts []probing.Account, t transfer.Treatment) error {
	if !f.table() {
		return writeEach(&writer{form: f, w: w}, accounts, func(a probing.Account) accountRecord {
			return recordOf(a, t)
		})
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
	_, err := fmt.Fprintf(w,
		"\nIntervals: 95%%, resampling tasks. Going by a forecast saves %.0f s of training a task, all cuts but one.\n",
		accounts[0].Saved)
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
