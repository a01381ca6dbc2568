package figure

import (
	"fmt"
	"strconv"

	"coadapt/transfer/stats"
)

// Level is the confidence level of every interval of this package.
const Level = 0.95

// Method says how an interval was made.
type Method string

// The methods.
const (
	NoInterval Method = "none"     // one net whose number of test images is unknown
	StudentT   Method = "t"        // over nets: covers other seeds and splits
	Wilson     Method = "Wilson"   // over one net's test images: covers other images
	Newcombe   Method = "Newcombe" // of the difference of two nets, method 10: covers other images
)

// Interval is a range around an estimate, and how it was made.
type Interval struct {
	Low, High float64
	Method    Method
}

// MeanInterval is the mean of x and its t interval, mean ± t(0.975, k-1)·s/√k for k values with sample standard
// deviation s: [stats.ClusterMean] of values that are independent, and nearly normal. It fails for fewer than two.
func MeanInterval(x []float64) (mean float64, iv Interval, err error) {
	each := make([]string, len(x)) // a cluster for each value
	for i := range x {
		each[i] = strconv.Itoa(i)
	}
	e, err := stats.ClusterMean(x, each, Level)
	if err != nil {
		return 0, Interval{}, fmt.Errorf("t interval of %d values, want at least 2", len(x))
	}
	return e.Value, Interval{e.Low, e.High, StudentT}, nil
}

// WilsonInterval is the score interval of a proportion, correct of tested (Wilson 1927): with p = correct/tested, m =
// tested,
//
//	(p + z²/2m ± z·√(p(1-p)/m + z²/4m²)) / (1 + z²/m)
//
// It lies within [0, 1]. It fails if correct is not between 0 and tested.
func WilsonInterval(correct, tested int) (Interval, error) {
	iv, err := stats.Proportion(correct, tested, Level)
	return Interval{iv.Low, iv.High, Wilson}, err
}
