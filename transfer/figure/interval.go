package figure

import (
	"fmt"
	"math"

	"coadapt/transfer/stats"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence level of every interval of this package.
const Level = 0.95

// Method says how an interval was made.
type Method string

// The methods.
const (
	NoInterval Method = "none"     // one net whose number of test images is not known
	StudentT   Method = "t"        // over nets: other seeds and splits
	Wilson     Method = "Wilson"   // of one net's test images: other images
	Newcombe   Method = "Newcombe" // difference of two nets, method 10: other images
)

// Interval is a range around an estimate, with how it was made.
type Interval struct {
	Low, High float64
	Method    Method
}

// MeanInterval is the mean of x and its t interval, mean ± t(0.975, k-1)·s/√k with s the sample standard deviation. It takes x to be
// independent and near normal, and fails for fewer than two values.
func MeanInterval(x []float64) (mean float64, iv Interval, err error) {
	k := float64(len(x))
	if len(x) < 2 {
		return 0, Interval{}, fmt.Errorf("t interval of %d values, want at least 2", len(x))
	}
	mean, sd := stat.MeanStdDev(x, nil)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile(0.5 + Level/2)
	half := t * sd / math.Sqrt(k)
	return mean, Interval{mean - half, mean + half, StudentT}, nil
}

// WilsonInterval is the score interval of a proportion, correct of tested (Wilson 1927): with p = correct/tested, m = tested,
//
//	(p + z²/2m ± z·√(p(1-p)/m + z²/4m²)) / (1 + z²/m)
//
// It lies within [0, 1] for every count, and fails for an impossible one.
func WilsonInterval(correct, tested int) (Interval, error) {
	iv, err := stats.Proportion(correct, tested, Level)
	return Interval{iv.Low, iv.High, Wilson}, err
}

// zScore is the normal quantile of the level, 1.96.
func zScore() float64 { return distuv.UnitNormal.Quantile(0.5 + Level/2) }
