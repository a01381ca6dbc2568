package main

import (
	"context"
	"errors"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/bench/peers"

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
	trainer *gomlxnet.Trainer
	taken   int
}

func (o *ours) about() string { return "coadapt, " + gomlxnet.BackendClass(o.backend) }

func (o *ours) load(_ context.Context, p *problem) error {
	o.drop()
	o.p = p
	return nil
}

func (o *ours) drop() {
	if o.trainer != nil {
		o.trainer.Close()
	}
	o.trainer, o.taken = nil, 0
}

func (o *ours) steps(ctx context.Context, n int, fresh bool) (took, error) {
	if fresh {
		o.drop()
	}
	start, cpu := time.Now(), peers.CPUSeconds()
	if o.trainer == nil {
		var err error
		if o.trainer, err = gomlxnet.NewTrainer(o.backend, o.p.Arch, gomlxnet.SGD{Momentum: momentum, Decay: decay}, o.p.Batch); err != nil {
			return took{}, err
		}
		if err := o.trainer.Load(o.p.start, o.p.c.Cut); err != nil {
			return took{}, err
		}
	}
	losses := make([]float64, n)
	for i := range losses {
		if err := ctx.Err(); err != nil {
			return took{}, err
		}
		var err error
		b := o.p.batches[(o.taken+i)%len(o.p.batches)]
		if o.p.Infer {
			_, losses[i], err = o.trainer.Eval(b.images, b.labels)
			losses[i] /= float64(o.p.Batch)
		} else {
			losses[i], err = o.trainer.Step(b.images, b.labels, o.p.Rate, 0, o.taken+i)
		}
		if err != nil {
			return took{}, err
		}
	}
	o.taken += n
	return took{time.Since(start).Seconds(), peers.CPUSeconds() - cpu, losses}, nil
}

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
