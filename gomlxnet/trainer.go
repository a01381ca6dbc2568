package gomlxnet

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/pkg/errors"
)

// Trainer holds one net of an arch on a backend and steps it. The compiled
// graphs depend on arch, batch, solver and cut alone, and are kept: a further
// net of the same shape is loaded into the same Trainer and compiles nothing.
// A Trainer is for one goroutine at a time.
type Trainer struct {
	placement
	arch     Arch
	vars     []Variable
	solver   SGD
	batch    int
	store    *model.Store
	steps    map[stepKey]*model.Exec
	eval     *model.Exec
	prefixes map[int]*model.Exec // by the number of layers, see Prefix
	cut      Cut
	loaded   bool
}

// stepKey tells a trainer's graphs of training steps apart.
type stepKey struct {
	cut   Cut
	from  int  // the first layer computed: 0, or that above the settled ones
	block bool // several steps an execution
}

// NewTrainer makes a trainer for batches of the given size. The solver's
// multipliers are those of the arch. Nothing is compiled before the first step.
//
// The net is on the backend's first device, or on those that are named: on
// another one it comes to the same bits. Several hold the net alike and take an
// equal part of each batch, which has to be a multiple of their number. Loss,
// gradients and dropout's masks are those of the whole batch; their sums are
// rounded in another order, so that losses differ from those of one device by
// some 1e-7 of their size in the first steps, and later as those of any two
// orders of summation do. On one number of devices all bits repeat on a CPU,
// whichever devices they are.
func NewTrainer(backend compute.Backend, arch Arch, solver SGD, batch int, devices ...int) (*Trainer, error) {
	vars, err := arch.Variables()
	if err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("batch of %d images, want at least 1", batch)
	}
	at, err := newPlacement(backend, devices)
	if err != nil {
		return nil, err
	}
	if batch%len(at.devices) != 0 {
		return nil, fmt.Errorf("batch of %d images on %d devices: want a multiple of %d", batch, len(at.devices), len(at.devices))
	}
	solver.Params = make(map[string]Param, len(vars))
	for _, v := range vars {
		solver.Params[v.Path] = v.Param
	}
	t := &Trainer{placement: at, arch: arch, vars: vars, solver: solver, batch: batch,
		store: model.NewStore(), steps: make(map[stepKey]*model.Exec), prefixes: make(map[int]*model.Exec)}
	if t.eval, err = model.NewExec(backend, t.store, t.evalGraph); err != nil {
		return nil, err
	}
	t.place(t.eval, 2, 0)
	return t, nil
}

// Load makes w the trainer's net, cut as given, with fresh momentum.
func (t *Trainer) Load(w Weights, cut Cut) error {
	if err := cut.Check(t.arch); err != nil {
		return err
	}
	if err := t.arch.Check(w); err != nil {
		return err
	}
	for _, v := range t.vars {
		if err := t.set(v.Path, tensors.FromFlatDataAndDimensions(w[v.Path].Data, v.Shape...)); err != nil {
			return err
		}
	}
	t.cut, t.loaded = cut, true
	return t.SetMomentum(nil)
}

// set gives a variable its value, making the variable if needed.
func (t *Trainer) set(path string, value *tensors.Tensor) error {
	if mv := t.store.GetVariable(path); mv != nil {
		return mv.SetValue(value)
	}
	mv, err := t.store.CreateVariable(path, value)
	if err != nil {
		return errors.WithMessagef(err, "variable %s", path)
	}
	mv.SetTrainable(false)
	return nil
}

// Step trains on one batch, images [batch, size, size, channels] and labels
// [batch] in 0..classes-1, at the given rate. The masks of dropout are a pure
// function of seed and iteration. It returns the mean loss before the update.
func (t *Trainer) Step(images []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	return t.step(0, t.imagesShape(), images, labels, rate, seed, iteration)
}

// step is a training step on values that enter at layer from.
func (t *Trainer) step(from int, shape []int, values []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	exec, err := t.stepExec(from, false)
	if err != nil {
		return 0, err
	}
	state := dropoutState(seed, iteration)
	args, err := t.batches(values, shape, given(labels), func() *tensors.Tensor { return tensors.FromFlatDataAndDimensions(state[:], len(state)) })
	if err != nil {
		return 0, err
	}
	rateVar := t.solver.RateVar(t.store.RootScope())
	if err := rateVar.SetValue(tensors.FromScalar(float32(rate))); err != nil {
		return 0, errors.WithMessage(err, "setting the rate")
	}
	out, err := exec.Call(args...)
	if err != nil {
		return 0, errors.WithMessagef(err, "training step of %s, cut %+v", t.arch.Name, t.cut)
	}
	defer finalize(out)
	return float64(tensors.ToScalar[float32](out[0])), nil
}

// Eval tests on one batch without dropout. Images with label -1 are padding.
// It returns the number classified correctly and the sum of the losses.
func (t *Trainer) Eval(images []float32, labels []int32) (correct int, lossSum float64, err error) {
	args, err := t.batches(images, t.imagesShape(), given(labels), nil)
	if err != nil {
		return 0, 0, err
	}
	out, err := t.eval.Call(args...)
	if err != nil {
		return 0, 0, errors.WithMessagef(err, "testing %s", t.arch.Name)
	}
	defer finalize(out)
	return int(tensors.ToScalar[int32](out[0])), float64(tensors.ToScalar[float32](out[1])), nil
}

// Weights copies the net's weights to the host.
func (t *Trainer) Weights() (Weights, error) { return t.read("") }

// Momentum copies the solver's velocities to the host, by the path of the
// variable; those of frozen variables are zero.
func (t *Trainer) Momentum() (Weights, error) { return t.read("/" + solverScope + "/momentum") }

// SetMomentum restores velocities; those absent become zero.
func (t *Trainer) SetMomentum(m Weights) error {
	for _, v := range t.vars {
		data := make([]float32, v.Size())
		if given, ok := m[v.Path]; ok {
			if len(given.Data) != len(data) {
				return fmt.Errorf("momentum of %s has %d values, want %d", v.Path, len(given.Data), len(data))
			}
			copy(data, given.Data)
		}
		if err := t.set("/"+solverScope+"/momentum"+v.Path, tensors.FromFlatDataAndDimensions(data, v.Shape...)); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) read(prefix string) (Weights, error) {
	w := make(Weights, len(t.vars))
	for _, v := range t.vars {
		mv := t.store.GetVariable(prefix + v.Path)
		if mv == nil || !mv.HasValue() {
			return nil, fmt.Errorf("reading %s: no net is loaded", prefix+v.Path)
		}
		value, err := mv.Value()
		if err != nil {
			return nil, err
		}
		data, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return nil, errors.WithMessagef(err, "reading %s", prefix+v.Path)
		}
		w[v.Path] = Tensor{Shape: v.Shape, Data: data}
	}
	return w, nil
}

// Close frees the compiled graphs and the net.
func (t *Trainer) Close() {
	for _, e := range t.steps {
		e.Finalize()
	}
	for _, e := range t.prefixes {
		e.Finalize()
	}
	t.eval.Finalize()
	t.store.Finalize()
}

func finalize(out []*tensors.Tensor) {
	for _, o := range out {
		o.MustFinalizeAll()
	}
}

// imagesShape is a batch of images.
func (t *Trainer) imagesShape() []int {
	return []int{t.batch, t.arch.Size, t.arch.Size, t.arch.Channels}
}

// given is labels, and for nil none, which are too few.
func given(labels []int32) []int32 {
	if labels == nil {
		return []int32{}
	}
	return labels
}

// batches are the arguments of a call: for each device its part of the batch, values of a shape
// with labels or, where they are nil, without; and, where rng is given, the random state of the whole batch.
func (t *Trainer) batches(values []float32, shape []int, labels []int32, rng func() *tensors.Tensor) ([]any, error) {
	a := t.arch
	if !t.loaded { // the graphs would run, on initial values of the library's choosing
		return nil, fmt.Errorf("trainer of %s: no net is loaded", a.Name)
	}
	size := product(shape)
	if labels != nil && len(labels) != t.batch || len(values) != size {
		dims := strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "·")
		return nil, fmt.Errorf("batch of %d labels and %d values, want %d and %s", len(labels), len(values), t.batch, dims)
	}
	part, each := t.batch/len(t.devices), len(values)/len(t.devices)
	dims := append([]int{part}, shape[1:]...)
	return t.args(func(i int) []*tensors.Tensor {
		in := []*tensors.Tensor{
			tensors.FromFlatDataAndDimensions(values[i*each:(i+1)*each], dims...),
		}
		if labels != nil {
			in = append(in, tensors.FromFlatDataAndDimensions(labels[i*part:(i+1)*part], part))
		}
		if rng != nil {
			in = append(in, rng())
		}
		return in
	})
}

// stepExec is the graph of a step, or of a block of them, on values that enter at layer from.
func (t *Trainer) stepExec(from int, block bool) (*model.Exec, error) {
	cut := t.cut
	if !cut.Frozen || cut.N == 0 {
		cut = Cut{} // a fine-tuned net trains as a base net does: one graph for both
	}
	key := stepKey{cut, from, block}
	if e := t.steps[key]; e != nil {
		return e, nil
	}
	var e *model.Exec
	var err error
	if block {
		e, err = model.NewExec(t.backend, t.store, func(scope *model.Scope, in []*Node) []*Node { return t.blockGraph(scope, in, cut, from) })
	} else {
		e, err = model.NewExec(t.backend, t.store, func(scope *model.Scope, x, labels, rng *Node) *Node {
			return t.stepGraph(scope, x, labels, rng, cut, from)
		})
	}
	if err != nil {
		return nil, err
	}
	if block {
		t.place(e, 0, 5)
	} else {
		t.place(e, 2, 1)
	}
	t.steps[key] = e
	return e, nil
}

// stepGraph updates what learns, and returns the mean loss before that.
func (t *Trainer) stepGraph(scope *model.Scope, x, labels, rng *Node, cut Cut, from int) *Node {
	layers := t.arch.layersGraph(scope, x, rng, cut, from, len(t.arch.Layers))
	loss := ReduceAllMean(crossEntropy(layers[len(layers)-1], labels))
	t.solver.UpdateGraph(scope, x.Graph(), loss)
	return loss
}

func (t *Trainer) evalGraph(scope *model.Scope, images, labels *Node) (*Node, *Node) {
	logits, _ := t.arch.Graph(scope, images, nil, Cut{})
	given := GreaterOrEqual(labels, ZerosLike(labels))
	loss := crossEntropy(logits, labels)
	right := LogicalAnd(given, Equal(ArgMax(logits, -1, dtypes.Int32), labels))
	return ReduceAllSum(ConvertDType(right, dtypes.Int32)), ReduceAllSum(Where(given, loss, ZerosLike(loss)))
}

// crossEntropy is -log softmax(logits)[label] per image: logits [batch,
// classes], labels [batch]; a label outside the classes gives 0.
func crossEntropy(logits, labels *Node) *Node {
	hot := OneHot(labels, logits.Shape().Dim(-1), logits.DType())
	return Neg(ReduceSum(Mul(hot, LogSoftmax(logits, -1)), -1))
}

// dropoutState derives the state of the graph's generator from seed and
// iteration alone, so that a resumed net draws the masks it would have drawn.
func dropoutState(seed uint64, iteration int) [3]uint64 {
	var k [32]byte
	binary.BigEndian.PutUint64(k[:], seed)
	binary.BigEndian.PutUint64(k[8:], uint64(iteration))
	rng := rand.NewChaCha8(k)
	return [3]uint64{rng.Uint64(), rng.Uint64(), rng.Uint64()}
}
