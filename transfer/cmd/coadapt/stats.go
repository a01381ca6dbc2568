package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"coadapt/transfer"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// sourceFlags choose the results that figure and stats are about, and the rule by which an accuracy is taken.
type sourceFlags struct{ source, in, store, experiment, rule string }

func (f *sourceFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.source, "source", "store", "store, or 2014: what Yosinski et al. measured")
	c.Flags().StringVar(&f.in, "in", "",
		"read nets from this file of JSON lines, as curve --json and show --json print them; - is standard input")
	c.Flags().StringVar(&f.rule, "select", "", "rule by which a net's accuracy is taken: final (after the last step; "+
		"default) or best10\n(mean of the ten largest test accuracies on the way, the paper's; default with "+
		"--source 2014)")
	storeFlags(c, &f.store, &f.experiment)
	c.MarkFlagsMutuallyExclusive("source", "in")
}

// results are those of one experiment; broken entries of the store are named on w.
func (f *sourceFlags) results(w io.Writer) ([]transfer.Result, error) {
	rule := transfer.Final
	if f.source == "2014" {
		rule = transfer.BestTen
	}
	if f.rule != "" {
		var err error
		if rule, err = transfer.ParseSelection(f.rule); err != nil {
			return nil, fmt.Errorf("-select: %w", err)
		}
	}
	switch f.source {
	case "2014":
		if f.experiment != "" || f.store != "" {
			return nil, fmt.Errorf(
				"-experiment and -store choose among our own results; leave them out with -source 2014")
		}
		return reference.Results(rule)
	case "store":
	default:
		return nil, fmt.Errorf("-source %q: want store or 2014", f.source)
	}
	results, err := chosen(w, f.in, f.store, f.experiment)
	if err != nil {
		return nil, err
	}
	for i := range results {
		if results[i], err = results[i].Select(rule); err != nil {
			return nil, fmt.Errorf("-select %s: %w", rule, err)
		}
	}
	return results, nil
}

func statsCommand(stdout io.Writer) *cobra.Command {
	var (
		f     form
		src   sourceFlags
		level float64
	)
	c := &cobra.Command{
		Use:   "stats",
		Short: "What the nets say of each claim: estimate, interval, test, verdict",
		Long: "Ask every claim of the paper, and the decomposition of the transfer curve, of the nets of one " +
			"experiment: differences paired by target and seed,\n" +
			"95% intervals by t over such units. A claim is supported or opposed where its simultaneous interval " +
			"excludes zero: those of a claim's\n" +
			"cuts (or of its ranges) hold all together, by Bonferroni. Beside it stands the plain 95% interval, of " +
			"one line alone. Accuracies and\n" +
			"differences are in points (per cent).",
		Example: "  coadapt stats --source 2014\n  coadapt stats --experiment cifar100 --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !(level > 0.5 && level < 1) {
				return fmt.Errorf("-level %v: want a confidence level above 0.5 and below 1, such as 0.95", level)
			}
			results, err := src.results(c.ErrOrStderr())
			if err != nil {
				return err
			}
			report, err := stats.Ask(results, level)
			if err != nil {
				return err
			}
			if f.table() {
				return reportTable(stdout, report)
			}
			return writeEach(&writer{form: f, w: stdout}, report.Lines, func(l stats.Line) claimRecord {
				return newClaimRecord(l, report.Rule)
			})
		},
	}
	src.flags(c)
	c.Flags().Float64Var(&level, "level", 0.95, "confidence level of the intervals, and of the verdicts")
	f.flags(c, "claim at a cut")
	return c
}

// claimRecord is the flat form of a line; what is not known is null. Numbers are points.
type claimRecord struct {
	Claim      string   `json:"claim"`
	At         string   `json:"at"`
	Estimand   string   `json:"estimand"`
	Claimed    string   `json:"claimed"` // where the estimate should lie
	Estimate   *float64 `json:"estimate"`
	Low        *float64 `json:"low"` // simultaneous: the interval of the verdict
	High       *float64 `json:"high"`
	PlainLow   *float64 `json:"plain_low"` // of this line alone
	PlainHigh  *float64 `json:"plain_high"`
	Family     int      `json:"family"` // lines whose simultaneous intervals hold together
	SE         *float64 `json:"se"`
	Nets       int      `json:"nets"`
	Units      int      `json:"units"`
	Splits     int      `json:"splits"`
	Seeds      int      `json:"seeds"`
	Test       string   `json:"test"`
	P          *float64 `json:"p"`
	Adjusted   *float64 `json:"adjusted_p"`
	Permuted   *float64 `json:"permutation_p"`
	Detectable *float64 `json:"detectable"`
	Verdict    string   `json:"verdict"`
	Warning    string   `json:"warning"`
	Selection  string   `json:"selection"`
	Paper      bool     `json:"paper"`
	Says       string   `json:"says"`
}

func newClaimRecord(l stats.Line, rule transfer.Selection) claimRecord {
	if rule == "" {
		rule = transfer.Final
	}
	rec := claimRecord{
		Claim:      l.Claim.Name,
		At:         l.At,
		Estimand:   l.Claim.Estimand,
		Claimed:    l.Claim.Range(),
		Nets:       l.Nets,
		Units:      l.Units,
		Splits:     l.Splits,
		Seeds:      l.Seeds,
		Test:       l.Test,
		P:          known(l.P),
		Adjusted:   known(l.Adjusted),
		Permuted:   known(l.Permuted),
		Detectable: known(100 * l.Detectable),
		Verdict:    l.Words(),
		Warning:    strings.Join(l.Warnings, "; "),
		Selection:  string(rule),
		Paper:      l.Claim.Paper,
		Says:       l.Claim.Says,
	}
	if l.Asked {
		rec.Estimate, rec.SE = known(100*l.Value), known(100*l.SE)
		rec.Low, rec.High = known(100*l.Simultaneous.Low), known(100*l.Simultaneous.High)
		rec.PlainLow, rec.PlainHigh, rec.Family = known(100*l.Low), known(100*l.High), l.Family
	}
	return rec
}

func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func reportTable(w io.Writer, r *stats.Report) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	notes := []string{}
	number := map[string]int{}
	last := ""
	for _, l := range r.Lines {
		if l.Claim.Name != last {
			last = l.Claim.Name
			who := ""
			if !l.Claim.Paper {
				who = " (not in the paper)"
			}
			fmt.Fprintf(tw, "\n%s: %s; %s %s%s\n", l.Claim.Name, l.Claim.Says, l.Claim.Estimand, l.Claim.Range(), who)
		}
		marks := ""
		for _, warning := range l.Warnings {
			if number[warning] == 0 {
				notes = append(notes, warning)
				number[warning] = len(notes)
			}
			marks += fmt.Sprintf(" [%d]", number[warning])
		}
		if !l.Asked {
			fmt.Fprintf(tw, "  %s\t\t\t\t\t\t%s%s\n", l.At, l.Words(), marks)
			continue
		}
		fmt.Fprintf(tw, "  %s\t%+.2f\t%s\tplain %s\t%s\t%s\t%s%s\n", l.At, 100*l.Value, points(l.Simultaneous),
			points(l.Interval), l.Test, pValue(l.Adjusted), l.Words(), marks)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	failureTable(w, r.Failures)
	for i, note := range notes {
		fmt.Fprintf(w, "[%d] %s\n", i+1, note)
	}
	rule := "the accuracy after the last step"
	if r.Rule == transfer.BestTen {
		rule = "the mean of the ten largest test accuracies on the way, which is optimistic"
	}
	fmt.Fprintf(w, "%d nets are numbers, %d are not. A net's accuracy is %s. Points. %s\n", r.Nets, len(r.Missing),
		rule, intervalNote(r.Level))
	return nil
}

// intervalNote says what the two intervals of a line are.
func intervalNote(level float64) string {
	return fmt.Sprintf("[ ] is a simultaneous %v%% interval: those of a claim's cuts (or of its ranges) hold all "+
		"together, by Bonferroni, and the verdict is whether it excludes zero (or what is claimed instead); p is "+
		"adjusted likewise. The plain %v%% interval is of one line alone.", 100*level, 100*level)
}

// points is an interval of accuracies.
func points(iv stats.Interval) string { return fmt.Sprintf("[%+.2f, %+.2f]", 100*iv.Low, 100*iv.High) }

// failureTable writes which conditions failed where their base did not.
func failureTable(w io.Writer, failures []stats.Failure) {
	if len(failures) == 0 {
		return
	}
	fmt.Fprintln(w, "Nets that failed (diverged, not trained, or less than half of what their base has above "+
		"chance) where their base did not:")
	for _, f := range failures {
		at := ""
		if f.N > 0 {
			at = fmt.Sprintf(" n = %d", f.N)
		}
		fmt.Fprintf(w, "  %s%s: %d of %d, %.0f%% to %.0f%% (Wilson), exact %s\n", f.Treatment, at, f.Failed, f.Of,
			100*f.Share.Low, 100*f.Share.High, pValue(f.P))
	}
	fmt.Fprintln(w)
}

func pValue(p float64) string {
	if p < 0.0005 {
		return "p < 0.0005"
	}
	return fmt.Sprintf("p = %.3f", p)
}
