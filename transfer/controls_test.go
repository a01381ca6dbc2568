package transfer

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/inspect"
)

// readScale is the slow twin of Result.Scale: the RMS of what a Reader gives for layer n of a net, over the same
// pictures.
func readScale(t *testing.T, l *Lab, r Result, w arch.Weights, n int) float64 {
	t.Helper()
	tr, err := l.Trained(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := inspect.NewReader(l.cfg.Backend, tr.Arch, w, tr.Recipe.Batch, n-1)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	sum, count := 0.0, 0
	for b, err := range tr.Task.Clean(t.Context(), dataset.Train, scalePictures, tr.Recipe.Batch, tr.View) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Labels[len(b.Labels)-1] < 0 {
			break
		}
		out, err := reader.Read(b.Images)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out[0].Data {
			sum += float64(x) * float64(x)
		}
		count += len(out[0].Data)
	}
	return math.Sqrt(sum / float64(count))
}

// TestRescaledFeatures reads the frozen layers of trained nets: at conv4 a factor is exact, conv2 has a response
// normalisation behind it.
func TestRescaledFeatures(t *testing.T) {
	l := lab(t, tiny(t))
	for _, cut := range []string{"2", "4"} {
		base, err := l.Train(t.Context(), net(t, "baseB"))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := l.Train(t.Context(), net(t, "B"+cut+"B"))
		if err != nil {
			t.Fatal(err)
		}
		n := plain.Net.N
		tr, err := l.Trained(t.Context(), base)
		if err != nil {
			t.Fatal(err)
		}
		if got := readScale(t, l, base, tr.Weights, n); plain.Rescale != 0 || math.Abs(plain.Scale/got-1) > 1e-5 {
			t.Errorf("%s: scale %v, factor %v; the base has %v at the cut", plain.Net, plain.Scale, plain.Rescale, got)
		}
		first, err := tr.Arch.Init(base.Net.stream("init"))
		if err != nil {
			t.Fatal(err)
		}
		initial := readScale(t, l, base, first, n)
		if math.Abs(plain.InitialScale/initial-1) > 1e-5 {
			t.Errorf("%s: initial scale %v, want %v", plain.Net, plain.InitialScale, initial)
		}
		for letter, want := range map[string]float64{"r": 1, "i": initial} {
			r, err := l.Train(t.Context(), net(t, "B"+cut+"B"+letter))
			if err != nil {
				t.Fatal(err)
			}
			trained, err := l.Trained(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if got := readScale(t, l, r, trained.Weights, n); math.Abs(got/want-1) > 1e-3 {
				t.Errorf("%s: RMS %v at the cut, want %v", r.Net, got, want)
			}
			if r.Scale != plain.Scale || r.Rescale == 0 || r.Key == plain.Key {
				t.Errorf("%s: scale %v before (BnB's: %v), factor %v", r.Net, r.Scale, plain.Scale, r.Rescale)
			}
			if n == 4 && math.Abs(r.Scale*r.Rescale/want-1) > 1e-4 {
				t.Errorf("%s: %v times %v is not %v", r.Net, r.Scale, r.Rescale, want)
			}
		}
	}
}

// TestFreshPictures has base and BnBf share test pictures and no training picture.
func TestFreshPictures(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	if _, err := l.Train(t.Context(), net(t, "B3Bf")); err == nil || !strings.Contains(err.Error(), "-per-class") {
		t.Errorf("without a part for the base: %v, want an error that names -per-class", err)
	}
	cfg.PerClass = 6
	l = lab(t, cfg)
	fresh, err := l.Plan(t.Context(), net(t, "B3Bf"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := l.Plan(t.Context(), net(t, "B3B"))
	if err != nil {
		t.Fatal(err)
	}
	pictures := func(p *Plan, part dataset.Part, n int) (all []string) {
		for i := range n {
			pic, err := p.Task.Picture(part, i, nil)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(pic))
		}
		return all
	}
	of := pictures(fresh, dataset.Train, fresh.Task.NumTrain())
	seen := pictures(plain, dataset.Train, plain.Task.NumTrain())
	if len(of) != 12 || len(seen) != 12 {
		t.Fatalf("%d fresh pictures, %d of the base; want 12 of each", len(of), len(seen))
	}
	for _, pic := range of {
		if slices.Contains(seen, pic) {
			t.Error("a fresh picture is one of the base's")
		}
	}
	if !slices.Equal(
		pictures(fresh, dataset.Test, fresh.Task.NumTest()),
		pictures(plain, dataset.Test, plain.Task.NumTest()),
	) ||
		!slices.Equal(fresh.View.Mean, plain.View.Mean) {
		t.Error("BnBf is tested on other pictures than BnB, or has another mean image")
	}
	if r, err := l.Train(t.Context(), net(t, "B3Bf")); err != nil || !r.HasWeights() {
		t.Errorf("%+v, %v", r, err)
	}
	cfg.PerClass = 8
	if _, err := lab(t, cfg).Train(t.Context(), net(t, "B3Bf")); err == nil ||
		!strings.Contains(err.Error(), "want 16") {
		t.Errorf("8 of 12 pictures a class for the base: %v, want an error that says how many there have to be", err)
	}
}

// TestStoppedAtTheBasesLoss gives the base any loss: one that is reached at the first look, and one that never is.
func TestStoppedAtTheBasesLoss(t *testing.T) {
	for _, c := range []struct {
		loss  float64
		steps int
	}{{100, 10}, {1e-9, 40}} {
		cfg := tiny(t)
		cfg.Recipe = cfg.Recipe.WithSteps(40)
		l := lab(t, cfg)
		run := l.run
		l.run = func(ctx context.Context, w *slot, p *Plan, donor *donated, k *keeper) (*outcome, error) {
			if donor != nil {
				donor.loss = c.loss
			}
			return run(ctx, w, p, donor, k)
		}
		r, err := l.Train(t.Context(), net(t, "B3Bs"))
		if err != nil {
			t.Fatal(err)
		}
		if r.Steps != c.steps || r.Images != c.steps*8 || r.CleanTested != 24 || !(r.TrainLoss > 0) {
			t.Errorf("a base of loss %v: %d steps, %d images, training loss %v, %d pictures on a clean pass; want "+
				"%d steps", c.loss, r.Steps, r.Images, r.TrainLoss, r.CleanTested, c.steps)
		}
	}
}

// TestSecondTraining has experiments that differ in the second training share base nets and nothing else.
func TestSecondTraining(t *testing.T) {
	cfg := tiny(t)
	one := lab(t, cfg)
	cfg.Recipe.Second = &Second{Rate: 0.001, Steps: 9}
	two := lab(t, cfg)
	if one.Experiment() == two.Experiment() {
		t.Error("two recipes, one experiment")
	}
	for name, same := range map[string]bool{"baseA": true, "baseB2x": true, "B3B": false, "A3B+": false, "R3B": false,
		"baseB+": false} {
		p, err := one.Plan(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		q, err := two.Plan(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if same != (p.Key == q.Key) {
			t.Errorf("%s: keys are equal: %v, want %v", name, p.Key == q.Key, same)
		}
		switch {
		case name == "baseB2x" && q.Recipe.Steps != 12:
			t.Errorf("%s takes %d steps, want 12", name, q.Recipe.Steps)
		case !same && (q.Recipe.Steps != 9 || q.Recipe.Rate.Base != 0.001 || q.Recipe.Rate.Max != 9):
			t.Errorf("%s: recipe %+v, want 9 steps at 0.001", name, q.Recipe)
		}
	}
	cfg.Recipe.Second.Rate = math.NaN()
	if _, err := NewLab(cfg); err == nil || !strings.Contains(err.Error(), "second training") {
		t.Errorf("a rate that is no number: %v", err)
	}
}

// TestControlsGoOn stops every control half-way: it goes on to the same result and weights, bit for bit.
func TestControlsGoOn(t *testing.T) {
	for _, name := range []string{"B4Br", "B2Bi", "B3Bs", "B3Bf", "baseB2x"} {
		plain := resumed(t, "go", t.TempDir())
		plain.PerClass = 6
		want, err := lab(t, plain).Train(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		cfg := resumed(t, "go", t.TempDir())
		cfg.PerClass, cfg.CheckpointSteps = 6, 1
		if base, ok := net(t, name).Parent(); ok {
			if _, err := lab(t, cfg).Train(t.Context(), base); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cfg.Progress = func(e Event) {
			if e.Step > 4 {
				cancel()
			}
		}
		if r, err := lab(t, cfg).Train(ctx, net(t, name)); err == nil {
			t.Fatalf("%s was not stopped: %+v", name, r)
		}
		cancel()
		cfg.Progress = nil
		r, err := lab(t, cfg).Train(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		log, err := cfg.Store.Log(r.Key)
		if files, gerr := cfg.Store.Get(r.Key, logFile); gerr == nil {
			log = files[logFile]
		}
		if err != nil || !strings.Contains(string(log), "goes on from step") {
			t.Errorf("%s: log %s, %v; want it to go on", name, log, err)
		}
		sameEntry(t, name, cfg.Store, plain.Store, want.Key)
	}
}
