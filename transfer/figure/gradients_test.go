package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
)

// TestGradients draws two nets, one of which ends with a loss that is not finite, and says so.
func TestGradients(t *testing.T) {
	steps := func(name string, norms ...float64) GradientCurve {
		c := GradientCurve{Net: result(t, name, 1, 2).Net}
		for i, n := range norms {
			s := transfer.GradientStep{
				Net:    c.Net,
				Step:   i + 1,
				Loss:   3,
				Layers: []transfer.LayerGradient{{Layer: "fc7", Gradient: 0.6 * n}, {Layer: "fc8", Gradient: 0.8 * n}},
			}
			if math.IsInf(n, 1) {
				s.Loss, s.Layers = math.NaN(), nil
			}
			c.Steps = append(c.Steps, s)
		}
		return c
	}
	f, err := Gradients([]GradientCurve{steps("B4B", 2, 150, 0.02, math.Inf(1)), steps("B4Br", 1, 1, 1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "0/B4B: from 2.00 at step 1, at most 150 at step 2"; !strings.Contains(f.Alt(), want) {
		t.Errorf("%s; want %q in it", f.Alt(), want)
	}
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(textOf(t, svg.Bytes())), " ")
	for _, want := range []string{"norm of the gradient", "0.1 1 10 100", "not finite any more (×): 0/B4B at step 4"} {
		if !strings.Contains(words, want) {
			t.Errorf("the figure does not say %q: %s", want, words)
		}
	}
	if _, err := Gradients([]GradientCurve{steps("B4B")}, Options{}); err == nil ||
		!strings.Contains(err.Error(), "0/B4B") {
		t.Errorf("error %v, want one that names the net without steps", err)
	}
}
