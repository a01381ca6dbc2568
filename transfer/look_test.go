package transfer

import (
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/inspect"
)

// A net that is looked into is the one in the store, on its own task, shown what it was trained on; run forward it is
// right as often as its result says.
func TestTrainedIsTheNetInTheStore(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	r, err := l.Train(t.Context(), net(t, "A3B"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Trained(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := weightsOf(t, cfg.Store, r); got.Weights.Digest() != want.Digest() {
		t.Error("other weights than the store's")
	}
	source, err := l.Task(t.Context(), "0", A)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.View.Mean, source.Mean()) {
		t.Error("it is not shown pictures less the mean of the task its layers come from")
	}
	if target, err := l.Task(t.Context(), "0", B); err != nil || target != got.Task {
		t.Errorf("its task is %s, want %s (%v)", got.Task.Name(), target.Name(), err)
	}
	read, err := inspect.NewReader(cfg.Backend, got.Arch, got.Weights, got.Recipe.Batch, 7)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	correct := 0
	for b, err := range got.Task.Test(t.Context(), got.Recipe.Batch, got.View) {
		if err != nil {
			t.Fatal(err)
		}
		out, err := read.Read(b.Images)
		if err != nil {
			t.Fatal(err)
		}
		for i, label := range b.Labels {
			row := out[0].Data[i*r.Classes : (i+1)*r.Classes]
			if label >= 0 && slices.Index(row, slices.Max(row)) == int(label) {
				correct++
			}
		}
	}
	if correct != r.Correct {
		t.Errorf("%d right, the result says %d of %d", correct, r.Correct, r.Tested)
	}
}

// What cannot be looked into is refused in one sentence that names the net and why.
func TestTrainedRefuses(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	r, err := l.Train(t.Context(), net(t, "B2B"))
	if err != nil {
		t.Fatal(err)
	}
	diverged, blocked, other, gone := r, r, r, r
	diverged.Status, diverged.Reason = Diverged, "the loss is NaN at step 3"
	blocked.Status, blocked.Reason = Blocked, "its parent 0/baseB diverged"
	other.Key = strings.Repeat("0", 64)
	gone.Net = net(t, "B3B")
	p, err := l.Plan(t.Context(), gone.Net)
	if err != nil {
		t.Fatal(err)
	}
	gone.Key = p.Key
	refused := func(r Result, want string) {
		t.Helper()
		_, err := l.Trained(t.Context(), r)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %s: %v, want a sentence with %q", r.Net, r.Status, err, want)
		}
	}
	refused(diverged, `net 0/B2B has no weights to look at, its status is "diverged": the loss is NaN at step 3`)
	refused(blocked, `net 0/B2B has no weights to look at, its status is "blocked": its parent 0/baseB diverged`)
	refused(other, "net 0/B2B is not of this experiment")
	refused(gone, "net 0/B3B is not in the store")
	if _, _, err := Prune(cfg.Store); err != nil {
		t.Fatal(err)
	}
	refused(r, "the weights of net 0/B2B were not kept")
	notTrained := r
	notTrained.Status = NotTrained // it has weights, however little it learned
	refused(notTrained, "were not kept")
	if _, err := l.Task(t.Context(), "0", Whole); err == nil {
		t.Error("all classes are a half of split 0")
	}
	if whole, err := l.Task(t.Context(), WholeSplit, Whole); err != nil ||
		whole.NumClasses() != len(cfg.Source.Classes()) {
		t.Errorf("all classes: %v", err)
	}
	if _, err := l.Task(t.Context(), "nosuch", A); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("a split that is none: %v", err)
	}
}
