package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// Overlay draws our conditions and those of others on one pair of axes. Accuracies
// on different data cannot be compared, so it draws points above or below the own
// base net, as means over nets. Our marks are joined by full lines, theirs are
// small and joined by faint ones. Both are on random halves. It fails if either has
// no cut net with its base.
func Overlay(ours, theirs []transfer.Result, opt Options) (*Figure, error) {
	if err := Check(ours); err != nil {
		return nil, fmt.Errorf("overlay: %w", err)
	}
	opt = opt.filled(6.5, 4.9)
	p := panel{xlabel: cutLabel, ylabel: "points above or below the own base", xticks: cutTicks(opt.Layers),
		yticks: pointTicks{}, xmin: -0.3, xmax: float64(len(opt.Layers)) + 0.3}
	zero := 0.0
	p.level = &zero
	rows := func(results []transfer.Result, who string, change func(series) series) []series {
		var out []series
		halves := Of(results, RandomHalves)
		for _, t := range transfer.Treatments() {
			s := gains(halves, t, func(transfer.Net) bool { return true })
			if s.look, s.name = lookOf(t), t.String()+", "+who; t != transfer.Base && len(s.points) > 1 {
				out = append(out, change(s))
			}
		}
		return out
	}
	mine := rows(ours, "ours", func(s series) series { return s })
	other := rows(theirs, "2014", func(s series) series {
		s.look.color, s.look.dashes, s.dots = faded(s.look.color), nil, true
		return s
	})
	if len(mine) == 0 || len(other) == 0 {
		return nil, fmt.Errorf("overlay: %d of our conditions and %d of the others have cut nets on random halves "+
			"with their base, want at least one each", len(mine), len(other))
	}
	p.series = slices.Concat(other, mine)
	notes := []string{fmt.Sprintf("Means over nets of the difference to the base net of the same target and seed. "+
		"Ours: %s; 2014: %s.", rule(ours), rule(theirs)),
		"Data, nets and lengths of training differ: compare shapes, not heights."}
	if _, rest := first(ours); rest != "" {
		notes = append(notes, rest)
	}
	return opt.page("Overlay: "+p.words(), func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, slices.Concat(mine, other))
		c = drawNotes(c, notes)
		p.draw(c)
	}), nil
}
