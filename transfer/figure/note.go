package figure

import (
	"fmt"
	"strings"

	"coadapt/transfer"
)

// Note says what the numbers of points are: how many nets, how the intervals were made, by which rule an accuracy was
// taken, and which nets are not numbers. One sentence an item.
func Note(points []Point) []string { return note(points, tabled) }

// medium is where a note is shown, and so how it names the marks there.
type medium int

const (
	tabled medium = iota
	drawn
	plain // drawn without intervals
)

// behindNote says what the boxes behind a curve are, and which nets are in no box. It is empty without such nets.
func behindNote(behind []Point) string {
	fewest, most, failed := 0, 0, []string(nil)
	for _, p := range behind {
		all := p.Count + len(p.Missing)
		if fewest == 0 || all < fewest {
			fewest = all
		}
		most = max(most, all)
		if len(p.Missing) > 0 {
			failed = append(failed, fmt.Sprintf("%s at n = %d: %d of %d", p.Treatment, p.N, len(p.Missing), all))
		}
	}
	if most == 0 {
		return ""
	}
	count := fmt.Sprintf("%d saved nets", most)
	if fewest != most {
		count = fmt.Sprintf("%d to %d saved nets", fewest, most)
	}
	if most == 1 {
		count = "one saved net"
	}
	s := "Boxes: from the lowest to the highest of " + count + " of the same kind, which differ in their seeds."
	if len(failed) > 0 {
		s += " Of these, not a number: " + strings.Join(failed, "; ") + "."
	}
	return s
}

func note(points []Point, m medium) []string {
	var fewest, most int
	methods := make(map[Method]bool)
	var missing, donors, nets, unmeasured []transfer.Result
	shown := measure{}
	for _, p := range points {
		shown = p.measure
		missing, unmeasured = append(missing, p.Missing...), append(unmeasured, p.unmeasured...)
		donors = append(donors, p.Donors...)
		if p.Count == 0 {
			continue
		}
		if fewest == 0 || p.Count < fewest {
			fewest = p.Count
		}
		most = max(most, p.Count)
		methods[p.Method] = true
		nets = append(nets, p.Nets...)
	}
	var out []string
	if most > 0 {
		each := fmt.Sprintf("%d nets a point", most)
		if most == 1 {
			each = "One net a point"
		}
		if fewest != most {
			each = fmt.Sprintf("%d to %d nets a point", fewest, most)
		}
		out = append(out, each+"; "+shown.said(nets)+".")
	}
	switch {
	case m == plain:
	case methods[StudentT] && methods[Wilson]:
		out = append(out,
			"Intervals: 95% t over the nets of a point; for a single net, 95% Wilson over its test images.")
	case methods[StudentT]:
		out = append(out, "Intervals: 95% t over the nets of a point.")
	case methods[Wilson]:
		out = append(out, "Intervals: 95% Wilson over the net's test images; they do not tell how another seed or "+
			"split would come out.")
	}
	if m == tabled && (methods[StudentT] || methods[Wilson]) {
		out = append(out, "±: the longer side of the interval.")
	}
	if m != plain && methods[NoInterval] && most > 0 {
		out = append(out, shown.alone())
	}
	where := ""
	if m != tabled {
		where = " (grey rings)"
	}
	if len(donors) > 0 {
		out = append(
			out,
			"Not in the base's mean"+where+", as no cut net is tested on their task: "+list(
				donors,
				func(r transfer.Result) string {
					x, _ := shown.of(r)
					return fmt.Sprintf("%s (%.3f)", r.Net, x)
				},
			)+".",
		)
	}
	if len(unmeasured) > 0 {
		out = append(
			out,
			"Left out, as it was trained before this was measured: "+list(unmeasured,
				func(r transfer.Result) string { return r.Net.String() })+".",
		)
	}
	if len(missing) > 0 {
		out = append(out, "Not a number and in no mean (×): "+list(missing, func(r transfer.Result) string {
			return fmt.Sprintf("%s %s", r.Net, r.Status)
		})+".")
	}
	return out
}

func images(tested map[int]bool) string {
	if len(tested) != 1 || tested[0] {
		return ""
	}
	for n := range tested {
		return fmt.Sprintf(" (%d images)", n)
	}
	return ""
}

// list joins up to eight items and gives the number of the others.
func list(results []transfer.Result, item func(transfer.Result) string) string {
	const most = 8
	var s []string
	for _, r := range results[:min(most, len(results))] {
		s = append(s, item(r))
	}
	if more := len(results) - most; more > 0 {
		s = append(s, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(s, ", ")
}
