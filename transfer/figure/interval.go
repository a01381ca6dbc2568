package figure

import (
	"fmt"
	"math"

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
	if tested < 1 || correct < 0 || correct > tested {
		return Interval{}, fmt.Errorf("interval of %d correct of %d tested, want at least 1 tested and correct from 0 to tested", correct, tested)
	}
	m, z := float64(tested), zScore()
	p := float64(correct) / m
	centre := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 1 + z*z/m
	// At the ends the bound is exact; rounding would leave it a hair off.
	low, high := (centre-half)/scale, (centre+half)/scale
	if correct == 0 {
		low = 0
	}
	if correct == tested {
		high = 1
	}
	return Interval{low, high, Wilson}, nil
}

// zScore is the normal quantile of the level, 1.96.
func zScore() float64 { return distuv.UnitNormal.Quantile(0.5 + Level/2) }
