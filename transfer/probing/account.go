package probing

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"coadapt/transfer/probe"
)

// Account is how a forecast did, over all nets that were measured.
type Account struct {
	Name string `json:"name"`
	Nets int    `json:"nets"` // with a forecast
	// Within cuts: at one cut, does the forecast order tasks as their accuracies do? The mean over cuts.
	WithinTau, WithinSpearman Interval
	// Across cuts: for one task and donor, does it order the cuts? The mean over units.
	AcrossTau, AcrossSpearman Interval
	Regret                    Interval // accuracy lost by taking the cut with the highest forecast, the mean over units
	Gain                      Interval // AcrossTau less that of the cut's number
	Seconds                   float64  // a net, beside those of reading its features
	Saved                     float64  // seconds of training for each unit, if only the cut that is chosen is trained
	Verdict                   string   // whether it beats the cut's number
}

// Interval is a mean and its interval: the percentiles of the bootstrap over tasks, 95%. Without one, Low and High are
// NaN, and so is the mean where nothing could be ranked.
type Interval struct{ Mean, Low, High float64 }

// Known says whether there is a mean.
func (i Interval) Known() bool { return !math.IsNaN(i.Mean) }

// The verdicts.
const (
	Beats     = "beats the cut's number"
	BeatsNot  = "does not beat the cut's number"
	Worse     = "worse than the cut's number"
	CannotSay = "cannot order cuts"
	IsRival   = "the rival"
)

// resamples of the bootstrap.
const resamples = 1999

// Accounts compares forecasts with what was measured: rank correlations within and across cuts, what is lost by going
// by the forecast, with intervals that resample tasks, as nets of one task have its pictures in common. A forecast
// beats the cut's number where the interval of the difference of their weighted taus across cuts is above 0. It fails
// for fewer than two tasks, and where the cut's number is missing.
func Accounts(said []Forecast) ([]Account, error) {
	var names, tasks []string
	for _, f := range said {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
		if !slices.Contains(tasks, f.Task) {
			tasks = append(tasks, f.Task)
		}
	}
	if len(tasks) < 2 || !slices.Contains(names, CutNumber) {
		return nil, fmt.Errorf("forecasts of %d tasks: want two at least, with %s among the forecasts", len(tasks),
			CutNumber)
	}
	draws := drawn(len(tasks))
	tables := map[string]measures{}
	for _, name := range names {
		tables[name] = measured(said, name, tasks, draws)
	}
	rival := tables[CutNumber]
	var accounts []Account
	for _, name := range names {
		t := tables[name]
		a := Account{
			Name:           name,
			WithinTau:      interval(t[withinTau]),
			WithinSpearman: interval(t[withinSpearman]),
			AcrossTau:      interval(t[acrossTau]),
			AcrossSpearman: interval(t[acrossSpearman]),
			Regret:         interval(t[regret]),
		}
		a.Nets, a.Seconds, a.Saved = costs(said, name)
		gain := make([]float64, len(draws))
		for i := range gain {
			gain[i] = t[acrossTau][i] - rival[acrossTau][i]
		}
		a.Gain = interval(gain)
		switch {
		case name == CutNumber:
			a.Verdict = IsRival
		case !a.AcrossTau.Known():
			a.Verdict = CannotSay
		case a.Gain.Low > 0:
			a.Verdict = Beats
		case a.Gain.High < 0:
			a.Verdict = Worse
		default:
			a.Verdict = BeatsNot
		}
		accounts = append(accounts, a)
	}
	slices.SortStableFunc(accounts, func(a, b Account) int {
		x, y := a.AcrossTau.Mean, b.AcrossTau.Mean
		return cmp.Compare(orLeast(y), orLeast(x))
	})
	return accounts, nil
}

func orLeast(x float64) float64 {
	if math.IsNaN(x) {
		return math.Inf(-1)
	}
	return x
}

// drawn are the tasks as they are, and then drawn with replacement.
func drawn(tasks int) [][]int {
	rng := rand.New(rand.NewPCG(1, 0))
	draws := make([][]int, resamples+1)
	for k := range draws {
		draws[k] = make([]int, tasks)
		for i := range draws[k] {
			if draws[k][i] = i; k > 0 {
				draws[k][i] = rng.IntN(tasks)
			}
		}
	}
	return draws
}

// The kinds of measures of an account.
const (
	withinTau = iota
	withinSpearman
	acrossTau
	acrossSpearman
	regret
	measureCount
)

// measures are by kind and draw; NaN where nothing could be ranked.
type measures [measureCount][]float64

// pairs are forecasts beside accuracies.
type pairs struct{ forecast, accuracy []float64 }

func (p *pairs) add(f Forecast) {
	p.forecast, p.accuracy = append(p.forecast, *f.Value), append(p.accuracy, f.Accuracy)
}

// measured is what a forecast comes to for each draw of tasks.
func measured(said []Forecast, name string, tasks []string, draws [][]int) measures {
	type group struct{ task, key string }
	byCut := map[int]map[int]*pairs{} // by cut and task
	byUnit := map[int][]*pairs{}      // by task, one for each unit
	unit := map[group]*pairs{}
	for _, f := range said {
		if f.Name != name || f.Value == nil {
			continue
		}
		task := slices.Index(tasks, f.Task)
		if byCut[f.Cut] == nil {
			byCut[f.Cut] = map[int]*pairs{}
		}
		if byCut[f.Cut][task] == nil {
			byCut[f.Cut][task] = new(pairs)
		}
		byCut[f.Cut][task].add(f)
		g := group{f.Task, f.Unit}
		if unit[g] == nil {
			unit[g] = new(pairs)
			byUnit[task] = append(byUnit[task], unit[g])
		}
		unit[g].add(f)
	}
	cuts := slices.Sorted(maps.Keys(byCut))
	// What is measured of a unit does not depend on the draw.
	across := map[int][][3]float64{}
	for task, units := range byUnit {
		for _, p := range units {
			across[task] = append(across[task],
				[3]float64{ranked(probe.WeightedTau, *p), ranked(probe.Spearman, *p), ranked(probe.Regret, *p)})
		}
	}
	var m measures
	for _, draw := range draws {
		var sums [measureCount]meanOf
		for _, c := range cuts {
			var all pairs
			for _, task := range draw {
				if p := byCut[c][task]; p != nil {
					all.forecast = append(all.forecast, p.forecast...)
					all.accuracy = append(all.accuracy, p.accuracy...)
				}
			}
			sums[withinTau].add(ranked(probe.WeightedTau, all))
			sums[withinSpearman].add(ranked(probe.Spearman, all))
		}
		for _, task := range draw {
			for _, x := range across[task] {
				sums[acrossTau].add(x[0])
				sums[acrossSpearman].add(x[1])
				sums[regret].add(x[2])
			}
		}
		for k := range m {
			m[k] = append(m[k], sums[k].value())
		}
	}
	return m
}

// ranked is NaN where nothing can be ranked.
func ranked(of func(x, y []float64) (float64, error), p pairs) float64 {
	v, err := of(p.forecast, p.accuracy)
	if err != nil {
		return math.NaN()
	}
	return v
}

// meanOf is the mean of what is a number.
type meanOf struct {
	sum float64
	n   int
}

func (m *meanOf) add(x float64) {
	if !math.IsNaN(x) {
		m.sum, m.n = m.sum+x, m.n+1
	}
}

func (m meanOf) value() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return m.sum / float64(m.n)
}

// interval is the first value with the percentiles of the others.
func interval(values []float64) Interval {
	i := Interval{Mean: values[0], Low: math.NaN(), High: math.NaN()}
	var found []float64
	for _, v := range values[1:] {
		if !math.IsNaN(v) {
			found = append(found, v)
		}
	}
	if math.IsNaN(i.Mean) || len(found) < len(values)/2 {
		return i
	}
	i.Low, i.High = percentiles(found)
	return i
}

// percentiles are those of 2.5 and 97.5% of resamples, which it sorts.
func percentiles(found []float64) (low, high float64) {
	slices.Sort(found)
	at := func(share float64) float64 { return found[min(len(found)-1, int(share*float64(len(found))))] }
	return at(0.025), at(0.975)
}

// costs are how many nets have a forecast, its mean seconds, and the seconds of training that it saves a unit.
func costs(said []Forecast, name string) (nets int, seconds, saved float64) {
	training := map[string]float64{}
	longest := map[string]int{}
	for _, f := range said {
		if f.Name != name {
			continue
		}
		if f.Value != nil {
			nets++
		}
		seconds += f.Seconds
		training[f.Unit] += f.Training
		longest[f.Unit]++
	}
	count := 0
	for _, unit := range slices.Sorted(maps.Keys(training)) { // in a fixed order, so that rounding is always the same
		saved += training[unit] * float64(longest[unit]-1) / float64(longest[unit])
		count += longest[unit]
	}
	return nets, seconds / float64(max(1, count)), saved / float64(max(1, len(training)))
}
