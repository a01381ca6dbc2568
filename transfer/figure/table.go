package figure

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"coadapt/transfer"
)

// Table writes points as plain text: a row for the base and one for each cut, a column for each condition, and the note
// below. A cell has the mean and the longer side of its interval, and ×k if k of its nets have no number.
func Table(w io.Writer, points []Point) error {
	var cuts []int
	var conditions []transfer.Treatment
	cells := make(map[string]Point)
	for _, p := range points {
		if !p.Treatment.Uncut() {
			cuts, conditions = append(cuts, p.N), append(conditions, p.Treatment)
		}
		cells[cellKey(p.Treatment, p.N)] = p
	}
	slices.Sort(cuts)
	slices.Sort(conditions)
	cuts, conditions = slices.Compact(cuts), slices.Compact(conditions)

	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	row := func(first string, rest ...string) {
		fmt.Fprintln(tw, strings.TrimRight(first+"\t"+strings.Join(rest, "\t"), "\t"))
	}
	if base, ok := cells[cellKey(transfer.Base, 0)]; ok {
		row("base", base.Cell())
	}
	for _, t := range uncutControls {
		if p, ok := cells[cellKey(t, 0)]; ok {
			row(t.String(), p.Cell())
		}
	}
	if len(cuts) > 0 {
		var head []string
		for _, t := range conditions {
			head = append(head, t.String())
		}
		row("n", head...)
	}
	for _, n := range cuts {
		var r []string
		for _, t := range conditions {
			p, ok := cells[cellKey(t, n)]
			if !ok {
				r = append(r, "-")
				continue
			}
			r = append(r, p.Cell())
		}
		row(fmt.Sprint(n), r...)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if note := Note(points); len(note) > 0 {
		_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(note, "\n"))
		return err
	}
	return nil
}

func cellKey(t transfer.Treatment, n int) string { return fmt.Sprintf("%s %d", t, n) }

// Cell is the point in a table: the mean, the longer side of its interval, and ×k if k nets have no number. It is "-"
// if there is no net.
func (p Point) Cell() string {
	var s []string
	if p.Count > 0 {
		s = append(s, fmt.Sprintf("%.3f", p.Mean))
		if p.Method != NoInterval {
			s = append(s, fmt.Sprintf("± %.3f", max(p.Mean-p.Low, p.High-p.Mean)))
		}
	}
	if len(p.Missing) > 0 {
		s = append(s, fmt.Sprintf("×%d", len(p.Missing)))
	}
	if len(s) == 0 {
		return "-"
	}
	return strings.Join(s, " ")
}
