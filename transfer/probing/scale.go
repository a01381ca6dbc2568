package probing

import (
	"context"
	"math"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer/probe"
)

// Scale is how large and how varied the features of each layer are.
type Scale struct {
	Grid int // cells a side over which features are averaged, for the rank
}

// Names of the values of Scale.
const (
	RMS           = "root mean square"
	DeadUnits     = "dead units"
	EffectiveRank = "effective rank"
)

// Nets is 1.
func (Scale) Nets() int { return 1 }

// Values are, for each layer, the root mean square of all values, the share of units that are the same at all places of
// all pictures, and how many directions the features fill.
func (p Scale) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	var values []Value
	for l := range nets[0].Arch.Blocks {
		f, err := r.Features(ctx, nets[0], dataset.Test, l)
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for _, x := range f.Data {
			sum += float64(x) * float64(x)
		}
		v := Value{Layer: f.Layer, Name: RMS, Unit: "1"}
		values = append(values, v.of(math.Sqrt(sum/float64(len(f.Data)))))
		v.Name, v.Unit = DeadUnits, "share"
		values = append(values, v.measured(probe.DeadUnits(f.ByPlace(), 0)))
		v.Name, v.Unit = EffectiveRank, "directions"
		values = append(values, v.measured(probe.EffectiveRank(f.Pooled(p.Grid))))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}
