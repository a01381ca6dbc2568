package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/durable"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/probing"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

func reportCommand(stdout io.Writer) *cobra.Command {
	var (
		src              sourceFlags
		out, title, note string
	)
	c := &cobra.Command{
		Use:   "report",
		Short: "Write an experiment up: what was trained, figures, decomposition, what it supports and what not",
		Long: "Write report.md with its figures and the nets it is made of (nets.jsonl) into a folder. What the " +
			"store keeps of\n" +
			"probes of these nets is a section, with controls that fail first (probes.jsonl). The same nets give the " +
			"same report:\n" +
			"  coadapt report --in FOLDER/nets.jsonl -o FOLDER",
		Example: "  coadapt report --experiment cifar100 -o results/cifar100 --note \"two cores, 80 minutes\"",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("-o: no folder to write the report into")
			}
			results, err := src.results(c.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := durable.MakeDir(out); err != nil {
				return fmt.Errorf("-o: %w", err)
			}
			if title == "" {
				title = results[0].Data
			}
			kept, err := src.reportedProbes(results)
			if err != nil {
				return err
			}
			if err := writeReport(out, title, note, results, kept); err != nil {
				return err
			}
			fmt.Fprintln(stdout, filepath.Join(out, "report.md"))
			return nil
		},
	}
	src.flags(c)
	c.Flags().StringVarP(&out, "output", "o", "", "folder to write into")
	c.Flags().StringVar(&title, "title", "", "heading (default: the name of the data set)")
	c.Flags().StringVar(&note, "note", "", "a sentence on how the nets were trained: command, machine, time")
	return c
}

// writeReport fills a folder.
func writeReport(dir, title, note string, results []transfer.Result, kept []probing.Kept) error {
	slices.SortFunc(results, func(a, b transfer.Result) int {
		x, y := a.Net, b.Net
		return cmp.Or(cmp.Compare(x.N, y.N), cmp.Compare(x.Treatment, y.Treatment), cmp.Compare(x.Split, y.Split),
			cmp.Compare(x.Target, y.Target), cmp.Compare(x.Seed, y.Seed), cmp.Compare(x.PerClass, y.PerClass))
	})
	report, err := stats.Ask(results, 0.95)
	if err != nil {
		return err
	}
	var nets, text strings.Builder
	if err := writeEach(&writer{form: form{json: true}, w: &nets}, results, func(r transfer.Result) transfer.Result {
		r.Hit = true // whether it was is no property of the net
		return r
	}); err != nil {
		return err
	}
	if err := markdown(&text, title, note, results, report); err != nil {
		return err
	}
	probes(&text, kept)
	if len(kept) > 0 {
		if err := durable.WriteFile(filepath.Join(dir, probesFile), func(w io.Writer) error {
			return probing.WriteKept(w, kept)
		}); err != nil {
			return err
		}
	}
	if err := durable.WriteBytes(filepath.Join(dir, "nets.jsonl"), []byte(nets.String())); err != nil {
		return err
	}
	for name, draw := range map[string]func() (*figure.Figure, error){
		"curve.png":    func() (*figure.Figure, error) { return figure.Curve(results, figure.Options{Title: title}) },
		"figure-2.png": func() (*figure.Figure, error) { return figure.Paper2(results, figure.Options{Title: title}) },
	} {
		if name == "figure-2.png" && !likePaper(results) {
			continue
		}
		fig, err := draw()
		if err != nil {
			return err
		}
		if err := write(fig, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return durable.WriteBytes(filepath.Join(dir, "report.md"), []byte(text.String()))
}

// likePaper says whether there are nets on random halves, which alone the paper's figure 2 shows.
func likePaper(results []transfer.Result) bool {
	return len(figure.Of(results, figure.RandomHalves)) > 0
}

// markdown writes the text of a report.
func markdown(w *strings.Builder, title, note string, results []transfer.Result, report *stats.Report) error {
	fmt.Fprintf(w, "<!-- made by coadapt report of nets.jsonl; not to be edited -->\n# %s\n\n", markdownText(title))
	var splits, seeds []string
	var seconds float64
	counts := make(map[transfer.Treatment]int)
	for _, r := range results {
		counts[r.Net.Treatment]++
		seconds += r.Seconds
		splits, seeds = append(splits, r.Net.Split), append(seeds, fmt.Sprint(r.Net.Seed))
	}
	slices.Sort(splits)
	slices.Sort(seeds)
	var by []string
	for _, t := range transfer.Conditions() {
		if counts[t] > 0 {
			by = append(by, fmt.Sprintf("%d %s", counts[t], t))
		}
	}
	fmt.Fprintf(
		w,
		"%d nets of `%s` on `%s`: %s. Splits %s; seeds %s; %.0f s of training and testing. Experiment `%s`.\n",
		len(results),
		code(results[0].Arch),
		code(results[0].Data),
		strings.Join(by, ", "),
		strings.Join(slices.Compact(splits), ", "),
		strings.Join(slices.Compact(seeds), ", "),
		seconds,
		code(results[0].Experiment),
	)
	if note != "" {
		fmt.Fprintf(w, "%s\n", note)
	}
	fmt.Fprint(w, "\n![Transfer curve.](curve.png)\n\n## Accuracy\n\n```\n")
	var text strings.Builder
	if err := tables(&text, results); err != nil {
		return err
	}
	fmt.Fprint(w, code(text.String()))
	fmt.Fprint(w, "```\n\n")
	if likePaper(results) {
		fmt.Fprint(w, "![Every net, and the means.](figure-2.png)\n\n")
	}
	if len(report.Failures) > 0 {
		fmt.Fprint(w, "## Nets that failed\n\n```\n")
		var text strings.Builder
		failureTable(&text, report.Failures)
		fmt.Fprint(w, code(text.String()))
		fmt.Fprint(w, "```\n\nThose that diverged or did not train are in no mean; those that kept less than half "+
			"are numbers, and in it. Where nets failed, means and differences say little.\n\n")
	}
	decomposition(w, report)
	claims(w, report)
	return nil
}

// code is text between back quotes of Markdown, which it does not end.
func code(text string) string { return strings.ReplaceAll(harmless(text), "`", "'") }

// decomposition is a table of the five differences by cut.
func decomposition(w *strings.Builder, report *stats.Report) {
	names := []string{"fragility", "specificity", "rescue", "second training", "surplus"}
	cells := make(map[string]map[string]string)
	var rows []string
	head, rule := "| |", "|-|"
	for _, l := range report.Lines {
		if !slices.Contains(names, l.Claim.Name) || !l.Asked {
			continue
		}
		if cells[l.At] == nil {
			cells[l.At] = make(map[string]string)
			rows = append(rows, l.At)
		}
		cells[l.At][l.Claim.Name] = fmt.Sprintf("%+.2f %s, %d", 100*l.Value, points(l.Simultaneous), l.Units)
		if cells[""] == nil {
			cells[""] = make(map[string]string)
		}
		cells[""][l.Claim.Name] = l.Claim.Estimand
	}
	for _, n := range names {
		head += fmt.Sprintf(" %s<br>%s |", n, cells[""][n])
		rule += "-|"
	}
	fmt.Fprintf(w, "## Decomposition\n\nPoints, simultaneous %v%% interval over the cuts (or the ranges) of a "+
		"column, and over how many units: pairs of the same target and seed.\n\n%s\n%s\n", 100*report.Level, head,
		rule)
	for _, at := range rows {
		fmt.Fprintf(w, "| %s |", at)
		for _, n := range names {
			fmt.Fprintf(w, " %s |", cells[at][n])
		}
		fmt.Fprintln(w)
	}
}

// claims says what is supported and what not, then every line.
func claims(w *strings.Builder, report *stats.Report) {
	fmt.Fprint(w, "\n## What it supports, and what not\n\n")
	var order []string
	at := make(map[string]map[string][]string)
	says := make(map[string]stats.Claim)
	for _, l := range report.Lines {
		name := l.Claim.Name
		if at[name] == nil {
			at[name], says[name] = make(map[string][]string), l.Claim
			order = append(order, name)
		}
		at[name][l.Words()] = append(at[name][l.Words()], strings.TrimPrefix(l.At, "n = "))
	}
	for _, name := range order {
		c := says[name]
		var parts []string
		for _, verdict := range slices.Sorted(maps.Keys(at[name])) {
			where := strings.Join(at[name][verdict], ", ")
			if where != "" {
				where = " at " + where
			}
			parts = append(parts, verdict+where)
		}
		fmt.Fprintf(w, "- **%s** (%s %s): %s. %s.\n", name, c.Estimand, c.Range(), c.Says, strings.Join(parts, "; "))
	}
	fmt.Fprint(w, "\n## Every line\n\n| claim | at | estimate | simultaneous interval | plain interval | test | "+
		"adjusted p | permutation p | detectable | verdict |\n|-|-|-|-|-|-|-|-|-|-|\n")
	warnings := make(map[string]bool)
	var warned []string
	for _, l := range report.Lines {
		for _, x := range l.Warnings {
			if !warnings[x] {
				warnings[x] = true
				warned = append(warned, x)
			}
		}
		if !l.Asked {
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %+.2f | %s | %s | %s | %s | %s | %s | %s |\n", l.Claim.Name, l.At, 100*l.Value,
			points(l.Simultaneous), points(l.Interval), l.Test, number(l.Adjusted, 4), number(l.Permuted, 4),
			number(100*l.Detectable, 2), l.Words())
	}
	if len(warned) > 0 {
		fmt.Fprintf(w, "\nWarnings: %s.\n", strings.Join(warned, ". "))
	}
	fmt.Fprintf(w, "\n%d nets are numbers, %d are not. %s Detectable: the difference that as many clusters of this "+
		"spread find with 80%% power at 0.05, asked of one line alone.\n", report.Nets, len(report.Missing),
		intervalNote(report.Level))
}

func number(x float64, digits int) string {
	if known(x) == nil {
		return ""
	}
	return fmt.Sprintf("%.*f", digits, x)
}
