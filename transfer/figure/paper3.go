package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// Paper3 makes the paper's figure 3: frozen transfer between natural and man-made
// classes (left) and frozen random layers (right). The frame below shows how far
// both, and frozen transfer between random halves, lie from their own base nets, in
// points, down to -30. It fails if there are neither.
func Paper3(results []transfer.Result, opt Options) (*Figure, error) {
	if err := Check(results); err != nil {
		return nil, fmt.Errorf("figure 3: %w", err)
	}
	opt = opt.filled(7.2, 7.6)
	frame := panel{
		xlabel: "layer n",
		ylabel: "top-1 accuracy",
		xmin:   -0.3,
		xmax:   float64(len(opt.Layers)) + 0.3,
		xticks: numberTicks(len(opt.Layers)),
	}

	left := frame
	left.title, left.empty = "AnB between natural and man-made", "no such nets (split natman)"
	for _, way := range []struct {
		target transfer.Half
		name   string
		look   look
	}{{transfer.A, "target natural", look{color: rgb(0x2e7d32), shape: circle, filled: true}},
		{transfer.B, "target man-made", look{color: rgb(0x6a4c93), shape: triangle, filled: true}}} {
		s := levels(results, transfer.Transfer,
			func(n transfer.Net) bool { return n.Split == "natman" && n.Target == way.target })
		if s.look, s.name = way.look, way.name; len(s.points) > 1 {
			left.series = append(left.series, s)
		}
	}
	right := frame
	right.title, right.empty = "random, untrained layers", "no such nets (RnB)"
	s := levels(results, transfer.Random, func(n transfer.Net) bool { return n.Split != "natman" && !n.OwnSplit() })
	if s.look, s.name = lookOf(transfer.Random), "RnB"; len(s.points)+len(s.failed) > 1 {
		right.series = append(right.series, s)
	}
	if len(left.series)+len(right.series) == 0 {
		return nil, fmt.Errorf("figure 3: neither transfer between natural and man-made classes nor frozen random " +
			"layers among the results; `coadapt curve --splits natman --conditions AnB,RnB` trains both where " +
			"classes are known as natural or man-made")
	}
	randomHalves := lookOf(transfer.Transfer)
	randomHalves.filled = false
	below := frame
	below.ylabel, below.xlabel, below.xticks, below.yticks, below.floor = "points above or below the own base",
		cutLabel, cutTicks(
			opt.Layers,
		), pointTicks{}, -30
	zero := 0.0
	below.level = &zero
	for _, row := range []struct {
		name string
		look look
		t    transfer.Treatment
		here func(transfer.Net) bool
	}{
		{"AnB, random halves", randomHalves, transfer.Transfer,
			func(n transfer.Net) bool { return KindOf(n) == RandomHalves }},
		{"AnB, natural/man-made", lookOf(transfer.Transfer), transfer.Transfer,
			func(n transfer.Net) bool { return n.Split == "natman" }},
		{"RnB", lookOf(transfer.Random), transfer.Random,
			func(n transfer.Net) bool { return n.Split != "natman" && !n.OwnSplit() }},
	} {
		s := gains(results, row.t, row.here)
		if s.look, s.name = row.look, row.name; len(s.points) > 1 {
			below.series = append(below.series, s)
		}
	}
	notes := []string{"One mark is the mean over nets; a net's accuracy is " + rule(results) + "."}
	if lost := failures(results, transfer.Random, transfer.Transfer); lost != "" {
		notes = append(notes, "Not a number and in no mean (×): "+lost+".")
	}
	return opt.page("Figure 3 of the paper: "+below.words(), func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, slices.Concat(left.series, below.series))
		c = drawNotes(c, notes)
		h, w := (c.Max.Y-c.Min.Y)*0.52, (c.Max.X-c.Min.X)/2
		left.draw(draw.Crop(c, 0, -w-4, h+4, 0))
		right.draw(draw.Crop(c, w+4, 0, h+4, 0))
		below.draw(draw.Crop(c, 0, 0, 0, h-4-(c.Max.Y-c.Min.Y)))
	}), nil
}

// levels gives mean accuracies by cut, beginning with the base nets of the same tasks.
func levels(all []transfer.Result, t transfer.Treatment, here func(transfer.Net) bool) series {
	s := series{line: true}
	var nets []transfer.Result
	for _, r := range all {
		if (r.Net.Treatment == t || r.Net.Treatment == transfer.Base && r.Net.PerClass == 0) && here(r.Net) {
			nets = append(nets, r)
		}
	}
	for _, p := range Summarise(nets) {
		if p.Count > 0 {
			s.points = append(s.points, point{float64(p.N), p.Mean})
		} else if len(p.Missing) > 0 {
			s.failed = append(s.failed, float64(p.N))
		}
	}
	return s
}

// gains gives mean differences from the own base net by cut, in points, beginning with 0 at n = 0.
func gains(all []transfer.Result, t transfer.Treatment, here func(transfer.Net) bool) series {
	base := make(map[transfer.Net]float64)
	for _, r := range all {
		if r.Net.Treatment == transfer.Base && r.Status == transfer.OK {
			base[r.Net] = r.Accuracy
		}
	}
	sum, count, failed := map[int]float64{}, map[int]float64{}, map[int]bool{}
	for _, r := range all {
		n := r.Net
		own, ok := base[transfer.Net{Split: n.Split, Seed: n.Seed, Target: n.Target}]
		switch {
		case n.Treatment != t || !here(n):
		case r.Status != transfer.OK:
			failed[n.N] = true
		case ok:
			sum[n.N] += 100 * (r.Accuracy - own)
			count[n.N]++
		}
	}
	s := series{line: true, points: []point{{0, 0}}}
	for n := 1; n <= 100; n++ {
		if count[n] > 0 {
			s.points = append(s.points, point{float64(n), sum[n] / count[n]})
		} else if failed[n] {
			s.failed = append(s.failed, float64(n))
		}
	}
	return s
}

// failures names the nets without a number among those of some treatments, or on fewer images.
func failures(all []transfer.Result, ts ...transfer.Treatment) string {
	var lost []transfer.Result
	for _, r := range all {
		if r.Status != transfer.OK && slices.Contains(ts, r.Net.Treatment) {
			lost = append(lost, r)
		}
	}
	return list(lost, func(r transfer.Result) string { return fmt.Sprintf("%s %s", r.Net, r.Status) })
}

// words gives the values of a panel, for readers who cannot see it.
func (p panel) words() string {
	var rows []string
	for _, s := range p.series {
		var values []string
		for _, pt := range s.points {
			values = append(values, fmt.Sprintf("%g: %.3g", pt.x, pt.y))
		}
		rows = append(rows, s.name+" at "+strings.Join(values, ", "))
	}
	return p.ylabel + ": " + strings.Join(rows, "; ") + "."
}
