package probe

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestAgainstPython compares measures with those of SciPy, and CKA with rsatoolbox's (0.3.2; pip install
// rsatoolbox==0.3.2), by the Python that COADAPT_TEST_PYTHON names, as far as it has them.
func TestAgainstPython(t *testing.T) {
	python := os.Getenv("COADAPT_TEST_PYTHON")
	if python == "" {
		t.Skip("COADAPT_TEST_PYTHON names no Python")
	}
	if err := exec.Command(python, "-c", "import scipy").Run(); err != nil {
		t.Skip("the Python that COADAPT_TEST_PYTHON names has no SciPy")
	}
	x, y := normal(60, 9, 1), normal(60, 7, 2)
	for i := range 60 { // they have something in common
		y.Set(i, 0, y.At(i, 0)+2*x.At(i, 3))
		y.Set(i, 1, y.At(i, 1)-x.At(i, 0))
	}
	a, b := []float64{.1, .7, .7, .3, .9, .2}, []float64{.2, .5, .9, .3, .4, .3}
	rows := func(m *mat.Dense) (out [][]float64) {
		n, _ := m.Dims()
		for i := range n {
			out = append(out, m.RawRowView(i))
		}
		return out
	}
	in, err := json.Marshal(map[string]any{"x": rows(x), "y": rows(y), "a": a, "b": b})
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(python, "testdata/twins.py")
	var said, wrong bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &said, &wrong
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, wrong.String())
	}
	var theirs map[string]float64
	if err := json.Unmarshal(said.Bytes(), &theirs); err != nil {
		t.Fatal(err)
	}
	pair := func(of Similarity) func() (float64, error) { return func() (float64, error) { return of(x, y) } }
	for name, of := range map[string]func() (float64, error){
		"procrustes distance": pair(ProcrustesDistance),
		"procrustes angle":    pair(ProcrustesAngle),
		"mean cca":            pair(MeanCCA),
		"rsatoolbox: cka":     pair(CKA),
		"weighted tau":        func() (float64, error) { return WeightedTau(a, b) },
		"spearman":            func() (float64, error) { return Spearman(a, b) },
		"assignment": func() (float64, error) {
			var worth mat.Dense
			worth.Mul(x.Slice(0, 60, 0, 7).T(), y)
			taken, err := Assign(&worth)
			sum := 0.0
			for i, j := range taken {
				sum += worth.At(i, j)
			}
			return sum, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, ok := theirs[name]
			if !ok && strings.HasPrefix(name, "rsatoolbox") {
				t.Skip("rsatoolbox is not installed, which what it needs makes 200 MB: matplotlib, scikit-learn and " +
					"scikit-image are among it. `pip install rsatoolbox==0.3.2` brings it.")
			}
			v, err := of()
			near(t, name, v, err, want, 1e-6*math.Max(1, math.Abs(want)))
		})
	}
}
