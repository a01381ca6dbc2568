package nb

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

func escape(s string) string { return html.EscapeString(s) }

// paragraph is lines of text in HTML.
func paragraph(text string) string {
	return "<p>" + strings.ReplaceAll(escape(text), "\n", "<br>") + "</p>"
}

// say shows lines of text.
func say(text string) error { return show(paragraph(text), text) }

// askLevel is that of the intervals.
const askLevel = 0.95

// Ask shows what the nets say of every claim of the paper and of the decomposition, or of those named: estimate, both
// intervals, how many units, verdict.
func (l *Lab) Ask(results []transfer.Result, names ...string) { must(claims(results, names...)).show() }

// points is an interval of accuracies.
func points(iv stats.Interval) string { return fmt.Sprintf("[%+.2f, %+.2f]", 100*iv.Low, 100*iv.High) }

func claims(results []transfer.Result, names ...string) (table, error) {
	var known []string
	for _, c := range stats.Claims() {
		known = append(known, c.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return table{}, fmt.Errorf("claim %q: there is none of that name; want some of %q", n, known)
		}
	}
	if len(results) == 0 {
		return table{}, fmt.Errorf("claims: no results; lab.Run gives some")
	}
	report, err := stats.Ask(results, askLevel)
	if err != nil {
		return table{}, err
	}
	t := table{head: []string{"claim", "at", "claimed", "estimate", "95%, all cuts together", "plain 95%", "units",
		"adjusted p", "verdict"}}
	number := map[string]int{}
	for _, line := range report.Lines {
		if len(names) > 0 && !slices.Contains(names, line.Claim.Name) {
			continue
		}
		verdict := line.Words()
		for _, w := range line.Warnings {
			if number[w] == 0 {
				number[w] = len(number) + 1
				t.notes = append(t.notes, fmt.Sprintf("[%d] %s", number[w], w))
			}
			verdict += fmt.Sprintf(" [%d]", number[w])
		}
		name := line.Claim.Name
		if !line.Claim.Paper {
			name += " (not in the paper)"
		}
		row := []string{name, line.At, line.Claim.Estimand + " " + line.Claim.Range(), "", "", "", "", "", verdict}
		if line.Asked {
			row[3] = fmt.Sprintf("%+.2f", 100*line.Value)
			row[4], row[5] = points(line.Simultaneous), points(line.Interval)
			row[6] = fmt.Sprint(line.Units)
			if row[7] = fmt.Sprintf("%.3f", line.Adjusted); line.Adjusted < 0.0005 {
				row[7] = "< 0.0005"
			}
		}
		t.rows = append(t.rows, row)
	}
	t.notes = append(t.notes, fmt.Sprintf("%d nets are numbers, %d are not. In points (per cent). A unit is a target "+
		"task at a seed.",
		report.Nets, len(report.Missing)),
		"All cuts together: the intervals of a claim's cuts, or of its ranges, hold at once, by Bonferroni; the "+
			"verdict is whether this one excludes zero, and p is adjusted likewise. Plain: of one line alone.")
	for _, r := range report.Missing {
		t.notes = append(t.notes, fmt.Sprintf("Not a number: %s %s (%s).", r.Net, r.Status, r.Reason))
	}
	return t, nil
}
