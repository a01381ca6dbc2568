package nb

import (
	"fmt"

	"coadapt/transfer/stats"
)

// Design is a planned comparison of two conditions.
type Design struct {
	SD    float64 // of a paired difference between units, in points
	Units int     // pairs of the same target at the same seed, from 2
}

// Chances that Power plans with, those usual in the field.
const (
	falseAlarm = 0.05
	finds      = 0.8
)

// Power shows the smallest effect that each design finds four times out of five at the level 0.05, and how many units
// would find half a point, one and two. It is of the two-sided t test of paired differences.
func Power(designs ...Design) { must(power(designs)).show() }

func power(designs []Design) (table, error) {
	if len(designs) == 0 {
		return table{}, fmt.Errorf("power: no design; want some such as nb.Design{SD: 1.0, Units: 6}")
	}
	t := table{head: []string{"spread of a difference", "units", "smallest effect found"},
		notes: []string{fmt.Sprintf("In points; found with %.0f%% chance by a two-sided t test of pairs at %.2f. The "+
			"right-hand columns are how many units find that effect so.", 100*finds, falseAlarm)}}
	effects := []float64{0.5, 1, 2}
	for _, e := range effects {
		t.head = append(t.head, fmt.Sprintf("for %.1f", e))
	}
	for _, d := range designs {
		least, err := stats.MDE(d.SD, d.Units, falseAlarm, finds)
		if err != nil {
			return table{}, fmt.Errorf("nb.Design{SD: %v, Units: %d}: %w", d.SD, d.Units, err)
		}
		row := []string{fmt.Sprintf("%.1f", d.SD), fmt.Sprint(d.Units), fmt.Sprintf("%.2f", least)}
		for _, e := range effects {
			n, err := stats.PairsFor(e, d.SD, falseAlarm, finds)
			if err != nil {
				return table{}, fmt.Errorf("nb.Design{SD: %v, Units: %d}: %w", d.SD, d.Units, err)
			}
			row = append(row, fmt.Sprint(n))
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}
