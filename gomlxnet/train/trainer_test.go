package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

const tinyBatchSize = 4

func newTiny(t testing.TB, backend compute.Backend, dropout float64) *Trainer {
	t.Helper()
	trainer, err := New(backend, nettest.Tiny(4, dropout), SGD{Momentum: 0.9, Decay: 0.0005}, tinyBatchSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	return trainer
}

// trainSteps loads w and trains on batches from..to-1; it returns the weights.
func trainSteps(t testing.TB, trainer *Trainer, w arch.Weights, cut arch.Cut, from, to int) arch.Weights {
	t.Helper()
	if err := trainer.Load(w, cut); err != nil {
		t.Fatal(err)
	}
	return moreSteps(t, trainer, from, to)
}

func moreSteps(t testing.TB, trainer *Trainer, from, to int) arch.Weights {
	t.Helper()
	for i := from; i < to; i++ {
		images, labels := nettest.Batch(trainer.arch, trainer.batch, uint64(i))
		if _, err := trainer.Step(images, labels, 0.05, 9, i); err != nil {
			t.Fatal(err)
		}
	}
	w, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// What a trainer promises, on one pair of trainers a backend: XLA takes seconds
// for each graph, so the parts share them.
func TestTrainer(t *testing.T) {
	t.Parallel() // with TestTorchTwin: both wait for XLA's compiler
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		used, fresh := newTiny(t, backend, 0.5), newTiny(t, backend, 0.5)
		t.Run("frozen stays frozen", func(t *testing.T) { frozenStaysFrozen(t, used) })
		cuts := []arch.Cut{{N: 3, Frozen: true}, {N: 3, Frozen: false}}
		if backend.Name() == xla.BackendName {
			cuts = cuts[:1] // a graph less to compile
		}
		t.Run("reusable", func(t *testing.T) { reusable(t, used, fresh, cuts) })
		t.Run("resumes", func(t *testing.T) { resumes(t, used, fresh, cuts) })
		t.Run("tests", func(t *testing.T) { evaluates(t, used) })
		t.Run("NaN reaches the loss", func(t *testing.T) { nanReachesTheLoss(t, used) })
	})
}

// For every n: layers 1..n are bit-equal after training and their velocity is
// 0; every layer above has moved. The same cut learning moves them all.
func frozenStaysFrozen(t *testing.T, trainer *Trainer) {
	a := trainer.arch
	vars, _ := a.Variables()
	start := nettest.Init(t, a, 1)
	for n := range a.Cuts() + 1 {
		for _, cut := range []arch.Cut{{N: n, Frozen: true}, {N: n, Frozen: false}} {
			after := trainSteps(t, trainer, start, cut, 0, 3)
			was, err := a.PrefixDigest(start, n)
			if err != nil {
				t.Fatal(err)
			}
			is, err := a.PrefixDigest(after, n)
			if err != nil {
				t.Fatal(err)
			}
			if still := cut.Frozen || n == 0; (was == is) != still {
				t.Errorf("%+v: the prefix is bit-equal: %v, want %v", cut, was == is, still)
			}
			momentum, err := trainer.Momentum()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range vars {
				frozen := cut.Frozen && v.Layer < n
				if moved := !nettest.EqualBits(start[v.Path], after[v.Path]); moved == frozen {
					t.Errorf("%+v: %s moved: %v", cut, v.Path, moved)
				}
				if frozen && slices.ContainsFunc(momentum[v.Path].Data, func(x float32) bool { return x != 0 }) {
					t.Errorf("%+v: %s is frozen and has a velocity", cut, v.Path)
				}
			}
		}
	}
	// n = 0 of either kind and all cuts that learn share one graph.
	steps := 0
	for key := range trainer.programs {
		if _, ok := key.(stepKey); ok {
			steps++
		}
	}
	if steps != 1+a.Cuts() {
		t.Errorf("%d graphs compiled, want 1 for nets that learn whole and %d frozen cuts", steps, a.Cuts())
	}
}

// A net trained in a Trainer that trained others before, under other cuts and
// with momentum left over, is bit-equal to one trained in a fresh Trainer; so
// are two runs with dropout.
func reusable(t *testing.T, used, fresh *Trainer, cuts []arch.Cut) {
	a := used.arch
	second := nettest.Init(t, a, 2)
	for _, cut := range cuts {
		trainSteps(t, used, nettest.Init(t, a, 1), arch.Cut{}, 0, 2)
		want := trainSteps(t, fresh, second, cut, 5, 9).Digest()
		if got := trainSteps(t, used, second, cut, 5, 9).Digest(); got != want {
			t.Errorf("%+v: a used trainer gives another net than a fresh one", cut)
		}
		if got := trainSteps(t, used, second, cut, 5, 9).Digest(); got != want {
			t.Errorf("%+v: the second of two runs gives another net", cut)
		}
	}
	if nettest.Init(t, a, 2).Digest() != second.Digest() {
		t.Error("training changed the weights it was given")
	}
}

// Six steps at once and three, saved, loaded into another Trainer, and three
// more give the same bits; without the momentum they do not.
func resumes(t *testing.T, one, two *Trainer, cuts []arch.Cut) {
	start := nettest.Init(t, one.arch, 1)
	for _, cut := range cuts {
		whole := trainSteps(t, one, start, cut, 0, 6).Digest()
		saved := trainSteps(t, one, start, cut, 0, 3)
		momentum, err := one.Momentum()
		if err != nil {
			t.Fatal(err)
		}
		if err := two.Load(saved, cut); err != nil {
			t.Fatal(err)
		}
		if err := two.SetMomentum(momentum); err != nil {
			t.Fatal(err)
		}
		if moreSteps(t, two, 3, 6).Digest() != whole {
			t.Errorf("%+v: the resumed net is another one", cut)
		}
		if trainSteps(t, two, saved, cut, 3, 6).Digest() == whole {
			t.Errorf("%+v: momentum makes no difference: the test compares nothing", cut)
		}
	}
}

// Two runs come to the same bits where XLA divides its work between threads,
// which it does not for the tiny nets of the other tests: Mini as it is trained.
func TestThreadsChangeNothing(t *testing.T) {
	a := nets.Mini(10, nets.MiniOptions{})
	trainer, err := New(optest.Open(t, "xla:cpu"), a, SGD{Momentum: 0.9, Decay: 0.0005}, 128)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	start := nettest.Init(t, a, 1)
	first := trainSteps(t, trainer, start, arch.Cut{}, 0, 6).Digest()
	if first == start.Digest() {
		t.Fatal("six steps changed nothing")
	}
	if trainSteps(t, trainer, start, arch.Cut{}, 0, 6).Digest() != first {
		t.Error("two runs of six steps give two nets")
	}
}

// Eval against a batch counted by hand, with padding, and without dropout.
func evaluates(t *testing.T, trainer *Trainer) {
	a := trainer.arch
	w := nettest.Init(t, a, 1)
	// A last layer of zero weights gives its biases as logits, for any image.
	clear(w["/net/fc8/weights"].Data)
	logits := []float64{0.5, 2, -1, 1}
	sum := 0.0
	for i, x := range logits {
		w["/net/fc8/biases"].Data[i] = float32(x)
		sum += math.Exp(x)
	}
	if err := trainer.Load(w, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	images, _ := nettest.Batch(a, tinyBatchSize, 1)
	for _, c := range []struct {
		labels  []int32
		correct int
	}{{[]int32{1, 1, 0, 3}, 2}, {[]int32{0, 2, 3, 0}, 0}, {[]int32{1, 2, -1, -1}, 1}, {[]int32{-1, -1, -1, -1}, 0}} {
		correct, loss, err := trainer.Eval(images, c.labels)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for _, l := range c.labels {
			if l >= 0 {
				want += math.Log(sum) - logits[l]
			}
		}
		if correct != c.correct || math.Abs(loss-want) > 1e-5 {
			t.Errorf("labels %v: %d right, loss %v, want %d and %v", c.labels, correct, loss, c.correct, want)
		}
	}
}

// A net that diverged must not look like one that learns: whether the NaN comes
// with the images or sits in any variable, it is in the loss.
func nanReachesTheLoss(t *testing.T, trainer *Trainer) {
	a := trainer.arch
	images, labels := nettest.Batch(a, tinyBatchSize, 1)
	step := func(what string, w arch.Weights, images []float32) {
		t.Helper()
		if err := trainer.Load(w, arch.Cut{}); err != nil {
			t.Fatal(err)
		}
		loss, err := trainer.Step(images, labels, 0.1, 1, 0)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !math.IsNaN(loss) && !math.IsInf(loss, 0) {
			t.Errorf("%s: loss %v, want one that is not finite", what, loss)
		}
		after, err := trainer.Weights()
		if err != nil {
			t.Fatal(err)
		}
		if after.Finite() {
			t.Errorf("%s: all weights are finite after the step", what)
		}
	}
	bad := slices.Clone(images)
	for i := range a.Size * a.Size * a.Channels {
		bad[i] = float32(math.NaN())
	}
	step("one image of NaN", nettest.Init(t, a, 1), bad)
	vars, _ := a.Variables()
	for _, v := range vars {
		w := nettest.Init(t, a, 1)
		for i := range w[v.Path].Data {
			w[v.Path].Data[i] = float32(math.NaN())
		}
		step(v.Path+" of NaN", w, images)
	}
}

// A loss of training is the mean of what testing sums, where nothing drops.
func TestStepLossIsEvalLoss(t *testing.T) {
	trainer := newTiny(t, optest.Open(t, "go"), 0)
	if err := trainer.Load(nettest.Init(t, trainer.arch, 1), arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	images, labels := nettest.Batch(trainer.arch, tinyBatchSize, 1)
	_, sum, err := trainer.Eval(images, labels)
	if err != nil {
		t.Fatal(err)
	}
	loss, err := trainer.Step(images, labels, 0.1, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(loss-sum/tinyBatchSize) > 1e-6*loss {
		t.Errorf("loss of a step %v, of a test %v", loss, sum/tinyBatchSize)
	}
}

// The masks of dropout follow seed and iteration: another of either gives
// another net, and a net without dropout does not care.
func TestDropoutFollowsSeedAndIteration(t *testing.T) {
	backend := optest.Open(t, "go")
	for _, p := range []float64{0, 0.5} {
		trainer := newTiny(t, backend, p)
		start := nettest.Init(t, trainer.arch, 1)
		images, labels := nettest.Batch(trainer.arch, tinyBatchSize, 0)
		digest := func(seed uint64, iteration int) string {
			if err := trainer.Load(start, arch.Cut{}); err != nil {
				t.Fatal(err)
			}
			if _, err := trainer.Step(images, labels, 0.05, seed, iteration); err != nil {
				t.Fatal(err)
			}
			w, err := trainer.Weights()
			if err != nil {
				t.Fatal(err)
			}
			return w.Digest()
		}
		base := digest(1, 0)
		if digest(1, 0) != base {
			t.Errorf("dropout %v: one seed and iteration, two nets", p)
		}
		if (digest(2, 0) != base) != (p > 0) || (digest(1, 1) != base) != (p > 0) {
			t.Errorf("dropout %v: seed or iteration count: %v, %v", p, digest(2, 0) != base, digest(1, 1) != base)
		}
	}
}

// Dropout over a frozen layer stays live in training, as in the paper: at n = 7
// the new layer sees dropped fc7.
func TestDropoutOverFrozenLayers(t *testing.T) {
	trainer := newTiny(t, optest.Open(t, "go"), 0.5)
	start := nettest.Init(t, trainer.arch, 1)
	if err := trainer.Load(start, arch.Cut{N: 7, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	images, labels := nettest.Batch(trainer.arch, tinyBatchSize, 0)
	first, err := trainer.Step(images, labels, 1e-30, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := trainer.Step(images, labels, 1e-30, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Errorf("two iterations have the loss %v: no dropout", first)
	}
}

func TestTrainerErrors(t *testing.T) {
	backend := optest.Open(t, "go")
	a := nettest.Tiny(4, 0)
	trainer := newTiny(t, backend, 0)
	images, labels := nettest.Batch(a, tinyBatchSize, 0)
	check := func(what string, err error, parts ...string) {
		t.Helper()
		if err == nil {
			t.Errorf("%s: no error", what)
			return
		}
		for _, p := range parts {
			if !strings.Contains(err.Error(), p) {
				t.Errorf("%s: %q does not say %q", what, err, p)
			}
		}
	}
	_, err := trainer.Weights()
	check("weights before a net is loaded", err, "no net is loaded")
	_, err = trainer.Step(images, labels, 0.1, 1, 0)
	check("a step before a net is loaded", err, "no net is loaded")
	_, _, err = trainer.Eval(images, labels)
	check("a test before a net is loaded", err, "no net is loaded")

	w := nettest.Init(t, a, 1)
	check("cut too deep", trainer.Load(w, arch.Cut{N: 8}), "cut n = 8")
	other := nettest.Tiny(4, 0)
	nettest.Edit(&other, 3, func(c *op.Convolution) { c.Out = 10 })
	check("weights of another net", trainer.Load(nettest.Init(t, other, 1), arch.Cut{}), "/net/conv4/weights")
	if err := trainer.Load(w, arch.Cut{}); err != nil {
		t.Fatal(err)
	}
	_, err = trainer.Step(images, labels[1:], 0.1, 1, 0)
	check("a label too few", err, "3 labels", "and 4 each")
	_, err = trainer.Step(images[1:], labels, 0.1, 1, 0)
	check("a pixel too few", err, fmt.Sprint(len(images)-1), fmt.Sprint(len(images)))
	_, _, err = trainer.Eval(images[1:], labels)
	check("a pixel too few in a test", err, "4·16·16·3")
	one := arch.Weights{"/net/conv1/biases": {Shape: []int{1}, Data: []float32{1}}}
	check("momentum of another net", trainer.SetMomentum(one), "/net/conv1/biases")

	_, err = New(backend, a, SGD{}, 0)
	check("batch of 0", err, "batch of 0")
	a.Classes = 0
	_, err = New(backend, a, SGD{}, 4)
	check("no classes", err, "classes 0")

	after, err := trainer.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if after.Digest() != w.Digest() {
		t.Error("a step that failed changed the net")
	}
}
