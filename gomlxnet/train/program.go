package train

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"coadapt/gomlxnet/arch"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
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
	programs map[any]*program
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

// variables are those of a program's nets, while its graph is made.
type variables struct {
	graph  *Graph
	spread *distributed.ShardingSpec // nil: on one device
	nets   int
	reads  []variableOf // in the order of their parameters
	// what they are given, and what they are by now
	given, values map[variableOf]*Node
}

// value is a variable of a net; only its path and its shape count.
func (s *variables) value(net int, v arch.Variable) *Node {
	of := variableOf{net, v.Path}
	if s.values[of] == nil {
		name := v.Path
		if s.nets > 1 {
			name = fmt.Sprintf("/%d%s", net, v.Path)
		}
		s.given[of] = ShardedParameter(s.graph, name, shapes.Make(dtypes.Float32, v.Shape...), s.spread)
		s.values[of] = s.given[of]
		s.reads = append(s.reads, of)
	}
	return s.values[of]
}

// set changes a variable that was read.
func (s *variables) set(net int, v arch.Variable, value *Node) {
	s.values[variableOf{net, v.Path}] = value
}

// run is a run through the first net, or the only one.
func (s *variables) run() arch.Run {
	return arch.Run{
		Value: func(v arch.Variable) *Node { return s.value(0, v) },
		Set:   func(v arch.Variable, value *Node) { s.set(0, v, value) },
	}
}

// graphFn is a graph of inputs and the variables of nets.
type graphFn = func(vars *variables, in []*Node) []*Node

// newProgram makes a program of a function of graphs of several nets. Its first inputs, as many as sharded says, are
// divided between the devices.
func (g *graphs) newProgram(nets, sharded int, f graphFn) (*program, error) {
	p := new(program)
	var err error
	p.exec, err = NewExec(g.backend, func(in []*Node) []*Node {
		vars := &variables{graph: in[0].Graph(), nets: nets, given: map[variableOf]*Node{},
			values: map[variableOf]*Node{}}
		if g.shards != nil {
			vars.spread = g.shards.whole
		}
		out := f(vars, in)
		p.reads, p.changes, p.donates = vars.reads, nil, nil
		for net := range nets {
			for _, v := range g.vars {
				for _, of := range []variableOf{{net, v.Path}, {net, momentumPath(v.Path)}} {
					if vars.values[of] != vars.given[of] {
						p.changes, out = append(p.changes, of), append(out, vars.values[of])
					}
				}
			}
		}
		for _, of := range p.reads {
			p.donates = append(p.donates, slices.Contains(p.changes, of))
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	p.exec.WithName(programName)
	if g.shards != nil {
		g.shards.place(p.exec, sharded)
	}
	return p, nil
}

// program is that of a key, which newProgram makes when it is first asked for.
func (g *graphs) program(key any, nets, sharded int, f graphFn) (*program, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.programs[key]; p != nil {
		return p, nil
	}
	p, err := g.newProgram(nets, sharded, f)
	if err == nil {
		g.programs[key] = p
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
	for _, p := range g.programs {
		p.free()
	}
}

// input is an array from the host: a flat slice of float32, int32, uint64 or uint8, and its axes.
type input struct {
	flat any
	dims []int
}

func (in input) shape() shapes.Shape {
	return shapes.Make(dtypes.FromGoType(reflect.TypeOf(in.flat).Elem()), in.dims...)
}

// part is one of n equal parts of the array, along its first axis.
func (in input) part(i, n int) input {
	dims := slices.Clone(in.dims)
	dims[0] /= n
	flat := reflect.ValueOf(in.flat)
	each := flat.Len() / n
	return input{flat.Slice(i*each, (i+1)*each).Interface(), dims}
}

// execute runs a program of several nets on their variables and inputs, of which those that are sharded are divided
// between the devices, and the replicated ones follow on each. It gives the program's results, which are the caller's
// to finalize. The nets are on the same devices.
func execute(nets []*Trainer, p *program, sharded, replicated []input) (results []compute.Buffer, err error) {
	t := nets[0]
	of := make([][]input, len(t.devices)) // each device
	var all []shapes.Shape
	for i := range of {
		for _, in := range sharded {
			of[i] = append(of[i], in.part(i, len(of)))
		}
		of[i] = append(of[i], replicated...)
		for _, in := range of[i] {
			all = append(all, in.shape())
		}
	}
	graph, err := p.compile(t.ctx, all)
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
