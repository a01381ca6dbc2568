package probe

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
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

// librarySteps is LogME as the Transfer Learning Library takes the steps (tllib/ranking/logme.py):
// along all singular vectors of xᵀx, as many as there are units, with the residual measured on the pictures. Singular
// values of units beyond the pictures, which are 0 but for rounding, are taken to be beyond.
func librarySteps(t *testing.T, of task, beyond float64) float64 {
	t.Helper()
	x, _, labels := of.features()
	n, d := x.Dims()
	N, D := float64(n), float64(d)
	var product, left, right mat.Dense
	product.Mul(x.T(), x)
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDFull) {
		t.Fatal("the singular vectors of xᵀx do not converge")
	}
	svd.UTo(&left)
	svd.VTo(&right)
	singular := svd.Values(nil)
	for j := n; j < d; j++ {
		singular[j] = beyond
	}
	var sum float64
	for class := range of.classes {
		y := mat.NewVecDense(n, nil)
		for i, label := range labels {
			if label == class {
				y.SetVec(i, 1)
			}
		}
		var given, along, weights, fit mat.VecDense
		given.MulVec(x.T(), y)
		along.MulVec(right.T(), &given)
		alpha, beta, ratio := 1.0, 1.0, 1.0
		var norm, residual float64
		for range 11 {
			gamma, solved := 0.0, mat.NewVecDense(d, nil)
			for j, s := range singular {
				gamma += s / (s + ratio)
				solved.SetVec(j, along.AtVec(j)*beta/(alpha+beta*s))
			}
			weights.MulVec(&left, solved)
			fit.MulVec(x, &weights)
			fit.SubVec(y, &fit)
			norm, residual = mat.Dot(&weights, &weights), mat.Dot(&fit, &fit)
			alpha, beta = gamma/norm, (N-gamma)/residual
			before := ratio
			ratio = alpha / beta
			if math.Abs(ratio-before)/before < 0.01 {
				break
			}
		}
		evidence := D*math.Log(alpha) + N*math.Log(beta) - beta*residual - alpha*norm - N*math.Log(2*math.Pi)
		for _, s := range singular {
			evidence -= math.Log(alpha + beta*s)
		}
		sum += evidence / 2 / N
	}
	return sum / float64(of.classes)
}

// TestLogMEByLibrarySteps has the values of the same steps in NumPy, which are those of the reference where there are
// more pictures than units.
//
// With more units than pictures, the ratio of the precisions falls below what rounding leaves of the 40 singular values
// that are 0, and these decide the value: the reference, which NumPy 2.4 gives to the last digit, is 0.27 to 0.43 there
// with the units in another order. So the test has it lie between the values of the least and the greatest that NumPy
// leaves of the 40.
func TestLogMEByLibrarySteps(t *testing.T) {
	for _, c := range []struct {
		of              task
		want, reference float64
	}{
		{signalless, -0.6142195830841921, -0.6142195769876225},
		{some, -0.3919259703194393, -0.39192564180676726},
		{tenClasses, -0.2535002248524861, -0.25348231247764186},
	} {
		v := librarySteps(t, c.of, 0)
		near(t, "the library's steps", v, nil, c.want, 1e-9)
		near(t, "the reference", v, nil, c.reference, 1e-4)
	}
	const reference = 0.35231933001869076
	low, high := librarySteps(t, manyUnits, 1.08e-13), librarySteps(t, manyUnits, 3.37e-14)
	if !(low < reference && reference < high) {
		t.Errorf("more units than pictures: %v to %v, want %v between", low, high, reference)
	}
}

// TestLogMEByElevenSteps compares what the iteration stops at with the supremum: nearly the same where there are more
// pictures than units, and below it where noise may shrink to 0. There the value is that of the same steps in NumPy, by
// numpy.linalg.svd(x, full_matrices=False); what TLLib has there is in TestLogMEByLibrarySteps. A search for the
// supremum that ends at log r = -25 finds 1.802227168581752, which rounding moves by some 1e-3, too.
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
