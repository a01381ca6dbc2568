package predict

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Bins is how many bins of confidence a calibration has.
const Bins = 15

// Calibration compares the confidence of a net, the probability of the class that it takes a picture for, with how
// often it is right.
type Calibration struct {
	Pictures int
	Accuracy float64 // 0..1
	// Confidence is its mean, 0..1; of a calibrated net it is the accuracy.
	Confidence float64
	// ECE is the expected calibration error, 0..1: sum over bins of |B|/n · |accuracy(B) - confidence(B)|, with bins
	// of equal width. Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks (ICML 2017), equation 3,
	// with their 15 bins. With few pictures it is above 0 for a calibrated net, too.
	ECE float64
	// MCE is the largest |accuracy(B) - confidence(B)| of a bin that has pictures; equation 5 there.
	MCE  float64
	Bins []Bin
}

// Bin has the pictures with a confidence above Low and up to High; those of 0 are in the first.
type Bin struct {
	Low, High            float64
	Pictures             int
	Accuracy, Confidence float64 // means; 0 where there are no pictures
}

// Calibrate shows the net its whole test part.
func (p *Predictor) Calibrate(ctx context.Context) (Calibration, error) {
	var confidence []float64
	var right []bool
	for a, err := range p.Test(ctx) {
		if err != nil {
			return Calibration{}, err
		}
		probability := Probabilities(a.Logits)
		most := slices.Max(probability)
		confidence, right = append(confidence, most), append(right, slices.Index(probability, most) == a.Label)
	}
	return Calibrated(confidence, right, Bins)
}

// Calibrated makes a calibration of confidences, 0..1, and whether each was right, with a number of bins. It fails for
// lists of other lengths, none, and what is no probability.
func Calibrated(confidence []float64, right []bool, bins int) (Calibration, error) {
	n := len(confidence)
	if n == 0 || n != len(right) || bins < 1 {
		return Calibration{}, fmt.Errorf("calibration: %d confidences, %d answers, %d bins; want one of each at "+
			"least, and an answer a confidence",
			n, len(right), bins)
	}
	c := Calibration{Pictures: n, Bins: make([]Bin, bins)}
	for i := range c.Bins {
		c.Bins[i].Low, c.Bins[i].High = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for i, x := range confidence {
		if !(x >= 0 && x <= 1+1e-9) {
			return Calibration{}, fmt.Errorf("calibration: confidence %d is %v, want 0 to 1", i, x)
		}
		b := &c.Bins[min(bins-1, max(0, int(math.Ceil(x*float64(bins)))-1))]
		b.Pictures++
		b.Confidence += x
		c.Confidence += x / float64(n)
		if right[i] {
			b.Accuracy++
			c.Accuracy += 1 / float64(n)
		}
	}
	for i := range c.Bins {
		b := &c.Bins[i]
		if b.Pictures == 0 {
			continue
		}
		b.Accuracy /= float64(b.Pictures)
		b.Confidence /= float64(b.Pictures)
		gap := math.Abs(b.Accuracy - b.Confidence)
		c.ECE += gap * float64(b.Pictures) / float64(n)
		c.MCE = max(c.MCE, gap)
	}
	return c, nil
}
