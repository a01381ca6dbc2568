package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/train"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// runner is one of those compared.
type runner interface {
	// about is the library's name and version.
	about() string
	// load takes a problem; nothing is built yet.
	load(ctx context.Context, p *problem) error
	// steps takes n steps, or passes, of a problem. fresh makes the net anew
	// before, within the time.
	steps(ctx context.Context, n int, fresh bool) (took, error)
	// peak is the rate of a product of two float32 matrices of side n, GFLOP/s.
	peak(ctx context.Context, n int) (float64, error)
	close() error
}

// took is what steps took: seconds by the clock and of all threads, and the
// mean loss of each step.
type took struct {
	Seconds float64   `json:"seconds"`
	CPU     float64   `json:"cpu"`
	Losses  []float64 `json:"losses"`
}

// ours runs in this process.
type ours struct {
	backend compute.Backend
	p       *problem
	nets    []*train.Trainer
	taken   int
	blocks  []train.Steps // of each net, to be filled again
}

func (o *ours) about() string { return "coadapt, " + backend.Class(o.backend) }

func (o *ours) load(_ context.Context, p *problem) error {
	o.drop()
	o.p = p
	return nil
}

func (o *ours) drop() {
	for _, net := range o.nets {
		net.Close()
	}
	o.nets, o.taken = nil, 0
}

// build makes the nets of the problem.
func (o *ours) build() error {
	first, err := train.New(o.backend, o.p.Arch, train.SGD{Momentum: momentum, Decay: decay}, o.p.Batch)
	if err != nil {
		return err
	}
	o.nets, o.blocks = []*train.Trainer{first}, make([]train.Steps, len(o.p.start))
	for i, start := range o.p.start {
		if i > 0 {
			net, err := first.Sibling(0)
			if err != nil {
				return err
			}
			o.nets = append(o.nets, net)
		}
		if err := o.nets[i].Load(start, o.p.c.Cut); err != nil {
			return err
		}
	}
	return nil
}

func (o *ours) steps(ctx context.Context, n int, fresh bool) (took, error) {
	if fresh {
		o.drop()
	}
	start, cpu := time.Now(), peers.CPUSeconds()
	if o.nets == nil {
		if err := o.build(); err != nil {
			return took{}, err
		}
	}
	losses := make([]float64, 0, n)
	for len(losses) < n {
		if err := ctx.Err(); err != nil {
			return took{}, err
		}
		more, err := o.some(o.taken+len(losses), n-len(losses))
		if err != nil {
			return took{}, err
		}
		losses = append(losses, more...)
	}
	o.taken += n
	return took{time.Since(start).Seconds(), peers.CPUSeconds() - cpu, losses}, nil
}

// some takes a block of steps, at most n, or one pass, from iteration k on; the losses are means over the nets.
func (o *ours) some(k, n int) ([]float64, error) {
	batch := func(k int) batch { return o.p.batches[k%len(o.p.batches)] }
	if o.p.Infer {
		_, sum, err := o.nets[0].Eval(batch(k).images, batch(k).labels)
		return []float64{sum / float64(o.p.Batch)}, err
	}
	steps := min(n, o.block())
	for net := range o.nets {
		b := &o.blocks[net]
		*b = train.Steps{Values: b.Values[:0], Pixels: b.Pixels[:0], Places: b.Places[:0], Preprocess: o.p.bytes,
			Labels: b.Labels[:0], Rates: b.Rates[:0], Iteration: k}
		for i := range steps {
			of := batch(k + i + net)
			if o.p.bytes == nil {
				b.Values = append(b.Values, of.images...)
			} else {
				b.Pixels, b.Places = append(b.Pixels, of.pixels...), append(b.Places, of.places...)
			}
			b.Labels, b.Rates = append(b.Labels, of.labels...), append(b.Rates, o.p.Rate)
		}
	}
	all, err := train.Together(o.nets, o.blocks)
	if err != nil {
		return nil, err
	}
	losses := make([]float64, steps)
	for _, of := range all {
		if len(of) < steps {
			return nil, fmt.Errorf("the loss is %v after %d steps", of[len(of)-1], k+len(of))
		}
		for i, loss := range of {
			losses[i] += loss / float64(len(all))
		}
	}
	return losses, nil
}

// block is how many steps an execution takes.
func (o *ours) block() int { return o.nets[0].MaxSteps(false) }

func (o *ours) peak(_ context.Context, n int) (float64, error) {
	exec, err := NewExec(o.backend, func(a, b *Node) *Node { return MatMul(a, b) })
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	data := make([]float32, n*n)
	for i := range data {
		data[i] = float32(i%7) / 7
	}
	a := tensors.FromFlatDataAndDimensions(data, n, n)
	best := 0.0
	for range 10 {
		start := time.Now()
		out, err := exec.Call1(a, a)
		if err != nil {
			return 0, err
		}
		err = out.ConstFlatData(func(any) {}) // waits for it
		best = max(best, 2e-9*float64(n)*float64(n)*float64(n)/time.Since(start).Seconds())
		if err = errors.Join(err, out.FinalizeAll()); err != nil {
			return 0, err
		}
	}
	return best, nil
}

func (o *ours) close() error { o.drop(); o.backend.Finalize(); return nil }
