package transfer

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/train"
)

func trainNet(t *testing.T, l *Lab, name string) Result {
	t.Helper()
	r, err := l.Train(t.Context(), net(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

// TestBasePlusStartsFromItsBase: at a rate that moves nothing, the control is its own base net, last layer and all,
// not a net begun anew.
func TestBasePlusStartsFromItsBase(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe.Rate = train.Schedule{Policy: train.Fixed, Base: 1e-30}
	l := lab(t, cfg)
	r := trainNet(t, l, "baseB+")
	base := trainNet(t, l, "baseB")
	if !base.Hit {
		t.Error("the base net was not trained on the way")
	}
	mine, parent := weightsOf(t, cfg.Store, r), weightsOf(t, cfg.Store, base)
	for path, w := range parent {
		for i, x := range w.Data {
			if d := mine[path].Data[i] - x; d > 1e-20 || d < -1e-20 { // biases of zero took a step of 1e-30 or so
				t.Fatalf("%s is not the base's", path)
			}
		}
	}
	if r.Correct != base.Correct || r.Key == base.Key {
		t.Errorf("%d of %d correct with key %s, the base has %d with %s", r.Correct, r.Tested, r.Key, base.Correct,
			base.Key)
	}
	fresh, err := cfg.Arch.Init(r.Net.stream("init"))
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(mine["/net/fc8/weights"].Data, fresh["/net/fc8/weights"].Data) {
		t.Error("the last layer is new")
	}
}

func TestWholeAndReduced(t *testing.T) {
	cfg := tiny(t)
	cfg.Arch.Classes = 4
	reduced := cfg.Recipe.WithSteps(3)
	cfg.Reduced = &reduced
	l := lab(t, cfg)
	for name, steps := range map[string]int{"whole/base": 6, "whole/R2": 6, "whole/base+": 6, "whole/base@3": 3,
		"0/baseB@5": 3} {
		r := trainNet(t, l, name)
		classes := 4
		if strings.HasPrefix(name, "0/") {
			classes = 2
		}
		if r.Classes != classes || r.Tested != 8*classes || r.Steps != steps {
			t.Errorf("%s: %d classes, %d tested, %d steps, want %d, %d, %d", name, r.Classes, r.Tested, r.Steps,
				classes, 8*classes, steps)
		}
		if r.Status == NotTrained {
			// accuracies are no part of a row that is not ok; the one of the test follows from its counts
			r.CleanAccuracy = 0
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Result
		if err := json.Unmarshal(data, &back); err != nil || back != r {
			t.Errorf("%s reads back as %+v, %v", data, back, err)
		}
	}
	if a, b := trainNet(t, l, "whole/base"), trainNet(t, l, "whole/base@3"); a.Key == b.Key {
		t.Error("all images and three of each class have one key")
	}
	// Three of each class are the tiny set cut by Config.PerClass, by the recipe of such nets.
	small := cfg
	small.PerClass, small.Recipe = 3, reduced
	if a, b := trainNet(t, lab(t, small), "whole/base"), trainNet(t, l, "whole/base@3"); a.Key != b.Key || !a.Hit {
		t.Errorf("keys %s and %s of the same net", a.Key, b.Key)
	}
}

// TestReducedTakesAllSteps: with epochs, a net on three images a class takes as many steps as one on all twelve.
func TestReducedTakesAllSteps(t *testing.T) {
	cfg := tiny(t)
	cfg.Arch.Classes, cfg.Epochs = 4, 0.5
	l := lab(t, cfg)
	// half of 48 images, 8 a step
	if all, few := trainNet(t, l, "whole/base"), trainNet(t, l, "whole/base@3"); all.Steps != 3 || few.Steps != 3 {
		t.Errorf("%d and %d steps, want 3 each", all.Steps, few.Steps)
	}
}

// TestOutputs: outputs beyond the classes are there and cost nothing but their softmax.
func TestOutputs(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe.Outputs = 5
	l := lab(t, cfg)
	r := trainNet(t, l, "A3B")
	if w := weightsOf(t, cfg.Store, r)["/net/fc8/biases"]; len(w.Data) != 5 || r.Classes != 2 {
		t.Errorf("%d outputs for %d classes, want 5 and 2", len(w.Data), r.Classes)
	}
	cfg.Recipe.Outputs = 1
	if _, err := lab(t, cfg).Train(t.Context(), net(t, "baseA")); err == nil ||
		!strings.Contains(err.Error(), "1 outputs for a task of 2 classes") {
		t.Errorf("one output for two classes: %v", err)
	}
}

// TestTestsOnTheWay: they change no weight, and the best ten of them are what Best10 averages.
func TestTestsOnTheWay(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe = cfg.Recipe.WithSteps(12)
	plain := trainNet(t, lab(t, cfg), "baseB")
	tested := cfg
	tested.Recipe.TestEvery = 1
	r := trainNet(t, lab(t, tested), "baseB")
	if r.Correct != plain.Correct || r.Loss != plain.Loss || r.Key == plain.Key {
		t.Errorf("tested on the way %d correct, loss %v; otherwise %d, %v", r.Correct, r.Loss, plain.Correct,
			plain.Loss)
	}
	files, err := cfg.Store.Get(r.Key, metricsFile)
	if err != nil {
		t.Fatal(err)
	}
	var metrics []Metric
	if err := json.Unmarshal(files[metricsFile], &metrics); err != nil {
		t.Fatal(err)
	}
	var tests []float64
	for _, m := range metrics {
		tests = append(tests, *m.Accuracy)
	}
	slices.Sort(tests)
	var sum float64
	for _, x := range tests[2:] { // ten of twelve
		sum += x
	}
	if len(tests) != 12 || math.Abs(r.Best10-sum/10) > 1e-12 || metrics[11].Accuracy == nil ||
		*metrics[11].Accuracy != r.Accuracy {
		t.Errorf("%d tests %v, best10 %v, final %v", len(tests), tests, r.Best10, r.Accuracy)
	}
	r.Status, plain.Status = OK, OK // whether twelve steps teach a net anything hangs on its rounding
	best, err := r.Select(BestTen)
	if err != nil || best.Accuracy != r.Best10 || best.Selection != BestTen ||
		math.Abs(float64(best.Correct)-r.Best10*float64(r.Tested)) > 0.5 {
		t.Errorf("selected %+v, %v", best, err)
	}
	if _, err := best.Select(Final); err == nil {
		t.Error("back to the final accuracy without an error")
	}
	if _, err := plain.Select(BestTen); err == nil || !strings.Contains(err.Error(), "TestEvery") {
		t.Errorf("best ten of no tests: %v", err)
	}
	if plain.Best10 != 0 {
		t.Errorf("best10 %v of a net that was not tested on the way", plain.Best10)
	}
}

func TestParseSelection(t *testing.T) {
	for _, rule := range []Selection{Final, BestTen} {
		if got, err := ParseSelection(string(rule)); err != nil || got != rule {
			t.Errorf("%s = %s, %v", rule, got, err)
		}
	}
	if _, err := ParseSelection("best"); err == nil {
		t.Error("rule best was taken")
	}
}

// TestJudged: 0.8 of ln(classes) is the border, see Judged for why.
func TestJudged(t *testing.T) {
	// 0.8 ln 1000 = 5.526
	for loss, want := range map[float64]Status{0: OK, 2.28: OK, 5.52: OK, 5.53: NotTrained, 6.9078: NotTrained} {
		r := Result{Status: OK, Classes: 1000, TrainLoss: loss}.Judged()
		if r.Status != want || (r.Reason != "") != (want == NotTrained) {
			t.Errorf("training loss %v: %s, %q; want %s", loss, r.Status, r.Reason, want)
		}
	}
	if r := (Result{Status: Diverged, Classes: 2, TrainLoss: 9}).Judged(); r.Status != Diverged {
		t.Errorf("a diverged net is %s", r.Status)
	}
}

// TestPaperRecipe states the solver rows of ../shared/reference/recipe.md; those of the net are tested with
// nets.CaffeNet.
func TestPaperRecipe(t *testing.T) {
	r := PaperRecipe()
	for iter, want := range map[int]float64{0: 0.01, 99999: 0.01, 100000: 0.001, 200000: 1e-4, 300000: 1e-5,
		449999: 1e-6} {
		if got := r.Rate.Rate(iter); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("rate at %d is %v, want %v", iter, got, want)
		}
	}
	if r.Steps != 450000 || r.Batch != 256 || r.Momentum != 0.9 || r.Decay != 0.0005 || !r.Mirror || r.Scale != 1 ||
		r.ChannelMean || r.Pad != 0 || r.Outputs != 1000 || r.TestEvery != 1000 {
		t.Errorf("%+v", r)
	}
	red := ReducedRecipe()
	for iter, want := range map[int]float64{0: 0.0125, 64000: 0.00125, 199999: 1.25e-5} {
		if got := red.Rate.Rate(iter); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("reduced: rate at %d is %v, want %v", iter, got, want)
		}
	}
	if red.Steps != 200000 {
		t.Errorf("reduced: %d steps", red.Steps)
	}
	short := r.Shortened(450)
	if short.Steps != 450 || short.Rate.Every != 100 || short.TestEvery != 1 {
		t.Errorf("shortened to 450 steps: %+v", short)
	}
	if mini := MiniRecipe().Shortened(30); mini.Steps != 30 || mini.Rate.Max != 30 {
		t.Errorf("mini over 30 steps: %+v", mini)
	}
}
