package reference

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"

	"coadapt/transfer"
)

//go:embed yosinski2014.csv
var table []byte

// Experiment is what results of 2014 carry as the name of their experiment.
const Experiment = "yosinski2014"

// Net is one row of the table: a net as planned, and what its log says.
type Net struct {
	transfer.GridNet
	Logged    bool    // false: no log, and all numbers below are 0
	Final     float64 // top-1 accuracy at the last iteration, [0, 1]
	Best10    float64 // mean of the ten largest test accuracies
	Best      float64 // the largest
	TestLoss  float64 // at the last iteration, nats
	TrainLoss float64 // mean over the last 1000 iterations, nats
	Tests     int     // in the log
	Note      string
}

// Nets reads the table: the 163 nets of the paper in the order of
// transfer.Paper, then the seven on random filters. It fails only where the
// table and the grids disagree, which is a mistake in this package.
func Nets() ([]Net, error) {
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("table of 2014: %w", err)
	}
	byName := make(map[string][]string)
	for _, row := range rows[1:] {
		byName[row[0]] = row
	}
	planned := append(transfer.Paper(), transfer.RandomFilters()...)
	if len(byName) != len(planned) || len(rows) != len(planned)+1 {
		return nil, fmt.Errorf("table of 2014: %d nets in %d rows, want %d", len(byName), len(rows)-1, len(planned))
	}
	var all []Net
	for _, p := range planned {
		row, ok := byName[p.Paper()]
		if !ok {
			return nil, fmt.Errorf("table of 2014: no row %s", p.Paper())
		}
		n, err := parse(p, row)
		if err != nil {
			return nil, fmt.Errorf("table of 2014, %s: %w", p.Paper(), err)
		}
		all = append(all, n)
	}
	return all, nil
}

func parse(p transfer.GridNet, row []string) (Net, error) {
	n := Net{GridNet: p, Note: row[7]}
	if row[1] == "" {
		return n, nil
	}
	n.Logged = true
	for i, to := range []*float64{&n.Final, &n.Best10, &n.Best, &n.TestLoss, &n.TrainLoss} {
		var err error
		if *to, err = strconv.ParseFloat(row[i+1], 64); err != nil {
			return n, err
		}
	}
	var err error
	n.Tests, err = strconv.Atoi(row[6])
	return n, err
}

// Result is the net as a result of the lab, its accuracy by the rule. A net that
// never left the plateau at which it began is NotTrained. ok is false for a net
// without log.
func (n Net) Result(rule transfer.Selection) (r transfer.Result, ok bool, err error) {
	if !n.Logged {
		return transfer.Result{}, false, nil
	}
	classes := classes(n.Net)
	tested := 50 * classes // the validation set has 50 images a class
	r = transfer.Result{
		Net:        n.GridNet.Net,
		Status:     transfer.OK,
		Accuracy:   n.Final,
		Best10:     n.Best10,
		Correct:    int(math.Round(n.Final * float64(tested))),
		Tested:     tested,
		Loss:       n.TestLoss,
		TrainLoss:  n.TrainLoss,
		Classes:    classes,
		Steps:      n.Recipe.Steps,
		Images:     n.Recipe.Steps * n.Recipe.Batch,
		Data:       "ilsvrc12",
		Arch:       "caffenet",
		Key:        n.Paper(),
		Experiment: Experiment,
		Hit:        true,
	}
	r, err = r.Select(rule)
	return r.Judged(), true, err
}

// Results are all nets that have a log, their accuracies by the rule.
func Results(rule transfer.Selection) ([]transfer.Result, error) {
	nets, err := Nets()
	if err != nil {
		return nil, err
	}
	var all []transfer.Result
	for _, n := range nets {
		r, ok, err := n.Result(rule)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, r)
		}
	}
	return all, nil
}

// classes of the task that a net of 2014 is tested on.
func classes(n transfer.Net) int {
	switch {
	case n.Target == transfer.Whole:
		return 1000
	case n.Split != "natman":
		return 500
	case n.Target == transfer.A:
		return 449 // natural
	}
	return 551 // man-made
}
