package probing

import (
	"context"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/probe"
)

// Similarity compares the same layers of two nets by measures that ask for more pictures than units: features are
// averaged over a grid of places (see [Features.Pooled]).
type Similarity struct {
	Grid  int     // cells a side
	Share float64 // of the variance that SVCCA keeps
}

// Nets is 2.
func (Similarity) Nets() int { return 2 }

// Values are Procrustes' distance and angle, SVCCA, and PWCCA in both directions, for each layer that both nets have.
// Where a layer has more units than pictures, CCA fits whatever there is: then there is no number for it.
func (p Similarity) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	var values []Value
	for l := range min(len(nets[0].Arch.Blocks), len(nets[1].Arch.Blocks)) {
		a, err := r.Features(ctx, nets[0], dataset.Test, l)
		if err != nil {
			return nil, err
		}
		b, err := r.Features(ctx, nets[1], dataset.Test, l)
		if err != nil {
			return nil, err
		}
		x, y := a.Pooled(p.Grid), b.Pooled(p.Grid)
		for _, m := range []struct {
			name, unit string
			of         func() (float64, error)
		}{
			{"Procrustes distance", "1", func() (float64, error) { return probe.ProcrustesDistance(x, y) }},
			{"Procrustes angle", "radians", func() (float64, error) { return probe.ProcrustesAngle(x, y) }},
			{"SVCCA", "1", func() (float64, error) { return probe.SVCCA(x, y, p.Share) }},
			{"PWCCA", "1", func() (float64, error) { return probe.PWCCA(x, y) }},
			{"PWCCA, the other's weights", "1", func() (float64, error) { return probe.PWCCA(y, x) }},
		} {
			v := Value{Layer: a.Layer, Beside: b.Layer, Name: m.name, Unit: m.unit}
			values = append(values, v.measured(m.of()))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}
