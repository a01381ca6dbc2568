package probe

import (
	"math"
	"testing"
)

// elevenSteps is LogME by the fixed-point iteration of its first code, along singular vectors: at most eleven steps
// from precisions of 1, or until their ratio changes by less than a hundredth.
func elevenSteps(t *testing.T, of task) float64 {
	t.Helper()
	x, _, labels := of.features()
	n, d := x.Dims()
	spectrum, err := spectrumOf("x", x)
	if err != nil {
		t.Fatal(err)
	}
	N, D := float64(n), float64(d)
	var sum float64
	for class := range of.classes {
		along, rest := make([]float64, len(spectrum.values)), 0.0
		for i, label := range labels {
			if label == class {
				rest++
				for j, u := range spectrum.u.RawRowView(i) {
					along[j] += u
				}
			}
		}
		for _, z := range along {
			rest -= z * z
		}
		rest = max(0, rest) // below 0 by rounding
		alpha, beta := 1.0, 1.0
		var norm, residual float64
		for range 11 {
			ratio, gamma := alpha/beta, 0.0
			norm, residual = 0, rest
			for j, v := range spectrum.values {
				s, z := v*v, along[j]*along[j]
				gamma += s / (s + ratio)
				norm += s * z / math.Pow(ratio+s, 2)
				residual += z / math.Pow(1+s/ratio, 2)
			}
			alpha, beta = gamma/norm, (N-gamma)/residual
			if math.Abs(alpha/beta-ratio)/ratio < 0.01 {
				break
			}
		}
		evidence := D*math.Log(alpha) + N*math.Log(beta) - beta*residual - alpha*norm - N*math.Log(2*math.Pi)
		for _, v := range spectrum.values {
			evidence -= math.Log(alpha + beta*v*v)
		}
		evidence -= float64(d-len(spectrum.values)) * math.Log(alpha) // units beyond the pictures
		sum += evidence / 2 / N
	}
	return sum / float64(of.classes)
}

// TestLogMEByElevenSteps compares what the iteration stops at with the supremum: nearly the same where there are more
// pictures than units, and below it where noise may shrink to 0. There the value is that of the same steps in NumPy, by
// numpy.linalg.svd(x, full_matrices=False). TLLib takes the steps with all directions of the units, of which rounding
// makes something where there is nothing, so that its 0.352319 is of one machine. A search for the supremum that ends
// at log r = -25 finds 1.802227168581752, which rounding moves by some 1e-3, too.
func TestLogMEByElevenSteps(t *testing.T) {
	for _, c := range []struct {
		of          task
		steps, most float64
		near        float64 // of the most
	}{
		{some, -0.39192564180676726, -0.39192564180676726, 1e-7},
		{manyUnits, 1.7907145578203227, 1.802227168581752, 1e-3},
		{tenClasses, -0.25348231247764186, -0.25348231247764186, 1e-7},
	} {
		got := elevenSteps(t, c.of)
		near(t, "eleven steps", got, nil, c.steps, 1e-3)
		x, _, labels := c.of.features()
		v, err := LogME(x, labels)
		near(t, "the supremum", v, err, c.most, c.near)
		if v < got {
			t.Errorf("the supremum %v is below what the iteration finds, %v", v, got)
		}
	}
}
