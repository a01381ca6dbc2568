package nb

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"
)

// Table2014 shows ours beside the numbers of 2014, a row a cut: the mean of each condition, and in points what its
// nets lie away from their own base. What one side lacks is said, and not compared.
func (l *Lab) Table2014(results []transfer.Result) { must(beside(results)).show() }

func beside(results []transfer.Result) (table, error) {
	if len(results) == 0 {
		return table{}, fmt.Errorf("table beside 2014: no results; lab.Run gives some")
	}
	if err := figure.Check(results); err != nil {
		return table{}, fmt.Errorf("table beside 2014: %w", err)
	}
	all, err := reference.Results(transfer.BestTen)
	if err != nil {
		return table{}, err
	}
	ours, theirs := figure.Of(results, figure.RandomHalves), figure.Of(all, figure.RandomHalves)
	sides := [2]map[transfer.Treatment]map[int]string{numbers(ours), numbers(theirs)}
	t := table{title: "ours and 2014, on random halves: mean accuracy (points away from the own base)",
		head: []string{"n"}}
	var only [2][]string
	var both []transfer.Treatment
	for _, c := range append(transfer.Treatments(), transfer.BasePlus) {
		switch here, there := len(sides[0][c]) > 0, len(sides[1][c]) > 0; {
		case here && there:
			both = append(both, c)
			t.head = append(t.head, c.String()+", ours", c.String()+", 2014")
		case here:
			only[0] = append(only[0], c.String())
		case there:
			only[1] = append(only[1], c.String())
		}
	}
	if len(both) == 0 {
		return table{}, fmt.Errorf("table beside 2014: none of these nets is a number of a condition that 2014 has " +
			"on random halves")
	}
	most := 0
	for _, r := range results {
		most = max(most, r.Net.N)
	}
	for n := range most + 1 {
		row, some := []string{fmt.Sprint(n)}, false
		for _, c := range both {
			mine := sides[0][c][n]
			row = append(row, mine, sides[1][c][n])
			some = some || mine != ""
		}
		if n == 0 {
			row[0] = "uncut"
		}
		if some {
			t.rows = append(t.rows, row)
		}
	}
	t.notes = []string{"Data, nets and lengths of training differ, and with them what chance would give: compare " +
		"signs and shapes, not heights.",
		"2014: one net each of up to eight pairs of halves, accuracy by the mean of the ten best tests on the way. " +
			"Ours: after the last step."}
	for i, side := range []string{"in 2014 (its RnB nets are on all classes)", "among these nets"} {
		if len(only[i]) > 0 {
			t.notes = append(t.notes,
				fmt.Sprintf("Not compared, as there is none %s: %s.", side, strings.Join(only[i], ", ")))
		}
	}
	if other := len(results) - len(ours); other > 0 {
		t.notes = append(t.notes, fmt.Sprintf("Left out: %s on other tasks than random halves.", count(other)))
	}
	for _, r := range ours {
		if r.Status != transfer.OK {
			t.notes = append(t.notes, fmt.Sprintf("In no mean: %s %s.", r.Net, r.Status))
		}
	}
	return t, nil
}

// numbers are the cells of one side, by condition and cut.
func numbers(results []transfer.Result) map[transfer.Treatment]map[int]string {
	cells := map[transfer.Treatment]map[int]string{}
	for _, p := range figure.Summarise(results) {
		if p.Count == 0 {
			continue
		}
		text := fmt.Sprintf("%.3f", p.Mean)
		if p.Treatment != transfer.Base {
			// else there is no base net beside it
			if c, err := figure.Compare(results, p.Treatment, transfer.Base, p.N); err == nil {
				text += fmt.Sprintf(" (%+.1f)", 100*c.Value)
			}
		}
		if cells[p.Treatment] == nil {
			cells[p.Treatment] = map[int]string{}
		}
		cells[p.Treatment][p.N] = text
	}
	return cells
}

// Compare prints how far condition a lies from condition b at cut n, with its
// interval: Compare(results, "AnB", "BnB", 7).
func (l *Lab) Compare(results []transfer.Result, a, b string, n int) {
	text, err := compare(results, a, b, n)
	if err == nil {
		err = say(text)
	}
	if err != nil {
		fail(err)
	}
}

func compare(results []transfer.Result, a, b string, n int) (string, error) {
	var ts []transfer.Treatment
	for _, name := range []string{a, b} {
		t, err := transfer.ParseTreatment(name)
		if err != nil {
			return "", err
		}
		ts = append(ts, t)
	}
	if slices.Contains(ts[:1], transfer.Base) {
		return "", fmt.Errorf("condition %q: base nets have no cut; compare the other one with them, such as "+
			"Compare(results, %q, \"base\", %d)", a, b, n)
	}
	c, err := figure.Compare(results, ts[0], ts[1], n)
	if err != nil {
		for i, t := range ts {
			other := ts[1-i]
			if failed := failedAll(results, t, n); failed != "" && failedAll(results, other, n) == "" {
				return fmt.Sprintf("%s. %s did not: there is no difference to state, as no number stands for %s.",
					failed, other, t), nil
			}
		}
		return "", err
	}
	return c.String(), nil
}

// Reading prints in a sentence what selffer nets lose, and what that is; see [stats.Reading].
func (l *Lab) Reading(results []transfer.Result) {
	text, err := stats.Reading(results, figure.Level)
	if err == nil {
		err = say(text)
	}
	if err != nil {
		fail(err)
	}
}
