package probing

import (
	"context"
	"fmt"
	"math"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/probe"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/mds"
)

// Map is a map of three nets or more for each layer that all have: distances between points are as near as two
// dimensions allow to the Procrustes angles between the nets' features (Williams et al. 2021, Generalized Shape Metrics
// on Neural Representations), by classical scaling (Torgerson 1952, Multidimensional Scaling: I. Theory and Method).
type Map struct {
	Grid int // cells a side over which features are averaged
}

// Names of the values of Map.
const (
	MapAngle = "Procrustes angle"
	MapX     = "east"
	MapY     = "north"
	MapHeld  = "what the map holds of the angles"
)

// Nets is 0: all together.
func (Map) Nets() int { return 0 }

// Values are, for each layer, the angle of each pair of nets, the place of each net, and the share of the squared
// angles that the map holds, which is a control: a map that holds less than half says little.
func (p Map) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	layers := len(nets[0].Arch.Blocks)
	for _, s := range nets {
		layers = min(layers, len(s.Arch.Blocks))
	}
	var values []Value
	for l := range layers {
		said, err := p.layer(ctx, r, nets, l)
		if err != nil {
			return nil, err
		}
		values = append(values, said...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// layer is the map of one, from 0.
func (p Map) layer(ctx context.Context, r *Runner, nets []*Subject, l int) ([]Value, error) {
	pooled := make([]*mat.Dense, len(nets))
	for i, s := range nets {
		f, err := r.Features(ctx, s, dataset.Test, l)
		if err != nil {
			return nil, err
		}
		pooled[i] = f.Pooled(p.Grid)
	}
	v := Value{Layer: nets[0].Arch.Blocks[l].Name, Unit: "radians"}
	var values []Value
	angles := mat.NewSymDense(len(nets), nil)
	for i, a := range pooled {
		for j := range i {
			angle, err := probe.ProcrustesAngle(pooled[j], a)
			v.Net, v.Other, v.Name = nets[j].Result.Net.String(), nets[i].Result.Net.String(), MapAngle
			values = append(values, v.measured(angle, err))
			if err != nil { // a dead layer has no place on a map
				return values, nil
			}
			angles.SetSym(i, j, angle)
		}
	}
	places, held := flat(angles)
	v.Other = ""
	for i, s := range nets {
		v.Net = s.Result.Net.String()
		for axis, name := range []string{MapX, MapY} {
			v.Name = name
			values = append(values, v.of(places.At(i, axis)))
		}
	}
	v.Net, v.Name, v.Unit = nets[0].Result.Net.String(), MapHeld, "share"
	return append(values, v.of(held).failsIf(held < 0.5,
		fmt.Sprintf("two dimensions hold %.0f%% of the squared angles: look at these, not at the map", 100*held))), nil
}

// flat is classical scaling of distances into two dimensions, [points, 2], and the share of the positive eigenvalues
// that these are, 1 where all points are one. The point that is farthest along an axis is at its positive end.
func flat(distances *mat.SymDense) (places *mat.Dense, held float64) {
	n := distances.SymmetricDim()
	places = mat.NewDense(n, 2, nil)
	var all mat.Dense
	dimensions, eigenvalues := mds.TorgersonScaling(&all, make([]float64, n), distances)
	var sum, two float64
	for i, e := range eigenvalues {
		if e > 0 {
			sum += e
			if i < 2 {
				two += e
			}
		}
	}
	if sum == 0 {
		return places, 1
	}
	for axis := range min(2, dimensions) {
		far := 0.0
		for i := range n {
			if x := all.At(i, axis); math.Abs(x) > math.Abs(far) {
				far = x
			}
		}
		for i := range n {
			places.Set(i, axis, all.At(i, axis)*math.Copysign(1, far))
		}
	}
	return places, two / sum
}
