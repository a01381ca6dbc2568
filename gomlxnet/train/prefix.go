package train

import (
	"errors"
	"fmt"

	"coadapt/gomlxnet/arch"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// settled is how many layers of the loaded net are settled, 1 at least, or says that none are.
func (t *Trainer) settled() (int, error) {
	n := t.arch.StaticBlocks(t.cut)
	if n == 0 {
		return 0, fmt.Errorf("trainer of %s: cut %v has no layers that always give the same", t.arch.Name, t.cut)
	}
	return n, nil
}

// Prefix gives what leaves the settled layers of the loaded net (see
// [arch.Arch.StaticBlocks]) for images [batch, size, size, channels]: what
// a [Steps] with Above has in place of these images.
func (t *Trainer) Prefix(images []float32) ([]float32, error) { return t.PrefixFrom(0, images) }

// PrefixFrom is Prefix for what layers 1..from gave for the images, fewer than are settled: the rest of these layers is
// run, to the same bits.
func (t *Trainer) PrefixFrom(from int, values []float32) ([]float32, error) {
	n, err := t.settled()
	if err != nil {
		return nil, err
	}
	if from < 0 || from >= n {
		return nil, fmt.Errorf("layers from %d on of %s: cut %v has %d that are settled", from, t.arch.Name, t.cut, n)
	}
	graph := func(vars *variables, in []*Node) []*Node {
		r := vars.run()
		r.Cut, r.From, r.To = arch.Cut{N: n, Frozen: true}, from, n
		return t.arch.Graph(in[0], r)[n-1-from:]
	}
	out, err := t.forward(fmt.Sprintf("layers %d..%d of", from+1, n), graph, values, t.dims[from].In)
	if err != nil {
		return nil, err
	}
	settled, err := flat[float32](out[0], t.batch*t.dims[n].In.Values())
	return settled, errors.Join(err, finalize(out))
}
