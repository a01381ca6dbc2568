package probing

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/inspect"
	"coadapt/transfer"
)

// Maximise makes pictures that excite units of a layer most, by steps up the gradient from noise (Erhan et al. 2009,
// Visualizing Higher-Layer Features of a Deep Network). The regularisers are those that are usual: values decay
// towards the mean image (Simonyan, Vedaldi and Zisserman 2014, Deep Inside Convolutional Networks), every few steps
// the picture is blurred (Yosinski et al. 2015, Understanding Neural Networks Through Deep Visualization), and each
// step is taken of the picture moved by a few pixels (Mordvintsev, Olah and Tyka 2015, Inceptionism). Pixels stay
// those of a picture: none is darker than black or brighter than white.
//
// A unit is read in the middle of the picture before ReLU and pooling, see [inspect.Exciter].
type Maximise struct {
	Layer  string  // "": the last one, whose units are classes
	Units  []int   // from 0; none: the first four
	Steps  int     // up the gradient
	Rate   float64 // of a step: root mean square, as a share of the range from black to white
	Decay  float64 // share of the distance to the mean image that a step takes off
	Jitter int     // pixels by which a picture is moved at most, to either side
	Blur   int     // steps between two blurs, in the first half of the steps; 0: none
}

// Names of the values of Maximise, each with the number of a unit.
const (
	MadeFor   = "unit %d, picture made for it"
	BestShown = "unit %d, best test picture"
	MadeElse  = "unit %d, picture made for the unit in a random net"
)

// Nets is 1.
func (Maximise) Nets() int { return 1 }

// Made is what excites a unit.
type Made struct {
	Unit     int
	Size     int     // height and width of the pictures, pixels
	Channels int     // 1 or 3
	Made     []uint8 // [Size, Size, Channels]: the picture that was made, or nil in what was found by looking
	Else     []uint8 // that for the same unit of a net with random weights
	Best     []uint8 // the test picture that excites it most
	Values   [3]float64
}

// Values are three for each unit: how much the picture that was made excites it, at its best place, how much the best
// of the test pictures does, and how much a picture does that was made in the same way for the same unit of a net with
// random weights. The latter two are controls: a picture that says something of the unit excites it more than either.
func (p Maximise) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	made, err := p.pictures(ctx, r, nets[0])
	if err != nil {
		return nil, err
	}
	layer, err := p.layer(nets[0])
	if err != nil {
		return nil, err
	}
	v := Value{Layer: nets[0].Arch.Blocks[layer].Name, Unit: "1"}
	var values []Value
	for _, m := range made {
		say := func(name string, x float64) Value {
			v.Name = fmt.Sprintf(name, m.Unit)
			return v.of(x)
		}
		values = append(values, say(MadeFor, m.Values[0]),
			say(BestShown, m.Values[1]).failsIf(m.Values[1] >= m.Values[0],
				"a test picture excites the unit more than the one that was made: the ascent failed"),
			say(MadeElse, m.Values[2]).failsIf(m.Values[2] >= m.Values[0],
				"a picture for a random net excites the unit as much: what was made says nothing of this net"))
	}
	return values, nil
}

// Made are the pictures of a net's units, by which [Maximise.Values] are found.
func (p Maximise) Made(ctx context.Context, r *Runner, result transfer.Result) ([]Made, error) {
	s, err := r.subject(ctx, result, nil)
	if err != nil {
		return nil, fmt.Errorf("pictures of %s: %w", result.Net, err)
	}
	return p.pictures(ctx, r, s)
}

// layer is that of the name, from 0.
func (p Maximise) layer(s *Subject) (int, error) {
	names := s.Layers()
	if p.Layer == "" {
		return len(names) - 1, nil
	}
	at := slices.Index(names, p.Layer)
	if at < 0 {
		return 0, fmt.Errorf("layer %q, want one of %s", p.Layer, strings.Join(names, ", "))
	}
	return at, nil
}

// atATime is how many units a graph takes.
const atATime = 4

func (p Maximise) pictures(ctx context.Context, r *Runner, s *Subject) ([]Made, error) {
	if p.Steps < 1 || !(p.Rate > 0) || p.Decay < 0 || p.Decay >= 1 || p.Jitter < 0 || p.Blur < 0 {
		return nil, fmt.Errorf(
			"%+v: want a step at least, a rate above 0, a decay of 0 to 1, no jitter or blur below 0", p)
	}
	layer, err := p.layer(s)
	if err != nil {
		return nil, err
	}
	frame, err := frameOf(s)
	if err != nil {
		return nil, err
	}
	e, err := r.exciter(s, layer)
	if err != nil {
		return nil, err
	}
	units := p.Units
	if len(units) == 0 {
		units = []int{0, 1, 2, 3}[:min(4, e.Units())]
	}
	fresh, err := s.Arch.Init(freshSeed)
	if err != nil {
		return nil, err
	}
	var all []Made
	for group := range slices.Chunk(units, atATime) {
		wanted := make([]int, atATime) // of a group that is not full the first unit again
		for i := range wanted {
			wanted[i] = group[0]
			if i < len(group) {
				wanted[i] = group[i]
			}
		}
		if err := e.Load(fresh); err != nil {
			return nil, err
		}
		elsewhere, err := p.ascend(ctx, e, frame, wanted)
		if err != nil {
			return nil, err
		}
		if err := e.Load(s.Weights); err != nil {
			return nil, err
		}
		here, err := p.ascend(ctx, e, frame, wanted)
		if err != nil {
			return nil, err
		}
		x, err := e.Of(here, wanted)
		if err != nil {
			return nil, err
		}
		y, err := e.Of(elsewhere, wanted)
		if err != nil {
			return nil, err
		}
		for i, u := range group {
			all = append(all, Made{Unit: u, Size: s.Arch.Size, Channels: s.Arch.Channels,
				Made: frame.pixels(here, i), Else: frame.pixels(elsewhere, i),
				Values: [3]float64{float64(x.Most[i*e.Units()+u]), math.Inf(-1), float64(y.Most[i*e.Units()+u])}})
		}
	}
	return all, r.bestShown(ctx, s, e, frame, all)
}

// bestShown finds the test picture that excites each unit most.
func (r *Runner) bestShown(ctx context.Context, s *Subject, e *inspect.Exciter, f frame, made []Made) error {
	count := r.count(s, dataset.Test)
	for batch, err := range s.shown.Clean(ctx, dataset.Test, count, atATime, s.View) {
		if err != nil {
			return err
		}
		x, err := e.Of(batch.Images, make([]int, atATime))
		if err != nil {
			return err
		}
		for i := range min(atATime, count-batch.Index*atATime) {
			for k := range made {
				m := &made[k]
				if v := float64(x.Most[i*e.Units()+m.Unit]); v > m.Values[1] {
					m.Values[1], m.Best = v, f.pixels(batch.Images, i)
				}
			}
		}
	}
	return nil
}

// ascend makes a picture for each wanted unit, from noise that is the same for all nets.
func (p Maximise) ascend(ctx context.Context, e *inspect.Exciter, f frame, wanted []int) ([]float32, error) {
	each := len(f.low)
	x := make([]float32, len(wanted)*each)
	rng := rand.New(rand.NewPCG(freshSeed, 1))
	for i := range x {
		x[i] = f.clip(i%each, float32(0.1*rng.NormFloat64())*f.span)
	}
	for step := range p.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		dy, dx := rng.IntN(2*p.Jitter+1)-p.Jitter, rng.IntN(2*p.Jitter+1)-p.Jitter
		up, err := e.Of(f.moved(x, dy, dx), wanted)
		if err != nil {
			return nil, err
		}
		gradient := f.moved(up.Gradient, -dy, -dx)
		for k := range wanted {
			picture, slope := x[k*each:(k+1)*each], gradient[k*each:(k+1)*each]
			var square float64
			for _, g := range slope {
				square += float64(g) * float64(g)
			}
			scale := 0.0
			if square > 0 {
				scale = p.Rate * float64(f.span) / math.Sqrt(square/float64(each))
			}
			for i, g := range slope {
				picture[i] = f.clip(i, picture[i]*float32(1-p.Decay)+float32(scale*float64(g)))
			}
			if p.Blur > 0 && step%p.Blur == p.Blur-1 && step < p.Steps/2 { // what is large first, then what is sharp
				f.blur(picture)
			}
		}
	}
	return x, nil
}
