package train

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// graphs are what nets of one arch, batch and solver compute by. They hold no
// net: several Trainers, each in a goroutine of its own, may use them at once (see [Trainer.Sibling]).
type graphs struct {
	backend compute.Backend
	shards  *sharding // nil: of nets on one device, whichever
	arch    arch.Arch
	vars    []arch.Variable  // of arch
	dims    []arch.BlockDims // of arch
	solver  SGD
	batch   int

	mu       sync.Mutex // guards what follows
	steps    map[stepKey]*program
	prefixes map[[2]int]*program // by the layers run: from that of the first number to that of the second
	eval     *program
	users    int // Trainers that are not closed
}

// program is a graph, compiled when it is first run. Given inputs and the values of
// the variables that it reads, it returns results, and new values of those that it changes.
type program struct {
	exec *Exec
	// The variables it reads, in the order of its parameters behind the inputs, and those it changes,
	// in that of its results behind those of the function. Known when the graph is made.
	reads, changes []variableOf
	donates        []bool      // of those it reads: that it changes them
	compiled       atomic.Bool // no need to wait for others
	making         sync.Mutex  // held while it is compiled
}

// variableOf is a variable of one of the nets of a program.
type variableOf struct {
	net  int
	path string
}

// programName is in the text of every program. It is the name that GoMLX made of the function in which programs were
// built when results were first kept: TestProgramsStay holds them to the letter, wherever that function moves.
const programName = "Exec:coadapt/gomlxnet.(*graphs).newProgram.func3"

// newProgram makes a program of a function of graphs of several nets. Its first inputs, as many as sharded says, are
// divided between the devices.
func (g *graphs) newProgram(
	nets, sharded, replicated int,
	f func(scope *model.Scope, in []*Node) []*Node,
) (*program, error) {
	// The store is that of this graph alone: it holds shapes, no values, so that no two graphs that are made at once
	// meet.
	store := model.NewStore()
	declare := func(path string, dims ...int) error {
		v := store.VariableWithShape(path, shapes.Make(dtypes.Float32, dims...), initializer.Zero).SetTrainable(false)
		if g.shards == nil {
			return nil
		}
		return v.SetShardingSpec(g.shards.whole)
	}
	variables := map[string]variableOf{} // by their path in the store
	for net := range nets {
		add := func(path string, dims ...int) error {
			variables[pathOf(path, net, nets)] = variableOf{net, path}
			return declare(pathOf(path, net, nets), dims...)
		}
		for _, v := range g.vars {
			err := add(v.Path, v.Shape...)
			if v.Role == op.Learned {
				err = errors.Join(err, add(momentumPath(v.Path), v.Shape...))
			}
			if err != nil {
				return nil, err
			}
		}
		if err := add(ratePath); err != nil {
			return nil, err
		}
	}
	p := new(program)
	var err error
	p.exec, err = NewExec(g.backend, func(in []*Node) []*Node {
		graph, inputs := in[0].Graph(), len(in)
		out := f(store.RootScope(), in)
		p.reads, p.changes, p.donates = nil, nil, nil
		for v := range store.IterVariables() {
			if v.ChangedInGraph(graph) {
				p.changes, out = append(p.changes, variables[v.Path()]), append(out, v.NodeValue(graph))
			}
		}
		for h := inputs; h < graph.NumParameters(); h++ {
			v := variables[graph.GetParameterByHandle(ParameterHandle(h)).GetParameterName()]
			p.reads, p.donates = append(p.reads, v), append(p.donates, slices.Contains(p.changes, v))
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	p.exec.WithName(programName)
	if g.shards != nil {
		g.shards.place(p.exec, sharded, replicated)
	}
	return p, nil
}

// pathOf is the path of a variable of a net, in the graph of several nets.
func pathOf(path string, net, nets int) string {
	if nets == 1 {
		return path
	}
	return fmt.Sprintf("/%d%s", net, path)
}

// programOf is the program that at holds under key, or make's, which it then holds.
func programOf[K comparable](g *graphs, at map[K]*program, key K, make func() (*program, error)) (*program, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := at[key]; p != nil {
		return p, nil
	}
	p, err := make()
	if err == nil {
		at[key] = p
	}
	return p, err
}

// release frees the graphs when no Trainer uses them any more.
func (g *graphs) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.users--; g.users > 0 {
		return
	}
	for _, p := range g.steps {
		p.free()
	}
	for _, p := range g.prefixes {
		p.free()
	}
	g.eval.free()
}

// input is an array from the host: a flat slice of float32, int32, uint64 or uint8, and its axes.
type input struct {
	flat any
	dims []int
}

func (in input) shape() shapes.Shape {
	dtype := dtypes.Float32
	switch in.flat.(type) {
	case []int32:
		dtype = dtypes.Int32
	case []uint64:
		dtype = dtypes.Uint64
	case []uint8:
		dtype = dtypes.Uint8
	}
	return shapes.Make(dtype, in.dims...)
}

// part is one of n equal parts of the array, along its first axis.
func (in input) part(i, n int) input {
	dims := slices.Clone(in.dims)
	dims[0] /= n
	switch flat := in.flat.(type) {
	case []float32:
		return input{partOf(flat, i, n), dims}
	case []int32:
		return input{partOf(flat, i, n), dims}
	case []uint8:
		return input{partOf(flat, i, n), dims}
	}
	panic(fmt.Sprintf("no batch has an array of %T", in.flat))
}

func partOf[T any](flat []T, i, n int) []T {
	each := len(flat) / n
	return flat[i*each : (i+1)*each]
}

// execute runs a program of several nets on their variables and the inputs of each device, and gives
// its results, which are the caller's to finalize. The nets are on the same devices.
func execute(nets []*Trainer, p *program, inputs func(part int) []input) (results []compute.Buffer, err error) {
	t := nets[0]
	of := make([][]input, len(t.devices)) // each device
	var all []shapes.Shape
	for i := range t.devices {
		of[i] = inputs(i)
		for _, in := range of[i] {
			all = append(all, in.shape())
		}
	}
	graph, err := p.compile(t.until(), all)
	if err != nil {
		return nil, err
	}
	var buffers []compute.Buffer
	var donate []bool
	for i, device := range t.devices {
		for _, in := range of[i] {
			b, err := t.backend.BufferFromFlatData(device, in.flat, in.shape())
			if err != nil {
				return nil, fmt.Errorf("batch to device %d: %w", device, err)
			}
			buffers, donate = append(buffers, b), append(donate, true)
		}
		for _, v := range p.reads {
			buffers = append(buffers, nets[v.net].values[v.path][i])
		}
		donate = append(donate, p.donates...)
	}
	var out []compute.Buffer
	run := func() { out, err = graph.Executable().Execute(buffers, donate, t.devices[0]) }
	if caught := exceptions.TryCatch[error](run); caught != nil {
		err = caught
	}
	if err != nil {
		for _, net := range nets {
			net.loaded = false
		}
		for _, v := range p.changes {
			delete(nets[v.net].values, v.path) // they may be gone
		}
		return nil, err
	}
	each := len(out) / len(t.devices)
	for k, v := range p.changes {
		for i := range t.devices {
			nets[v.net].values[v.path][i] = out[i*each+each-len(p.changes)+k]
		}
	}
	results = out[:each-len(p.changes)]
	for i := 1; i < len(t.devices); i++ {
		err = errors.Join(err, finalize(out[i*each:i*each+len(results)]))
	}
	return results, err
}

// finalize frees buffers.
func finalize(buffers []compute.Buffer) (err error) {
	for _, b := range buffers {
		err = errors.Join(err, b.Finalize())
	}
	return err
}

// flat copies a buffer of n values to the host.
func flat[T float32 | int32](b compute.Buffer, n int) ([]T, error) {
	values := make([]T, n)
	if err := b.ToFlatData(values); err != nil {
		return nil, fmt.Errorf("reading %d values: %w", n, err)
	}
	return values, nil
}

// scalar is flat for one value.
func scalar[T float32 | int32](b compute.Buffer) (T, error) {
	values, err := flat[T](b, 1)
	if err != nil {
		return 0, err
	}
	return values[0], nil
}
