package transfer

import (
	"context"
	"fmt"
	"iter"
	"math"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/train"
)

// GradientStep is one of a net's first steps, looked at.
type GradientStep struct {
	Net    Net
	Step   int             // from 1
	Loss   float64         // of the step's batch before the step, nats; not finite where the net diverged
	Layers []LayerGradient // of the layers that learn, from the lowest; none where the loss is not finite
}

// LayerGradient is what a step asks of a layer: Euclidean norms over its weights and biases together.
type LayerGradient struct {
	Layer    string
	Gradient float64 // of the mean loss of the batch, without weight decay
	Weights  float64 // before the step
}

// Norm is the Euclidean norm of the gradient of all layers that learn.
func (s GradientStep) Norm() float64 {
	sum := 0.0
	for _, l := range s.Layers {
		sum += l.Gradient * l.Gradient
	}
	return math.Sqrt(sum)
}

// Gradients takes the first steps of a net again and yields the gradients of each: the same initial values, batches and
// rates, so the same steps. Parents that are not in the store are trained; of the net itself nothing is kept, and
// nothing that is there is changed. It uses the trainer that [Lab.Train] uses, so the two must not run at once. It ends
// behind a loss that is not finite. A gradient is what the solver's velocities tell of it, to rounding:
//
//	v' = momentum·v + rate·(g + decay·w)
func (l *Lab) Gradients(ctx context.Context, net Net, steps int) iter.Seq2[GradientStep, error] {
	return func(yield func(GradientStep, error) bool) {
		if err := l.gradients(ctx, net, steps, yield); err != nil {
			yield(GradientStep{}, fmt.Errorf("gradients of %s: %w", net, err))
		}
	}
}

func (l *Lab) gradients(ctx context.Context, net Net, steps int, yield func(GradientStep, error) bool) error {
	p, err := l.Plan(ctx, net)
	if err != nil {
		return err
	}
	if steps < 1 || steps > p.Recipe.Steps {
		return fmt.Errorf("%d steps, want 1 to %d, those of its training", steps, p.Recipe.Steps)
	}
	w, err := l.Initial(ctx, net)
	if err != nil {
		return err
	}
	trainer, err := l.trainer(l.alone, p)
	if err != nil {
		return err
	}
	trainer.Interrupt(ctx)
	idle := new(keeper)
	idle.moved.Store(new(beat))
	first, err := p.begin(ctx, trainer, w, idle)
	if err != nil {
		return err
	}
	look := gradientLook{p: p, trainer: trainer, weights: first.weights}
	if look.velocities, err = trainer.Momentum(); err != nil {
		return err
	}
	for batch, err := range p.Task.Train(ctx, p.Order(), p.View, 0, steps) {
		if err != nil {
			return err
		}
		rate := p.Recipe.Rate.Rate(batch.Index)
		losses, err := trainer.Train(train.Steps{Values: batch.Images, Labels: batch.Labels, Rates: []float64{rate},
			Seed: p.Net.stream("dropout"), Iteration: batch.Index})
		if err != nil {
			return err
		}
		s := GradientStep{Net: net, Step: batch.Index + 1, Loss: losses[0]}
		diverged := math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0)
		if !diverged {
			if s.Layers, err = look.layers(rate); err != nil {
				return err
			}
		}
		if !yield(s, nil) || diverged {
			return nil
		}
	}
	return ctx.Err()
}

// gradientLook is a trainer between two steps, with what it held before the last.
type gradientLook struct {
	p                   *Plan
	trainer             *train.Trainer
	weights, velocities arch.Weights
}

// layers are the gradients of the step that the trainer took at the rate.
func (g *gradientLook) layers(rate float64) ([]LayerGradient, error) {
	weights, err := g.trainer.Weights()
	if err != nil {
		return nil, err
	}
	velocities, err := g.trainer.Momentum()
	if err != nil {
		return nil, err
	}
	vars, err := g.p.Arch.Variables()
	if err != nil {
		return nil, err
	}
	var layers []LayerGradient
	at := -1 // the variables' layer that stands last
	for _, v := range vars {
		if v.Role != op.Learned || g.p.Cut.Frozen && v.Layer < g.p.Cut.N || v.Param.RateMult == 0 {
			continue
		}
		if v.Layer != at {
			at = v.Layer
			layers = append(layers, LayerGradient{Layer: g.p.Arch.Blocks[v.Layer].Name})
		}
		sum := &layers[len(layers)-1]
		was, now, w := g.velocities[v.Path].Data, velocities[v.Path].Data, g.weights[v.Path].Data
		by, decay := float64(float32(rate))*v.Param.RateMult, g.p.Recipe.Decay*v.Param.DecayMult
		for i := range w {
			x := (float64(now[i])-g.p.Recipe.Momentum*float64(was[i]))/by - decay*float64(w[i])
			sum.Gradient += x * x
			sum.Weights += float64(w[i]) * float64(w[i])
		}
	}
	for i := range layers {
		layers[i].Gradient, layers[i].Weights = math.Sqrt(layers[i].Gradient), math.Sqrt(layers[i].Weights)
	}
	g.weights, g.velocities = weights, velocities
	return layers, nil
}
