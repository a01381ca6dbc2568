package figure

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// Guess draws a reader's guess for a condition beside the result: points above or below the own base, against the cut.
// off says for each cut how far the guess lay above the result. Of several kinds of tasks only the first is used. Guess
// fails if no net of the condition has its base, or if no net has a cut of the guess.
func Guess(results []transfer.Result, t transfer.Treatment, guess map[int]float64, opt Options) (f *Figure,
	off map[int]float64, err error) {
	if err := Check(results); err != nil {
		return nil, nil, fmt.Errorf("guess: %w", err)
	}
	opt = opt.filled(6.5, 4.4)
	some, rest := first(results)
	result := gains(some, t, func(transfer.Net) bool { return true })
	result.look, result.name = lookOf(t), t.String()+", the result"
	thought := series{look: look{color: rgb(0x8a6d00), shape: circle, dashes: lookOf(transfer.TransferPlus).dashes},
		name: t.String() + ", the guess", line: true, points: []point{{0, 0}}}
	for _, n := range slices.Sorted(maps.Keys(guess)) {
		thought.points = append(thought.points, point{float64(n), guess[n]})
	}
	off = map[int]float64{}
	for _, pt := range result.points[1:] {
		if g, ok := guess[int(math.Round(pt.x))]; ok {
			off[int(math.Round(pt.x))] = g - pt.y
		}
	}
	if len(off) == 0 {
		return nil, nil, fmt.Errorf("guess: no net of condition %s with its base is a number at a cut of the guess", t)
	}
	p := panel{xlabel: cutLabel, ylabel: "points above or below the own base", xticks: cutTicks(opt.Layers),
		yticks: pointTicks{}, xmin: -0.3, xmax: float64(len(opt.Layers)) + 0.3}
	zero := 0.0
	p.level, p.series = &zero, []series{thought, result}
	notes := []string{fmt.Sprintf("The result: mean over nets of the difference to the base net of the same target "+
		"and seed; accuracy is %s.", rule(some))}
	if rest != "" {
		notes = append(notes, rest)
	}
	return opt.page("Guess and result: "+p.words(), func(c draw.Canvas) {
		c = drawTitle(c, opt.Title)
		c = legend(c, p.series)
		c = drawNotes(c, notes)
		p.draw(c)
	}), off, nil
}
