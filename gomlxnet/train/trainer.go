package train

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Trainer holds one net of an arch on a backend and steps it. The compiled
// graphs depend on arch, batch, solver and cut alone, and are kept: a further
// net of the same shape is loaded into the same Trainer and compiles nothing.
// A Trainer is for one goroutine at a time; a [Trainer.Sibling] is for another.
type Trainer struct {
	*graphs
	devices []compute.DeviceNum
	values  map[string][]compute.Buffer // of all variables, by path: one a device, alike
	cut     arch.Cut
	loaded  bool
	ctx     context.Context // how long to wait for the compiler
}

// stepKey tells a trainer's graphs of training steps apart.
type stepKey struct {
	cut arch.Cut
	entry
	block int // nets in an execution of several steps; 0: an execution is one step of one net
}

// New makes a trainer for batches of the given size. The solver's
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
func New(backend compute.Backend, a arch.Arch, solver SGD, batch int, devices ...int) (*Trainer, error) {
	vars, err := a.Variables()
	if err != nil {
		return nil, err
	}
	dims, err := a.Dims()
	if err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("batch of %d images, want at least 1", batch)
	}
	g := &graphs{backend: backend, arch: a, vars: vars, dims: dims, solver: solver, batch: batch,
		programs: map[any]*program{}, users: 1}
	at, err := devicesOf(backend, devices)
	if err != nil {
		return nil, err
	}
	if batch%len(at) != 0 {
		return nil, fmt.Errorf("batch of %d images on %d devices: want a multiple of %d", batch, len(at), len(at))
	}
	if len(at) > 1 {
		if g.shards, err = newSharding(at); err != nil {
			return nil, err
		}
	}
	return newTrainer(g, at), nil
}

// Sibling is a Trainer of the same arch, solver and batch on a device of its own choice, without a net. It
// shares t's compiled graphs, so that one that both need is compiled once, and may be used in another goroutine while t
// is. On different devices the two compute at the same time; on one, XLA has them take turns. A net on several devices
// has no siblings.
func (t *Trainer) Sibling(device int) (*Trainer, error) {
	if t.shards != nil {
		return nil, fmt.Errorf("trainer of %s: a net on %d devices has no siblings", t.arch.Name, len(t.devices))
	}
	at, err := devicesOf(t.backend, []int{device})
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.users++
	return newTrainer(t.graphs, at), nil
}

// newTrainer is one without a net.
func newTrainer(g *graphs, devices []compute.DeviceNum) *Trainer {
	return &Trainer{graphs: g, devices: devices, values: map[string][]compute.Buffer{}, ctx: context.Background()}
}

// Load makes w the trainer's net, cut as given, with fresh momentum.
func (t *Trainer) Load(w arch.Weights, cut arch.Cut) error {
	if err := cut.Check(t.arch); err != nil {
		return err
	}
	if err := t.arch.Check(w); err != nil {
		return err
	}
	for _, v := range t.vars {
		if err := t.set(v, w[v.Path].Data); err != nil {
			return err
		}
	}
	t.cut, t.loaded = cut, true
	return t.SetMomentum(nil)
}

// Recut freezes other layers of the net from the next step on. Weights and momentum stay as they are; what was frozen
// has none.
func (t *Trainer) Recut(cut arch.Cut) error {
	if !t.loaded {
		return t.errNoNet()
	}
	if err := cut.Check(t.arch); err != nil {
		return err
	}
	t.cut = cut
	return nil
}

// set gives a variable its value on all devices.
func (t *Trainer) set(v arch.Variable, data []float32) error {
	if err := finalize(t.values[v.Path]); err != nil {
		return fmt.Errorf("variable %s: %w", v.Path, err)
	}
	buffers := make([]compute.Buffer, len(t.devices))
	for i, d := range t.devices {
		var err error
		shape := shapes.Make(dtypes.Float32, v.Shape...)
		if buffers[i], err = t.backend.BufferFromFlatData(d, data, shape); err != nil {
			return fmt.Errorf("variable %s to device %d: %w", v.Path, d, err)
		}
	}
	t.values[v.Path] = buffers
	return nil
}

// step takes the one step of a block.
func (t *Trainer) step(b given) (float64, error) {
	p, err := t.stepProgram(b.entry)
	if err != nil {
		return 0, err
	}
	if err := t.set(rateVariable, []float32{float32(b.Rates[0])}); err != nil {
		return 0, err
	}
	state := op.DropoutState(b.Seed, b.Iteration)
	batch := append(b.arrays(t.batch), input{b.Labels, []int{t.batch}})
	out, err := execute([]*Trainer{t}, p, batch, append([]input{{state[:], []int{len(state)}}}, b.preprocess()...))
	if err != nil {
		return 0, fmt.Errorf("training step of %s, cut %v: %w", t.arch.Name, t.cut, err)
	}
	loss, err := scalar[float32](out[0])
	return float64(loss), errors.Join(err, finalize(out))
}

// Eval tests on one batch without dropout. Images with label -1 are padding.
// It returns the number classified correctly and the sum of the losses.
func (t *Trainer) Eval(images []float32, labels []int32) (correct int, lossSum float64, err error) {
	if len(labels) != t.batch {
		return 0, 0, fmt.Errorf("batch of %d labels, want %d", len(labels), t.batch)
	}
	out, err := t.forward("testing", t.evalGraph, images, t.arch.Input(), input{labels, []int{t.batch}})
	if err != nil {
		return 0, 0, err
	}
	right, err := scalar[int32](out[0])
	sum, serr := scalar[float32](out[1])
	return int(right), float64(sum), errors.Join(err, serr, finalize(out))
}

// forward runs a graph that changes nothing on a batch of values, of dims each, and what else is divided between the
// devices. What it does, for messages, is the key of its program, too.
func (t *Trainer) forward(
	what string, graph graphFn, values []float32, dims op.Dims, more ...input,
) ([]compute.Buffer, error) {
	if !t.loaded {
		return nil, t.errNoNet()
	}
	shape := dims.Shape(t.batch)
	if len(values) != t.batch*dims.Values() {
		want := strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "·")
		return nil, fmt.Errorf("%s %s: batch of %d values, want %s", what, t.arch.Name, len(values), want)
	}
	batch := append([]input{{values, shape}}, more...)
	p, err := t.program(what, 1, len(batch), graph)
	if err != nil {
		return nil, err
	}
	out, err := execute([]*Trainer{t}, p, batch, nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", what, t.arch.Name, err)
	}
	return out, nil
}

// Weights copies the net's weights to the host.
func (t *Trainer) Weights() (arch.Weights, error) {
	return t.read(func(path string) string { return path })
}

// Momentum copies the solver's velocities to the host, by the path of the
// variable; those of frozen variables are zero, and statistics have none.
func (t *Trainer) Momentum() (arch.Weights, error) { return t.read(momentumPath) }

// SetMomentum restores velocities; those absent become zero.
func (t *Trainer) SetMomentum(m arch.Weights) error {
	for _, v := range t.vars {
		if v.Role != op.Learned {
			continue
		}
		data := make([]float32, v.Size())
		if given, ok := m[v.Path]; ok {
			if len(given.Data) != len(data) {
				return fmt.Errorf("momentum of %s has %d values, want %d", v.Path, len(given.Data), len(data))
			}
			copy(data, given.Data)
		}
		if err := t.set(velocityOf(v), data); err != nil {
			return err
		}
	}
	return nil
}

// read copies the variables that are at(path of a net's variable) to the host.
func (t *Trainer) read(at func(path string) string) (arch.Weights, error) {
	if !t.loaded {
		return nil, t.errNoNet()
	}
	w := make(arch.Weights, len(t.vars))
	for _, v := range t.vars {
		if v.Role == op.Statistic && at(v.Path) != v.Path {
			continue // it has no velocity
		}
		data, err := flat[float32](t.values[at(v.Path)][0], v.Size())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at(v.Path), err)
		}
		w[v.Path] = arch.Tensor{Shape: v.Shape, Data: data}
	}
	return w, nil
}

// errNoNet says that no net is loaded, or that an execution failed and took it away.
func (t *Trainer) errNoNet() error { return fmt.Errorf("trainer of %s: no net is loaded", t.arch.Name) }

// Close frees the net and, where no sibling is left, the compiled graphs.
func (t *Trainer) Close() {
	for _, buffers := range t.values {
		_ = finalize(buffers) // those of a backend that is closed are gone
	}
	clear(t.values)
	t.loaded = false
	t.release()
}

// stepProgram is that of a step on batches that enter as e says.
func (t *Trainer) stepProgram(e entry) (*program, error) {
	cut, d := t.cut.Learning(), e.divided()
	return t.program(stepKey{cut, e, 0}, 1, d+1, func(vars *variables, in []*Node) []*Node {
		r := vars.run()
		r.Cut, r.From, r.RNGs = cut, e.from, in[d+1:d+2]
		x := e.enter(in[:d], in[d+2:], dtypes.Float32)
		loss := t.lossesGraph(r, []*Node{x}, in[d:d+1])
		t.learnGraph(r, loss, []*Node{vars.value(0, rateVariable)})
		return []*Node{loss}
	})
}

// blockProgram is that of a block of steps, of several nets.
func (t *Trainer) blockProgram(e entry, nets int) (*program, error) {
	cut := t.cut.Learning()
	return t.program(stepKey{cut, e, nets}, nets, 0, func(vars *variables, in []*Node) []*Node {
		return t.blockGraph(vars, in, cut, e)
	})
}

// evalGraph is that of a test: how many images are classified correctly, and the sum of the losses.
func (t *graphs) evalGraph(vars *variables, in []*Node) []*Node {
	images, labels := in[0], in[1]
	layers := t.arch.Graph(images, vars.run())
	logits := layers[len(layers)-1]
	given := GreaterOrEqual(labels, ZerosLike(labels))
	loss := op.CrossEntropy(logits, labels)
	right := LogicalAnd(given, Equal(ArgMax(logits, -1, dtypes.Int32), labels))
	return []*Node{ReduceAllSum(ConvertDType(right, dtypes.Int32)), ReduceAllSum(Where(given, loss, ZerosLike(loss)))}
}
