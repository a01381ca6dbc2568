package probing

import (
	"context"
	"fmt"
	"math"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/op"
	"coadapt/transfer/probe"

	"gonum.org/v1/gonum/mat"
)

// matched is b with the units of each layer in the order in which they answer most as a's do: the assignment with the
// largest sum of correlations over training pictures (Li et al. 2016, Convergent Learning: Do Different Neural Networks
// Learn the Same Representations?). The net computes what it did. Layers whose neighbours must stay beside each other
// keep their order: those with local response normalisation and those in groups. It fails for blocks that are no chain
// of one convolution or inner product.
func (r *Runner) matched(ctx context.Context, a, b *Subject) (arch.Weights, error) {
	w := b.Weights.Clone()
	for l := range len(b.Arch.Blocks) - 1 {
		free, err := orderFree(b.Arch, l)
		if err != nil {
			return nil, err
		}
		if !free {
			continue
		}
		x, err := r.Features(ctx, a, dataset.Train, l)
		if err != nil {
			return nil, err
		}
		y, err := r.Features(ctx, b, dataset.Train, l)
		if err != nil {
			return nil, err
		}
		order, err := probe.Assign(correlations(x, y))
		if err != nil {
			return nil, fmt.Errorf("matching units of %s: %w", x.Layer, err)
		}
		if err := reorder(b.Arch, w, l, order); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// orderFree says whether the units of a layer, from 0, can come in any order.
func orderFree(a arch.Arch, layer int) (bool, error) {
	for _, b := range a.Blocks[layer : layer+2] {
		weighted := 0
		for _, o := range b.Ops {
			switch s := o.Spec.(type) {
			case op.Convolution:
				weighted++
				if s.Groups > 1 {
					return false, nil
				}
			case op.Dense:
				weighted++
			case op.ReLU, op.Pool, op.Dropout, op.LRN:
			default:
				return false, fmt.Errorf("matching units: %s has the operation %s, want a chain of a convolution or "+
					"inner product, relu, pool and dropout", b.Name, o.Spec.Kind())
			}
			if len(o.From) > 0 {
				return false, fmt.Errorf("matching units: %s is no chain of operations", b.Name)
			}
		}
		if weighted != 1 {
			return false, fmt.Errorf("matching units: %s has %d convolutions and inner products, want 1", b.Name,
				weighted)
		}
	}
	_, lrn := arch.Find[op.LRN](a.Blocks[layer])
	return !lrn, nil
}

// correlations are those of each unit of x, a row, with each of y, over places and pictures; 0 where a unit never
// changes.
func correlations(x, y Features) *mat.Dense {
	standard := func(f Features) *mat.Dense {
		z := f.ByPlace()
		rows, units := z.Dims()
		for u := range units {
			var mean, square float64
			for i := range rows {
				mean += z.At(i, u) / float64(rows)
			}
			for i := range rows {
				d := z.At(i, u) - mean
				square += d * d
				z.Set(i, u, d)
			}
			for i := range rows {
				if square > 0 {
					z.Set(i, u, z.At(i, u)/math.Sqrt(square))
				}
			}
		}
		return z
	}
	var out mat.Dense
	out.Mul(standard(x).T(), standard(y))
	return &out
}

// reorder brings the units of a layer of w into an order: new unit i is old unit order[i]. The layer above takes them
// so.
func reorder(a arch.Arch, w arch.Weights, layer int, order []int) error {
	vars, err := a.Variables()
	if err != nil {
		return err
	}
	units := len(order)
	for _, v := range vars {
		t := w[v.Path]
		outputs := v.Shape[len(v.Shape)-1]
		data := make([]float32, len(t.Data))
		switch {
		case v.Layer == layer:
			for i := range data {
				data[i] = t.Data[i/outputs*outputs+order[i%outputs]]
			}
		case v.Layer == layer+1 && len(v.Shape) > 1:
			// Of weights the inputs are the axis before the last, and units are the fastest in it.
			for i := range data {
				row := i / outputs
				data[i] = t.Data[(row/units*units+order[row%units])*outputs+i%outputs]
			}
		default:
			continue
		}
		w[v.Path] = arch.Tensor{Shape: t.Shape, Data: data}
	}
	return nil
}
