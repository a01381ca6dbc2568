package nb

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/probing"
)

// Forecast shows what was said of nets with layers of another task before they were trained, beside what was measured:
// for each forecast, whether it orders the cuts of a task as their accuracies do, and how many points are lost by
// taking the cut that it names. Intervals resample tasks; of one task there is none, and no verdict. It runs in this
// cell, some seconds a net, and what was said is kept in the store.
func (l *Lab) Forecast(results []transfer.Result) { must(l.forecast(results)).show() }

func (l *Lab) forecast(results []transfer.Result) (table, error) {
	said, err := l.forecasts(results)
	if err != nil {
		return table{}, err
	}
	return account(said)
}

// SavedForecast shows the same of the forecasts that this clone keeps, of 79 nets on CIFAR-100
// (notebooks/results/forecast.md).
func SavedForecast() { must(savedForecast()).show() }

func savedForecast() (table, error) {
	h, err := home.Locate()
	if err != nil {
		return table{}, err
	}
	f, err := os.Open(filepath.Join(h.Root, "notebooks", "results", "forecast", "forecasts.csv"))
	if err != nil {
		return table{}, err
	}
	defer f.Close()
	said, err := probing.ReadForecasts(f)
	if err != nil {
		return table{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return account(said)
}

// account is how forecasts did, as a table.
func account(said []probing.Forecast) (table, error) {
	accounts, err := probing.Accounts(said)
	if err != nil {
		return table{}, err
	}
	t := table{
		head: []string{"forecast", "order of cuts: tau", "order of tasks at a cut: tau", "points lost", "verdict"},
		notes: []string{
			"Tau is 1 where a forecast orders cuts, or tasks, as their accuracies do, 0 by chance; intervals are " +
				"95%, resampling tasks.",
			fmt.Sprintf("Going by a forecast saves %.0f s of training a task: all cuts but one.", accounts[0].Saved)},
	}
	for _, a := range accounts {
		t.rows = append(t.rows, []string{
			a.Name,
			intervalWords(a.AcrossTau, 1),
			intervalWords(a.WithinTau, 1),
			intervalWords(a.Regret, 100),
			a.Verdict,
		})
	}
	return t, nil
}

// Advice shows what each forecast says of one task: the cut that it names, and what was measured there.
func (l *Lab) Advice(results []transfer.Result) { must(l.advice(results)).show() }

func (l *Lab) advice(results []transfer.Result) (table, error) {
	said, err := l.forecasts(results)
	if err != nil {
		return table{}, err
	}
	type choice struct {
		cut             int
		value, accuracy float64
		tie             bool
	}
	chosen := map[string]choice{}
	var names []string
	best := 0.0
	for _, f := range said {
		if f.Unit != said[0].Unit {
			return table{}, fmt.Errorf("Advice: nets of %s and %s, want those of one task", said[0].Unit, f.Unit)
		}
		best = max(best, f.Accuracy)
		if f.Value == nil {
			continue
		}
		c, seen := chosen[f.Name]
		switch {
		case !seen:
			names = append(names, f.Name)
			c = choice{cut: f.Cut, value: *f.Value, accuracy: f.Accuracy}
		case *f.Value > c.value:
			c = choice{cut: f.Cut, value: *f.Value, accuracy: f.Accuracy}
		case *f.Value == c.value:
			c.tie = true
		}
		chosen[f.Name] = c
	}
	t := table{head: []string{"forecast", "names the cut", "accuracy there", "points below the best"}}
	for _, name := range names {
		c := chosen[name]
		if c.tie {
			t.rows = append(t.rows, []string{name, "none: it says the same of several", "", ""})
			continue
		}
		t.rows = append(t.rows, []string{
			name,
			fmt.Sprint(c.cut),
			fmt.Sprintf("%.3f", c.accuracy),
			fmt.Sprintf("%.1f", 100*(best-c.accuracy)),
		})
	}
	return t, nil
}

func (l *Lab) forecasts(results []transfer.Result) ([]probing.Forecast, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("Forecast: no net, want AnB nets as lab.Run gives them")
	}
	r, end, err := l.runner(0)
	if err != nil {
		return nil, err
	}
	defer end()
	var asked []transfer.Result
	for _, x := range results {
		if _, ok := x.Net.Parent(); ok && x.Net.Source() != x.Net.Target {
			asked = append(asked, x)
		}
	}
	if len(asked) == 0 {
		return nil, fmt.Errorf("Forecast: none of %d nets has layers of another task, want AnB nets", len(results))
	}
	var said []probing.Forecast
	for f, err := range r.Forecasts(l.ctx, asked) {
		if err != nil {
			return nil, err
		}
		said = append(said, f)
	}
	if len(said) == 0 {
		return nil, fmt.Errorf("Forecast: none of %d nets has an accuracy", len(asked))
	}
	return said, nil
}

func intervalWords(i probing.Interval, times float64) string {
	switch {
	case !i.Known():
		return "-"
	case math.IsNaN(i.Low):
		return fmt.Sprintf("%.2f", times*i.Mean)
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", times*i.Mean, times*i.Low, times*i.High)
}
