package probe

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// formula is the matrix sin(a i j) + cos(b i + c j²)/2 for i = 1..n and j = 1..d, the inputs of the reference
// values here.
type formula struct {
	d       int
	a, b, c float64
}

// features are those of the formula, with s sin(1.7 (y+1) j) added to each picture of class y.
func (f formula) features(n, classes int, s float64) *mat.Dense {
	m := mat.NewDense(n, f.d, nil)
	labels := inTurn(n, classes)
	m.Apply(func(i, j int, _ float64) float64 {
		p, u := float64(i+1), float64(j+1)
		return math.Sin(f.a*p*u) + 0.5*math.Cos(f.b*p+f.c*u*u) + s*math.Sin(1.7*float64(labels[i]+1)*u)
	}, m)
	return m
}

// inTurn are labels 0, 1, ..., classes-1, 0, 1, ...
func inTurn(n, classes int) []int {
	labels := make([]int, n)
	for i := range labels {
		labels[i] = i % classes
	}
	return labels
}

// normal is a matrix of standard normal values.
func normal(n, d int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := mat.NewDense(n, d, nil)
	m.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, m)
	return m
}

// rotation is an orthogonal matrix.
func rotation(d int, seed uint64) *mat.Dense {
	var qr mat.QR
	qr.Factorize(normal(d, d, seed))
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

func times(x, m *mat.Dense) *mat.Dense {
	var out mat.Dense
	out.Mul(x, m)
	return &out
}

// shifted adds another amount to each unit.
func shifted(x *mat.Dense, by float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	out.Apply(func(_, j int, v float64) float64 { return v + by*float64(j+1) }, out)
	return out
}

func scaled(x *mat.Dense, by float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	out.Scale(by, out)
	return out
}

// unitScaled gives each unit a scale of its own.
func unitScaled(x *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(x)
	out.Apply(func(_, j int, v float64) float64 { return v * float64(j*j+1) }, out)
	return out
}

// reversed has the pictures in the opposite order.
func reversed(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	out := mat.NewDense(n, d, nil)
	for i := range n {
		out.SetRow(n-1-i, x.RawRowView(i))
	}
	return out
}

// invariant has a similarity of x and y stay as it is, want, where y is rotated, brought to another scale or shifted,
// and where the pictures of both are in the opposite order.
func invariant(t *testing.T, name string, of Similarity, x, y *mat.Dense) (want float64) {
	t.Helper()
	want, err := of(x, y)
	if err != nil {
		t.Fatal(err)
	}
	_, d := y.Dims()
	for what, changed := range map[string]*mat.Dense{
		"rotation": times(y, rotation(d, 3)), "scale": scaled(y, 0.01), "shift": shifted(y, 10),
	} {
		v, err := of(x, changed)
		near(t, name+" "+what, v, err, want, 1e-9)
	}
	v, err := of(reversed(x), reversed(y))
	near(t, name+" other order", v, err, want, 1e-9)
	return want
}

func near(t *testing.T, what string, got float64, err error, want, relative float64) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if !(math.Abs(got-want) <= relative*math.Max(math.Abs(want), 1e-9)) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func refuses(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("error %v, want one with %q", err, part)
	}
}

func second[T any](_ T, err error) error { return err }
