package gomlxnet

import (
	"errors"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// Settled is how many layers, from the first, give the same for a picture
// whenever it is shown: those that are frozen, up to the first whose operations are not all
// fixed functions, as dropout, which stays live in frozen layers.
func (a Arch) Settled(cut Cut) int {
	n := 0
	for n < len(a.Blocks) && cut.frozen(n) && !slices.ContainsFunc(a.Blocks[n].Ops, func(o Op) bool { return !o.Static() }) {
		n++
	}
	return n
}

// settledShape is what leaves the settled layers of a batch: [batch, height,
// width, channels], or [batch, units] of an inner product.
func (t *Trainer) settledShape() ([]int, error) {
	n := t.arch.Settled(t.cut)
	if n == 0 {
		return nil, fmt.Errorf("trainer of %s: cut %v has no layers that always give the same", t.arch.Name, t.cut)
	}
	return t.shapeBehind(n)
}

// shapeBehind is what leaves layer n, from 1, of a batch.
func (t *Trainer) shapeBehind(n int) ([]int, error) {
	dims, err := t.arch.Dims()
	if err != nil {
		return nil, err
	}
	return dims[n-1].Out.shape(t.batch), nil
}

// Prefix gives what leaves the settled layers of the loaded net (see
// [Arch.Settled]) for images [batch, size, size, channels]: what
// a [StepBlock] with Above has in place of these images.
func (t *Trainer) Prefix(images []float32) ([]float32, error) { return t.PrefixFrom(0, images) }

// PrefixFrom is Prefix for what layers 1..from gave for the images, fewer than are settled: the rest of these layers is
// run, to the same bits.
func (t *Trainer) PrefixFrom(from int, values []float32) ([]float32, error) {
	shape, err := t.settledShape()
	if err != nil {
		return nil, err
	}
	n, in := t.arch.Settled(t.cut), t.imagesShape()
	if from < 0 || from >= n {
		return nil, fmt.Errorf("layers from %d on of %s: cut %v has %d that are settled", from, t.arch.Name, t.cut, n)
	}
	if from > 0 {
		if in, err = t.shapeBehind(from); err != nil {
			return nil, err
		}
	}
	if !t.loaded {
		return nil, t.errNoNet()
	}
	if want := product(in); len(values) != want {
		return nil, fmt.Errorf("batch of %d values, want %d", len(values), want)
	}
	p, err := programOf(t.graphs, t.prefixes, [2]int{from, n}, func() (*program, error) {
		return t.newProgram(1, 1, 0, func(scope *model.Scope, in []*Node) []*Node {
			return []*Node{t.arch.blocksGraph(scope, in[0], nil, Cut{N: n, Frozen: true}, from, n)[n-1-from]}
		})
	})
	if err != nil {
		return nil, err
	}
	out, err := execute([]*Trainer{t}, p, t.batches(values, in, nil))
	if err != nil {
		return nil, fmt.Errorf("layers %d..%d of %s: %w", from+1, n, t.arch.Name, err)
	}
	settled, err := flat[float32](out[0], product(shape))
	return settled, errors.Join(err, finalize(out))
}
