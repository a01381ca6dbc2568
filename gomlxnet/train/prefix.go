package train

import (
	"errors"
	"fmt"

	"coadapt/gomlxnet/arch"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
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
	if !t.loaded {
		return nil, t.errNoNet()
	}
	in := t.dims[from].In
	if want := t.batch * in.Values(); len(values) != want {
		return nil, fmt.Errorf("batch of %d values, want %d", len(values), want)
	}
	p, err := programOf(t.graphs, t.prefixes, [2]int{from, n}, func() (*program, error) {
		return t.newProgram(1, 1, 0, func(scope *model.Scope, in []*Node) []*Node {
			cut := arch.Cut{N: n, Frozen: true}
			return t.arch.Graph(in[0], arch.Run{Scope: scope, Cut: cut, From: from, To: n})[n-1-from:]
		})
	})
	if err != nil {
		return nil, err
	}
	out, err := execute([]*Trainer{t}, p, t.batches([]input{{values, in.Shape(t.batch)}}))
	if err != nil {
		return nil, fmt.Errorf("layers %d..%d of %s: %w", from+1, n, t.arch.Name, err)
	}
	settled, err := flat[float32](out[0], t.batch*t.dims[n].In.Values())
	return settled, errors.Join(err, finalize(out))
}
