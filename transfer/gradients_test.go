package transfer

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/train"
)

// TestGradients takes the first steps of nets again: their losses are those of the net's training, bit for bit; a
// step that is small enough takes from the loss of its own batch what the gradient's norm says (rate·norm², the first
// term of Taylor's series); frozen layers have none.
func TestGradients(t *testing.T) {
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) {
			cfg := tinyOn(t, config)
			l := lab(t, cfg)
			for _, name := range []string{"baseB", "B3B", "B3Br", "A3B+"} {
				n := net(t, name)
				r, err := l.Train(t.Context(), n)
				if err != nil {
					t.Fatal(err)
				}
				metrics, err := Metrics(cfg.Store, r.Key)
				if err != nil {
					t.Fatal(err)
				}
				learning := 8
				if n.Treatment.Frozen() {
					learning -= n.N
				}
				step := 0
				for s, err := range l.Gradients(t.Context(), n, 4) {
					if err != nil {
						t.Fatal(err)
					}
					if s.Step != step+1 || s.Loss != metrics[step].Loss || metrics[step].Step != s.Step {
						t.Errorf("%s: step %d with loss %v, trained with %v at step %d", name, s.Step, s.Loss,
							metrics[step].Loss, metrics[step].Step)
					}
					if len(s.Layers) != learning || s.Layers[learning-1].Layer != "fc8" || !(s.Norm() > 0) ||
						!(s.Layers[0].Weights > 0) {
						t.Errorf("%s: step %d with %+v, want %d layers up to fc8", name, s.Step, s.Layers, learning)
					}
					step++
				}
				if step != 4 {
					t.Errorf("%s: %d steps, want 4", name, step)
				}
			}
			plain := tinyOn(t, config)
			plain.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
			gradientOfTaylor(t, lab(t, plain))
		})
	}
}

// gradientOfTaylor compares a gradient's norm with what a small step takes from the loss.
func gradientOfTaylor(t *testing.T, l *Lab) {
	n := net(t, "baseB")
	p, err := l.Plan(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	w, err := p.initial(nil)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := l.trainer(l.alone, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.Load(w, p.Cut); err != nil {
		t.Fatal(err)
	}
	for batch, err := range p.Task.Train(t.Context(), p.Order(), p.View, 0, 1) {
		if err != nil {
			t.Fatal(err)
		}
		loss := func() float64 {
			_, sum, err := trainer.Eval(batch.Images, batch.Labels)
			if err != nil {
				t.Fatal(err)
			}
			return sum / float64(len(batch.Labels))
		}
		before := loss()
		const rate = 2e-4
		if _, err := trainer.Train(train.Steps{Values: batch.Images, Labels: batch.Labels,
			Rates: []float64{rate}}); err != nil {
			t.Fatal(err)
		}
		fell := before - loss()
		for s, err := range l.Gradients(t.Context(), n, 1) {
			if err != nil {
				t.Fatal(err)
			}
			// Biases move at twice the rate, so the fall lies between once and twice the square.
			once := rate * s.Norm() * s.Norm()
			if fell < 0.9*once || fell > 2*once {
				t.Errorf("the loss fell by %v, the gradient says %v to %v", fell, once, 2*once)
			}
		}
	}
}

// TestGradientsRefuses has errors say what is wrong: too many steps, and a parent that has no weights.
func TestGradientsRefuses(t *testing.T) {
	cfg := tinyOn(t, "go")
	cfg.Recipe.Rate.Base = 1e6
	l := lab(t, cfg)
	for name, want := range map[string]string{"baseB": "7 steps, want 1 to 6", "B3B": "its parent"} {
		steps := map[string]int{"baseB": 7, "B3B": 1}[name]
		for _, err := range l.Gradients(t.Context(), net(t, name), steps) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", name, err, want)
			}
		}
	}
	last := math.Inf(-1)
	for s, err := range l.Gradients(t.Context(), net(t, "baseB"), 6) {
		if err != nil {
			t.Fatal(err)
		}
		last = s.Loss
		if (len(s.Layers) == 0) != (math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0)) {
			t.Errorf("step %d: loss %v with %d layers", s.Step, s.Loss, len(s.Layers))
		}
	}
	if !math.IsNaN(last) && !math.IsInf(last, 0) {
		t.Errorf("a rate of a million ends with loss %v, want one that is not finite", last)
	}
}
