package stats

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coadapt/transfer"
)

// Measure is a number that a result has.
type Measure string

// The measures. Accuracies are shares of 1, losses are in nats.
const (
	Accuracy      Measure = "accuracy"       // on the test part
	Loss          Measure = "loss"           // on the test part
	TrainLoss     Measure = "train_loss"     // in training, over the last tenth of the steps
	CleanAccuracy Measure = "clean_accuracy" // on training pictures, shown as test pictures are
	CleanLoss     Measure = "clean_loss"     // the same
)

// Measures lists them.
func Measures() []Measure { return []Measure{Accuracy, Loss, TrainLoss, CleanAccuracy, CleanLoss} }

// ParseMeasure reads a measure's name.
func ParseMeasure(s string) (Measure, error) {
	var names []string
	for _, m := range Measures() {
		if s == string(m) {
			return m, nil
		}
		names = append(names, string(m))
	}
	return "", fmt.Errorf("measure %q, want one of %s", s, strings.Join(names, ", "))
}

// Of is the measure's value for a result. ok is false where the result lacks it, such as the clean pass of a net that
// was trained before there was one.
func (m Measure) Of(r transfer.Result) (x float64, ok bool) {
	if r.Status != transfer.OK {
		return 0, false
	}
	switch m {
	case Accuracy:
		return r.Accuracy, true
	case Loss:
		return r.Loss, true
	case TrainLoss:
		return r.TrainLoss, true
	case CleanAccuracy:
		return r.CleanAccuracy, r.CleanTested > 0
	case CleanLoss:
		return r.CleanLoss, r.CleanTested > 0
	}
	return 0, false
}

// Dip is the mean difference of a condition from its base nets, paired by target and seed.
type Dip struct {
	Treatment transfer.Treatment
	N         int // the cut; 0 of uncut nets
	Measure   Measure
	// The mean of net minus base with its t interval over units. Error and interval are NaN with one unit; Value is NaN
	// with none. Nets without a number are left out: [Failures] counts them.
	Estimate
}

// Dips lists, for all conditions and cuts, how far nets lie from their base nets. It fails where results of two
// experiments are mixed.
func Dips(results []transfer.Result, m Measure, level float64) ([]Dip, error) {
	s, err := Gather(results)
	if err != nil {
		return nil, err
	}
	differences, units := map[cell][]float64{}, map[cell][]string{}
	for _, n := range s.order {
		u := UnitOf(n)
		x, ok := m.Of(s.numbers[n])
		base, based := m.Of(s.numbers[transfer.Net{Split: u.Split, Target: u.Target, Seed: u.Seed}])
		if n.Treatment == transfer.Base || !ok || !based {
			continue
		}
		at := cell{n.Treatment, n.N}
		differences[at] = append(differences[at], x-base)
		units[at] = append(units[at], u.String())
	}
	var out []Dip
	for _, at := range slices.SortedFunc(maps.Keys(differences), cell.compare) {
		x, d := differences[at], Dip{Treatment: at.t, N: at.n, Measure: m}
		if len(x) < 2 {
			d.Estimate = alone(x[0])
		} else if d.Estimate, err = ClusterMean(x, units[at], level); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
