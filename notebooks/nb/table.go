package nb

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"text/tabwriter"

	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// table is shown as HTML with the same in plain text beside it, for front ends without HTML and for people who read
// the file.
type table struct {
	title string
	head  []string
	rows  [][]string
	notes []string // a line each, below
}

// html is the table without style or script of its own, every text escaped.
func (t table) html() string {
	var b strings.Builder
	if t.title != "" {
		fmt.Fprintf(&b, "<p><b>%s</b></p>", html.EscapeString(t.title))
	}
	b.WriteString("<table>")
	if len(t.head) > 0 {
		b.WriteString("<thead><tr>")
		for _, h := range t.head {
			fmt.Fprintf(&b, `<th scope="col" style="text-align:left">%s</th>`, html.EscapeString(h))
		}
		b.WriteString("</tr></thead>")
	}
	b.WriteString("<tbody>")
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for i, cell := range row {
			if i == 0 {
				fmt.Fprintf(&b, `<th scope="row" style="text-align:left">%s</th>`, html.EscapeString(cell))
				continue
			}
			fmt.Fprintf(&b, `<td style="text-align:left">%s</td>`, html.EscapeString(cell))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	if len(t.notes) > 0 {
		escaped := make([]string, len(t.notes))
		for i, n := range t.notes {
			escaped[i] = html.EscapeString(n)
		}
		fmt.Fprintf(&b, "<p>%s</p>", strings.Join(escaped, "<br>"))
	}
	return b.String()
}

// text is the table in columns.
func (t table) text() string {
	var b, lines strings.Builder
	if t.title != "" {
		fmt.Fprintln(&b, t.title)
	}
	rows := append([][]string{t.head}, t.rows...)
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	tw := tabwriter.NewWriter(&lines, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		if len(row) > 0 { // a row that lacked its last cells would end those columns for the writer
			fmt.Fprintln(tw, strings.Join(row, "\t")+strings.Repeat("\t", columns-len(row)))
		}
	}
	_ = tw.Flush() // a builder takes everything
	for line := range strings.Lines(lines.String()) {
		fmt.Fprintln(&b, strings.TrimRight(line, " \n"))
	}
	if len(t.notes) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(t.notes, "\n"))
	}
	return strings.TrimRight(b.String(), "\n")
}

func (t table) show() {
	if err := show(t.html(), t.text()); err != nil {
		fail(err)
	}
}

// Table shows the means of results: a row a cut, a column a condition. Nets that are not numbers are counted and
// named, and in no mean.
func (l *Lab) Table(results []transfer.Result) { must(means(results)).show() }

func means(results []transfer.Result) (table, error) {
	if len(results) == 0 {
		return table{}, fmt.Errorf("table: no results; lab.Run gives some")
	}
	if err := figure.Check(results); err != nil {
		return table{}, fmt.Errorf("table: %w", err)
	}
	points := figure.Summarise(results)
	var cuts []int
	var conditions []transfer.Treatment
	for _, p := range points {
		cuts, conditions = append(cuts, p.N), append(conditions, p.Treatment)
	}
	slices.Sort(cuts)
	slices.SortFunc(conditions, inOrder)
	t := table{head: []string{"n"}, notes: figure.Note(points)}
	conditions = slices.Compact(conditions)
	for _, c := range conditions {
		t.head = append(t.head, c.String())
	}
	for _, n := range slices.Compact(cuts) {
		row := []string{fmt.Sprint(n)}
		if n == 0 {
			row[0] = "uncut"
		}
		for _, c := range conditions {
			cell := ""
			for _, p := range points {
				if p.N == n && p.Treatment == c {
					cell = p.Cell()
				}
			}
			row = append(row, cell)
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// inOrder has uncut nets first, then the paper's order.
func inOrder(a, b transfer.Treatment) int {
	if a.Uncut() != b.Uncut() {
		if a.Uncut() {
			return -1
		}
		return 1
	}
	return int(a - b)
}
