package probe

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// pairs are the inputs of the reference values for similarities.
type pair struct {
	n    int
	x, y formula
	s    float64
}

func (p pair) features() (x, y *mat.Dense, labels []int) {
	return p.x.features(p.n, 4, p.s), p.y.features(p.n, 4, p.s), inTurn(p.n, 4)
}

var (
	narrow  = pair{60, formula{12, .37, .11, .05}, formula{9, .53, .07, .09}, 0}
	classed = pair{60, formula{12, .37, .11, .05}, formula{9, .53, .07, .09}, 2}
	wide    = pair{40, formula{64, .37, .11, .05}, formula{80, .53, .07, .09}, 0.5}
	tall    = pair{200, formula{20, .71, .13, .03}, formula{20, .29, .17, .02}, 1}
)

// TestCKAIsTheReference: values made with NumPy from the definitions; the biased ones agree with rsatoolbox 0.3.2
// (compare_cosine_cov_weighted of Euclidean RDMs).
func TestCKAIsTheReference(t *testing.T) {
	for i, c := range []struct {
		of                       pair
		biased, unbiased, within float64
	}{
		{narrow, 0.16907837465112302, 0.044419487595831635, 0.09895411060208646},
		{classed, 0.7444200655836853, 0.7316822891058491, 0.09895411060208642},
		{wide, 0.6387913092957472, 0.37242526817401905, 0.37767774584531566},
		{tall, 0.5060665779734274, 0.48189672199109806, -0.044504637495110334},
	} {
		x, y, labels := c.of.features()
		v, err := CKA(x, y)
		near(t, fmt.Sprint(i, " biased"), v, err, c.biased, 1e-10)
		v, err = UnbiasedCKA(x, y)
		near(t, fmt.Sprint(i, " unbiased"), v, err, c.unbiased, 1e-10)
		v, err = WithinClassCKA(x, y, labels)
		near(t, fmt.Sprint(i, " within"), v, err, c.within, 1e-10)
	}
}

// slowHSIC is HSIC₁ as it is written, on Gram matrices of features that are not centred.
func slowHSIC(x, y *mat.Dense) float64 {
	n, _ := x.Dims()
	gram := func(x *mat.Dense) [][]float64 {
		k := make([][]float64, n)
		for i := range k {
			k[i] = make([]float64, n)
			for j := range k {
				if i != j {
					k[i][j] = floats.Dot(x.RawRowView(i), x.RawRowView(j))
				}
			}
		}
		return k
	}
	k, l := gram(x), gram(y)
	var trace, sumK, sumL, both float64
	for i := range n {
		for j := range n {
			trace += k[i][j] * l[j][i]
			sumK += k[i][j]
			sumL += l[i][j]
			for m := range n {
				both += k[i][j] * l[j][m]
			}
		}
	}
	N := float64(n)
	return (trace + sumK*sumL/((N-1)*(N-2)) - 2/(N-2)*both) / (N * (N - 3))
}

// TestCKAByLoops compares both ways, by features and by Gram matrices, with the definitions.
func TestCKAByLoops(t *testing.T) {
	for i, c := range []pair{narrow, wide} {
		x, y, _ := c.features()
		if _, dx := x.Dims(); byGram(c.n, dx, c.y.d) != (i == 1) {
			t.Errorf("%d: by Gram matrices: %v", i, i != 1)
		}
		v, err := UnbiasedCKA(x, y)
		near(t, fmt.Sprint(i, " unbiased"), v, err, slowHSIC(x, y)/math.Sqrt(slowHSIC(x, x)*slowHSIC(y, y)), 1e-9)
		a, b, err := sides(x, y, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range [][2]*side{{a, b}, {a, a}, {b, b}} {
			var byGram, byLoops float64
			n, dx := s[0].z.Dims()
			_, dy := s[1].z.Dims()
			for p := range n {
				byGram += floats.Dot(s[0].product().RawRowView(p), s[1].product().RawRowView(p))
			}
			for u := range dx {
				for v := range dy {
					sum := 0.0
					for p := range n {
						sum += s[0].z.At(p, u) * s[1].z.At(p, v)
					}
					byLoops += sum * sum
				}
			}
			near(t, fmt.Sprint(i, " by Gram matrices"), byGram, nil, byLoops, 1e-12)
			near(t, fmt.Sprint(i, " by features"), innerByFeatures(s[0].z, s[1].z), nil, byLoops, 1e-12)
		}
	}
	x, err := newSide("x", normal(30, strip+40, 1)) // more units than are multiplied at a time
	if err != nil {
		t.Fatal(err)
	}
	other := mat.DenseCopyOf(x.z)
	near(t, "two strips", innerByFeatures(x.z, x.z), nil, innerByFeatures(x.z, other), 1e-12)
	near(t, "two strips by Gram matrices", x.inner(x), nil, innerByFeatures(x.z, other), 1e-12)
}

// TestCKAInvariances: rotation, one scale, a shift and another order of pictures change nothing; a scale for
// each unit does.
func TestCKAInvariances(t *testing.T) {
	x, y, labels := tall.features()
	back := inTurn(tall.n, 4)
	for i := range back {
		back[i] = labels[len(labels)-1-i]
	}
	within := func(x, y *mat.Dense) (float64, error) { return WithinClassCKA(x, y, labels) }
	for name, of := range map[string]Similarity{"biased": CKA, "unbiased": UnbiasedCKA, "within": within} {
		want, err := of(x, y)
		if err != nil {
			t.Fatal(err)
		}
		for what, changed := range map[string]*mat.Dense{
			"rotation": times(y, rotation(20, 3)), "scale": scaled(y, 0.01), "shift": shifted(y, 10),
		} {
			v, err := of(x, changed)
			near(t, name+" "+what, v, err, want, 1e-9)
		}
		v, err := of(y, x)
		near(t, name+" swapped", v, err, want, 1e-12)
		v, err = of(x, times(scaled(shifted(x, 3), 7), rotation(20, 4)))
		near(t, name+" of itself", v, err, 1, 1e-12)
		if v, err := of(x, unitScaled(y)); err != nil || math.Abs(v-want) < 0.01 {
			t.Errorf("%s with a scale for each unit is %v, %v, as without %v", name, v, err, want)
		}
	}
	want, err := WithinClassCKA(x, y, labels)
	v, err2 := WithinClassCKA(reversed(x), reversed(y), back)
	near(t, "within, other order", v, err2, want, 1e-12)
	if err != nil {
		t.Error(err)
	}
	want, _ = CKA(x, y)
	v, err = CKA(reversed(x), reversed(y))
	near(t, "other order", v, err, want, 1e-12)
	if v, _ := CKA(x, reversed(x)); v > 0.9 {
		t.Errorf("CKA of x with its own pictures in another order is %v", v)
	}
}

// TestTrapsOfCKA: many units for few pictures make the biased value high, class means the plain one; neither
// the others.
func TestTrapsOfCKA(t *testing.T) {
	x, y := normal(40, 400, 1), normal(40, 400, 2)
	if v, err := CKA(x, y); err != nil || v < 0.8 {
		t.Errorf("biased CKA of unrelated wide features is %v, %v", v, err)
	}
	if v, err := UnbiasedCKA(x, y); err != nil || math.Abs(v) > 0.1 {
		t.Errorf("unbiased CKA of unrelated wide features is %v, %v", v, err)
	}
	labels := inTurn(200, 10)
	x, y = normal(200, 30, 3), normal(200, 30, 4)
	mx, my := normal(10, 30, 5), normal(10, 30, 6)
	for i, k := range labels { // both codes are of the same classes, and of nothing else
		floats.AddScaled(x.RawRowView(i), 3, mx.RawRowView(k))
		floats.AddScaled(y.RawRowView(i), 3, my.RawRowView(k))
	}
	if v, err := UnbiasedCKA(x, y); err != nil || v < 0.5 {
		t.Errorf("CKA of two codes of ten classes is %v, %v", v, err)
	}
	if v, err := WithinClassCKA(x, y, labels); err != nil || math.Abs(v) > 0.1 {
		t.Errorf("without class means it is %v, %v", v, err)
	}
}

func TestCKAMatrix(t *testing.T) {
	x, y, _ := tall.features()
	wideX, wideY := normal(200, 300, 1), normal(200, 260, 2)
	for _, unbiased := range []bool{false, true} {
		of := CKA
		if unbiased {
			of = UnbiasedCKA
		}
		xs, ys := []*mat.Dense{x, wideX}, []*mat.Dense{y, wideY, x}
		m, err := CKAMatrix(xs, ys, unbiased)
		if err != nil {
			t.Fatal(err)
		}
		for i := range xs {
			for j := range ys {
				want, _ := of(xs[i], ys[j])
				near(t, fmt.Sprint(i, j), m.At(i, j), nil, want, 1e-9)
			}
		}
	}
	refuses(t, second(CKAMatrix(nil, []*mat.Dense{y}, true)), "0 and 1 layers")
	refuses(t, second(CKAMatrix([]*mat.Dense{x}, []*mat.Dense{y, normal(9, 2, 1)}, true)),
		"y 1 has the shape [9, 2]: 9 pictures, want the 200")
}

func TestCKARefuses(t *testing.T) {
	x, y, labels := narrow.features()
	bad := mat.DenseCopyOf(y)
	bad.Set(7, 3, math.NaN())
	flat := mat.NewDense(60, 3, nil)
	flat.Apply(func(_, j int, _ float64) float64 { return 0.1 * float64(j+1) }, flat)
	refuses(t, second(CKA(nil, y)), "x has no features")
	refuses(t, second(CKA(x, normal(59, 2, 1))), "x has the shape [60, 12] and y [59, 2]")
	refuses(t, second(CKA(x, bad)), "y: unit 3 of picture 7 is NaN")
	refuses(t, second(CKA(x, flat)), "y: all 60 pictures have the same features")
	refuses(t, second(CKA(normal(1, 2, 1), normal(1, 2, 1))), "1 pictures, want at least 2")
	refuses(t, second(UnbiasedCKA(normal(3, 2, 1), normal(3, 2, 1))), "3 pictures, want at least 4")
	refuses(t, second(WithinClassCKA(x, y, labels[1:])), "59 labels for 60 pictures")
	refuses(t, second(WithinClassCKA(x, y, make([]int, 60))), "one class only")
	refuses(t, second(WithinClassCKA(x, y, inTurn(60, 60))), "60 pictures of 60 classes")
	means := mat.NewDense(60, 2, nil)
	means.Apply(func(i, j int, _ float64) float64 { return 0.1 * float64(labels[i]+j) }, means)
	refuses(t, second(WithinClassCKA(x, means, labels)), "y: all pictures of each class have the same features")
	_, unequal := unbiasedRatio(1, 1, -0.5, "x", "y")
	refuses(t, unequal, "HSIC of y with itself is -0.5")
}

// BenchmarkCKA is of 2000 pictures by 512 units on both sides.
func BenchmarkCKA(b *testing.B) {
	x, y := normal(2000, 512, 1), normal(2000, 512, 2)
	for name, of := range map[string]Similarity{"biased": CKA, "unbiased": UnbiasedCKA} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := of(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
