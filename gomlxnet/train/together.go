package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"coadapt/gomlxnet/dataset"
)

// Together is [Trainer.Train] on several nets in one graph, each on a block of its own: convolutions become one
// with groups, products of matrices one with a batch axis, and so on (package op). It is for nets too small to fill an
// accelerator; on a CPU, which one net fills, it is no faster (PERFORMANCE.md). The nets are a [New] and its
// [Trainer.Sibling]s on one device, alike in how many layers are frozen;
// fine-tuned and base nets are alike. A graph is compiled for each number of nets.
//
// Each net comes to what Train brings it to but for rounding: its sums may be taken in another order. Measured on XLA's
// CPU: nothing at all, or 5e-7 of a variable's largest value after six steps. What is longer than the shortest block,
// what follows the step in which one of the nets loses its loss, and single steps (see [Trainer.MaxSteps]) each net
// takes alone. The losses are those of each net, as of Train. Where a net's
// block is refused none is stepped; an execution that fails may have stepped some.
func Together(nets []*Trainer, blocks []Steps) ([][]float64, error) {
	if len(nets) == 0 || len(blocks) != len(nets) {
		return nil, fmt.Errorf("%d nets with %d blocks, want at least one and as many", len(nets), len(blocks))
	}
	in := make([]given, len(nets))
	shortest := math.MaxInt
	for i, t := range nets {
		var err error
		if in[i], err = t.given(blocks[i]); err == nil {
			err = t.checkBlock(in[i])
		}
		if err != nil {
			return nil, fmt.Errorf("net %d of %d: %w", i, len(nets), err)
		}
		switch {
		case t.graphs != nets[0].graphs || !slices.Equal(t.devices, nets[0].devices):
			return nil, fmt.Errorf("net %d of %d is no sibling of the first, or on another device", i, len(nets))
		case slices.Contains(nets[:i], t):
			return nil, fmt.Errorf("net %d of %d is there twice", i, len(nets))
		case in[i].pixels != in[0].pixels:
			return nil, fmt.Errorf("net %d of %d: what is done to its pictures is %+v, to those of the first %+v", i,
				len(nets), in[i].pixels, in[0].pixels)
		case t.cut.Learning() != nets[0].cut.Learning() || in[i].from != in[0].from:
			return nil, fmt.Errorf("net %d of %d: cut %v, that of the first is %v", i, len(nets), t.cut, nets[0].cut)
		}
		shortest = min(shortest, len(blocks[i].Rates))
	}
	losses := make([][]float64, len(nets))
	if len(nets) > 1 && nets[0].blockOf(in[0].dims) > 1 {
		first := make([]given, len(nets))
		for i, b := range in {
			first[i] = b
			first[i].Rates = b.Rates[:shortest]
		}
		var err error
		if losses, err = takeBlock(nets, first); err != nil {
			return nil, err
		}
	}
	var errs error
	for i, t := range nets {
		taken := len(losses[i])
		if taken == len(in[i].Rates) || taken > 0 && !finite(losses[i][taken-1]) {
			continue
		}
		more, err := t.takeSteps(in[i].behind(taken, t.batch))
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("net %d of %d: %w", i, len(nets), err))
		}
		losses[i] = append(losses[i], more...)
	}
	return losses, errs
}

// behind is what is left of a block when some of its steps are taken.
func (b given) behind(steps, batch int) given {
	if p := b.Preprocess; p != nil {
		b.Pixels = b.Pixels[steps*batch*p.PictureBytes():]
		b.Places = b.Places[steps*batch*dataset.PlacingValues:]
	} else {
		b.Values = b.Values[steps*batch*b.dims.Values():]
	}
	b.Labels, b.Rates = b.Labels[steps*batch:], b.Rates[steps:]
	b.Iteration += steps
	return b
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
