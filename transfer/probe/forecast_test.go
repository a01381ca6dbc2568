package probe

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// task is the input of reference values for forecasts.
type task struct {
	n       int
	x       formula
	classes int
	s       float64
}

var head = formula{7, .41, .19, .07}

func (c task) features() (x, theta *mat.Dense, labels []int) {
	x, theta = c.x.features(c.n, c.classes, c.s), softmax(scaled(head.features(c.n, c.classes, c.s), 3))
	return x, theta, inTurn(c.n, c.classes)
}

func softmax(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	out := mat.DenseCopyOf(x)
	for i := range n {
		row := out.RawRowView(i)
		floats.AddConst(-floats.LogSumExp(row), row)
	}
	out.Apply(func(_, _ int, v float64) float64 { return math.Exp(v) }, out)
	return out
}

func argmax(x *mat.Dense) (hard []int, oneHot *mat.Dense) {
	n, d := x.Dims()
	hard, oneHot = make([]int, n), mat.NewDense(n, d, nil)
	for i := range n {
		hard[i] = floats.MaxIdx(x.RawRowView(i))
		oneHot.Set(i, hard[i], 1)
	}
	return hard, oneHot
}

var (
	signalless = task{120, formula{16, .37, .11, .05}, 5, 0}
	some       = task{120, formula{16, .37, .11, .05}, 5, 0.4}
	manyUnits  = task{60, formula{100, .37, .11, .05}, 4, 0.4}
	tenClasses = task{300, formula{24, .71, .13, .03}, 10, 0.2}
)

// TestForecastsAreTheReference: values made with NumPy and scikit-learn from the definitions; LogME (but for
// more units than pictures), LEEP, NCE, TransRate and the H-scores agree with TLLib's ranking code on the
// same inputs. Of more units than pictures the plain H-score has no reference, and LogME is the supremum: for
// two of the classes the limit of no noise, which Cholesky factors of 40 digits (mpmath) confirm, for the
// others a peak at log r of -9.2 and -14.3. A search that ends at log r = -25 and does not clamp what
// rounding leaves beyond the units, -1e-16, finds 1.802227 instead.
//
// PARC of 5 and 10 classes is with ties as ties: scipy.stats.spearmanr of numpy.corrcoef's distances rounded
// to 12 digits. See TestPARCWithoutTies for what they are otherwise.
func TestForecastsAreTheReference(t *testing.T) {
	none := math.NaN()
	for i, c := range []struct {
		of                                                          task
		logme, leep, nce, transrate, parc, gbc, knn, hscore, shrunk float64
	}{
		{signalless, -0.6142195769876225, -1.550416719853851, -1.5187476126705073, 1.0518915450027393,
			-3.022043877467247, -18.872551052922724, 0, 0.10050665320083338, 0.06052954762607459},
		{some, -0.39192564180676726, -1.4238878538938968, -1.3641407057389232, 1.7024510663519692, 13.112869581683679,
			-11.864183147646742, 0.058333333333333334, 2.232487898662641, 1.4086504087361413},
		{manyUnits, 1.80098315438419, -1.2195412328760598, -1.0976252439743457, 86.43873012912175, 20.592547241729456,
			-0.029076523407822175, 0.6, none, 2.5380390299052396},
		{tenClasses, -0.25348231247764186, -2.2322032621312395, -2.144571025418453, 7.22966593636643, 4.531288280103878,
			-45.259448294195096, 0.03666666666666667, 1.4613002445973868, 1.1600056021669118},
	} {
		x, theta, labels := c.of.features()
		hard, oneHot := argmax(theta)
		check := func(what string, want float64) func(float64, error) {
			return func(v float64, err error) {
				t.Helper()
				if !math.IsNaN(want) {
					near(t, fmt.Sprint(i, " ", what), v, err, want, 1e-7)
				}
			}
		}
		check("LogME", c.logme)(LogME(x, labels))
		check("LEEP", c.leep)(LEEP(theta, labels))
		check("NCE", c.nce)(NCE(hard, labels))
		check("LEEP of one-hot", c.nce)(LEEP(oneHot, labels))
		check("TransRate", c.transrate)(TransRate(x, labels, 1e-4))
		check("PARC", c.parc)(PARC(x, labels))
		check("GBC", c.gbc)(GBC(x, labels, 1e-4))
		check("KNN", c.knn)(KNN(x, labels, 5))
		check("HScore", c.hscore)(HScore(x, labels))
		check("ShrunkHScore", c.shrunk)(ShrunkHScore(x, labels))
	}
}

// forecasts are all that take features and labels.
func forecasts() map[string]func(x *mat.Dense, labels []int) (float64, error) {
	return map[string]func(x *mat.Dense, labels []int) (float64, error){
		"LogME": LogME, "HScore": HScore, "ShrunkHScore": ShrunkHScore, "PARC": PARC,
		"TransRate": func(x *mat.Dense, l []int) (float64, error) { return TransRate(x, l, 1e-4) },
		"GBC":       func(x *mat.Dense, l []int) (float64, error) { return GBC(x, l, 1e-4) },
		"KNN":       func(x *mat.Dense, l []int) (float64, error) { return KNN(x, l, 5) },
		"NLEEP":     func(x *mat.Dense, l []int) (float64, error) { return NLEEP(x, l, NLEEPConfig{Components: 6}) },
		"LEEP":      func(x *mat.Dense, l []int) (float64, error) { return LEEP(softmax(x), l) },
		"NCE": func(x *mat.Dense, l []int) (float64, error) {
			hard, _ := argmax(x)
			return NCE(hard, l)
		},
	}
}

// TestForecastsOfNoSignal: shuffled labels do as well where features know nothing of the classes, though some
// values are above their least; where they do, none of 39 does.
func TestForecastsOfNoSignal(t *testing.T) {
	labels := inTurn(90, 3)
	noise := normal(90, 6, 11)
	signal := mat.DenseCopyOf(noise)
	for i, k := range labels {
		signal.Set(i, k, signal.At(i, k)+3)
	}
	for name, of := range forecasts() {
		of := of
		if name == "NLEEP" { // as fitted once
			fitted := map[*mat.Dense]*mat.Dense{}
			of = func(x *mat.Dense, l []int) (float64, error) {
				if fitted[x] == nil {
					p, err := MixturePosteriors(x, NLEEPConfig{Components: 6})
					if err != nil {
						return 0, err
					}
					fitted[x] = p
				}
				return LEEP(fitted[x], l)
			}
		}
		for _, c := range []struct {
			x    *mat.Dense
			what string
			ok   func(p float64) bool
		}{
			{noise, "noise", func(p float64) bool { return p > 0.05 }},
			{signal, "signal", func(p float64) bool { return p == 1.0/40 }},
		} {
			n, err := LabelNull(labels, func(l []int) (float64, error) { return of(c.x, l) }, 39, 5)
			if err != nil || !c.ok(n.P) {
				t.Errorf("%s of %s: %v, p %v, chance %v, %v", name, c.what, n.Observed, n.P, n.Mean(), err)
			}
		}
		a, err := of(noise, labels)
		if err != nil {
			t.Error(err)
		}
		b, err := of(signal, labels)
		if err != nil || b <= a {
			t.Errorf("%s of signal is %v, of noise %v, %v", name, b, a, err)
		}
	}
}

// TestForecastInvariances: what each says that it does not see.
func TestForecastInvariances(t *testing.T) {
	x, _, labels := some.features()
	back, renamed := make([]int, len(labels)), make([]int, len(labels))
	for i, l := range labels {
		back[len(labels)-1-i] = l
		renamed[i] = 40 - 7*l
	}
	changes := map[string]*mat.Dense{
		"rotation": times(x, rotation(16, 3)), "scale": scaled(x, 3), "shift": shifted(x, 2), "units": unitScaled(x),
	}
	sees := map[string][]string{
		"LogME": {"shift", "units"}, "HScore": {}, "ShrunkHScore": {"units"}, "PARC": {"rotation", "shift", "units"},
		"TransRate": {"scale", "units"}, "GBC": {"rotation"}, "KNN": {"units"},
	}
	for name, changed := range sees {
		of := forecasts()[name]
		want, err := of(x, labels)
		if err != nil {
			t.Fatal(err)
		}
		v, err := of(reversed(x), back)
		near(t, name+" in another order", v, err, want, 1e-7)
		if name != "KNN" { // its ties go by label
			v, err = of(x, renamed)
			near(t, name+" of other labels", v, err, want, 1e-7)
		}
		seen := map[string]bool{}
		for _, what := range changed {
			seen[what] = true
		}
		for what, y := range changes {
			v, err := of(y, labels)
			if err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			} else if same := math.Abs(v-want) < 1e-6*math.Abs(want); same == seen[what] {
				t.Errorf("%s sees %s: %v, before %v", name, what, v, want)
			}
		}
	}
}

func TestForecastsRefuse(t *testing.T) {
	x, _, labels := some.features()
	bad := mat.DenseCopyOf(x)
	bad.Set(2, 4, math.Inf(1))
	for name, of := range forecasts() {
		if name == "LEEP" || name == "NCE" {
			continue // of a softmax and of source labels, below
		}
		refuses(t, second(of(nil, labels)), "x has no features")
		refuses(t, second(of(bad, labels)), "unit 4 of picture 2 is +Inf")
		refuses(t, second(of(x, labels[:9])), "9 labels for 120 pictures")
		refuses(t, second(of(x, make([]int, 120))), "one class only")
		refuses(t, second(of(x, inTurn(120, 120))), "120 pictures of 120 classes")
	}
	refuses(t, second(LEEP(x, labels)), "theta: source class")
	refuses(t, second(LEEP(scaled(softmax(x), 0.5), labels)), "picture 0 add up to 0.5")
	refuses(t, second(LEEP(softmax(x), labels[1:])), "119 labels for 120")
	refuses(t, second(NCE(labels[1:], labels)), "119 source labels for 120")
	refuses(t, second(NCE(labels, make([]int, 120))), "one class only")
	refuses(t, second(TransRate(x, labels, 0)), "eps is 0")
	refuses(t, second(GBC(x, labels, -1)), "floor is -1")
	refuses(t, second(KNN(x, labels, 120)), "k is 120: want 1 to 119")
	lone := append([]int{9}, labels[1:]...)
	refuses(t, second(GBC(x, lone, 1e-4)), "class 9 has 1 picture")
	refuses(t, second(PARC(rows(x, 0, 120).Slice(0, 120, 0, 1).(*mat.Dense), labels)), "at least 2 units")
	even := mat.DenseCopyOf(x)
	even.SetRow(3, make([]float64, 16))
	refuses(t, second(PARC(even, labels)), "all units of picture 3")
	refuses(t, second(HScore(mat.NewDense(120, 2, nil), labels)), "all 120 pictures have the same features")
	refuses(t, second(NLEEP(x, labels, NLEEPConfig{Components: 120})), "120 components")
	refuses(t, second(NLEEP(x, labels, NLEEPConfig{Share: 2})), "share of 2")
	_, oneHot := argmax(softmax(x))
	oneHot = mat.NewDense(120, 5, nil)
	for i, l := range labels {
		oneHot.Set(i, l, 1)
	}
	refuses(t, second(LogME(oneHot, labels)), "class 0 is a linear function of the features")
	refuses(t, second(LogME(mat.NewDense(120, 5, nil), labels)), "x: all features are 0")
}
