package faults

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Row is one kind of fault.
type Row struct {
	Fault    string
	Tried    int            // faults done
	Survived int            // those after which everything was as if they had not been
	Lost     int            // the others
	Seen     map[string]int // how often something happened that shows that faults hit, such as "in training"
	Skipped  string         // why it cannot be tried here; "" where it was
	Took     time.Duration
}

// Table is what was tried, one row for each kind of fault.
type Table []Row

// Lost counts the faults after which something was lost or wrong.
func (t Table) Lost() (n int) {
	for _, r := range t {
		n += r.Lost
	}
	return n
}

// add counts the same kind of fault into one row.
func (t *Table) add(r Row) {
	for i := range *t {
		old := &(*t)[i]
		if old.Fault != r.Fault {
			continue
		}
		old.Tried, old.Survived, old.Lost, old.Took = old.Tried+r.Tried, old.Survived+r.Survived, old.Lost+r.Lost,
			old.Took+r.Took
		for what, n := range r.Seen {
			old.Seen[what] += n
		}
		return
	}
	*t = append(*t, r)
}

// String is the table, aligned, with sums in its last line.
func (t Table) String() string {
	var (
		text  strings.Builder
		w     = tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		total Row
	)
	fmt.Fprintln(w, "fault\ttried\tsurvived\tlost\tseconds\tseen")
	for _, r := range t {
		total.Tried, total.Survived, total.Lost, total.Took = total.Tried+r.Tried, total.Survived+r.Survived,
			total.Lost+r.Lost, total.Took+r.Took
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.0f\t%s\n", r.Fault, r.Tried, r.Survived, r.Lost, r.Took.Seconds(), r.remark())
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t%.0f\t\n", total.Tried, total.Survived, total.Lost, total.Took.Seconds())
	_ = w.Flush() // a strings.Builder takes everything
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ") + "\n"
	}
	return strings.Join(lines, "")
}

// remark is the last column.
func (r Row) remark() string {
	var all []string
	if r.Skipped != "" {
		all = append(all, "not possible here: "+r.Skipped)
	}
	names := slices.SortedFunc(maps.Keys(r.Seen),
		func(a, b string) int { return cmp.Or(r.Seen[b]-r.Seen[a], cmp.Compare(a, b)) })
	for _, what := range names {
		all = append(all, fmt.Sprintf("%d %s", r.Seen[what], what))
	}
	return strings.Join(all, ", ")
}
