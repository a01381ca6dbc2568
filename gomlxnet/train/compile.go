package train

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// compiling is held while a graph is compiled. XLA's compiler has threads for all cores: of two graphs that are
// compiled at once none is done before both are, of two one after another the first is done in half of that time.
var compiling sync.Mutex

// compilers are those at work, or waiting for their turn.
var compilers atomic.Int32

// Compiling says whether a graph is being compiled. It may be one that nobody waits for any more (see
// [Trainer.Interrupt]); a backend is not to be finalized before the compiler has ended.
func Compiling() bool { return compilers.Load() > 0 }

// Interrupt has the trainer wait for the compiler until ctx ends, and no longer: what needed the graph then fails with
// the context's error, and the net is as it was. The compiler cannot be stopped, and goes on to its end; a later call
// takes what it made.
func (t *Trainer) Interrupt(ctx context.Context) { t.ctx = ctx }

// compile gives the program's graph for inputs of the shapes, which are always the same.
func (p *program) compile(ctx context.Context, inputs []shapes.Shape) (*Graph, error) {
	if p.compiled.Load() {
		return p.exec.Compile(inputs...)
	}
	var graph *Graph
	var err error
	var panicked any
	done := make(chan struct{})
	compilers.Add(1)
	go func() {
		defer compilers.Add(-1)
		compiling.Lock()
		defer compiling.Unlock()
		p.making.Lock()
		defer p.making.Unlock()
		defer close(done)
		defer func() { panicked = recover() }()
		if err = ctx.Err(); err == nil {
			graph, err = p.exec.Compile(inputs...)
			p.compiled.Store(err == nil)
		}
	}()
	select {
	case <-done:
		if panicked != nil {
			panic(panicked)
		}
		return graph, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// free frees the graph. One that is still being compiled, for nobody, is left as it is.
func (p *program) free() {
	if p.making.TryLock() {
		p.exec.Finalize()
		p.making.Unlock()
	}
}
