package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/store"
)

// Asker is the peer: it is told of tasks and trains nets. A [peers.Process] of
// curve_torch.py is one.
type Asker interface {
	Name() string
	Ask(what, answer any) error
}

// Contest is a curve that is trained on both sides.
type Contest struct {
	Lab    *transfer.Lab
	Store  *store.Store   // of the Lab; without any of the nets
	Nets   []transfer.Net // parents they need are added
	Peer   Asker
	Dir    string        // of files for the peer
	Settle time.Duration // before each turn, so that the threads of the one before stop spinning
	Say    func(format string, args ...any)
	// Started is what each side took before its first net, ours and the peer's: a process, its libraries and pictures.
	// Run adds the pictures.
	Started [2]Cost

	began, stepped time.Time // of our net: its turn, and the end of its first step
}

// Side is what one net took on one side, and came to.
type Side struct {
	Seconds   float64 `json:"seconds"`
	CPU       float64 `json:"cpu_seconds"`          // of all threads
	FirstStep float64 `json:"first_step,omitempty"` // seconds until it was done, compiling included; ours only
	Images    int     `json:"images"`               // trained
	Tested    int     `json:"tested"`
	Accuracy  float64 `json:"accuracy"`
	Loss      float64 `json:"loss"`  // of the test, nats
	First     float64 `json:"first"` // mean training loss over the first steps
	Last      float64 `json:"last"`  // mean training loss over the last tenth of the steps
}

// Turn is one net on both sides.
type Turn struct {
	Net  transfer.Net
	Ours Side
	Peer Side
}

// Ratio is how many times as long the peer takes.
func (t Turn) Ratio() float64 { return t.Peer.Seconds / t.Ours.Seconds }

// Hear is to be told the Lab's events: it learns from them when the first step is done.
func (c *Contest) Hear(e transfer.Event) {
	if e.Step > 0 && c.stepped.IsZero() {
		c.stepped = time.Now()
	}
}

// first is how many steps the first point of a training curve is a mean over.
func first(steps int) int { return max(1, steps/100) }

// Run trains all nets; each is told of as both sides have done it. It fails
// where the two are not the same: see [Compare].
func (c *Contest) Run(ctx context.Context, each func(Turn) error) ([]Turn, error) {
	nets := slices.Clone(transfer.WithParents(c.Nets))
	slices.SortStableFunc(nets, func(a, b transfer.Net) int { return generation(a) - generation(b) })
	w := &writer{dir: c.Dir, tasks: map[*dataset.Task]string{}}
	if err := c.load(ctx, w, nets); err != nil {
		return nil, err
	}
	var turns []Turn
	for i, net := range nets {
		u, err := c.Lab.Untrained(ctx, net)
		if err != nil {
			return nil, err
		}
		ask, err := w.net(net, u, slices.ContainsFunc(nets, func(n transfer.Net) bool { p, ok := n.Parent(); return ok && p == net }))
		if err != nil {
			return nil, err
		}
		c.Say("%s, net %d of %d", net, i+1, len(nets))
		t := Turn{Net: net}
		for k := range 2 {
			if err := pause(ctx, c.Settle); err != nil {
				return nil, err
			}
			if (i+k)%2 == 0 {
				t.Ours, err = c.ours(ctx, net)
			} else {
				t.Peer, err = c.peer(ask)
			}
			if err != nil {
				return nil, fmt.Errorf("net %s: %w", net, err)
			}
		}
		if err := t.compare(u.Recipe.Pad == 0 && !u.Recipe.Mirror && whole(u)); err != nil {
			return nil, err
		}
		turns = append(turns, t)
		if err := each(t); err != nil {
			return nil, err
		}
	}
	return turns, Compare(turns)
}

// generation is 0 for nets that take nothing from others.
func generation(n transfer.Net) int {
	if _, ok := n.Parent(); ok {
		return 1
	}
	return 0
}

// load brings the pictures of all nets into memory on both sides.
func (c *Contest) load(ctx context.Context, w *writer, nets []transfer.Net) error {
	type data struct {
		split    string
		half     transfer.Half
		perClass int
	}
	seen := map[data]bool{}
	for _, net := range nets {
		d := data{net.Split, net.Target, net.PerClass}
		if seen[d] {
			continue
		}
		seen[d] = true
		start, cpu := time.Now(), peers.CPUSeconds()
		u, err := c.Lab.Untrained(ctx, net)
		if err != nil {
			return err
		}
		c.Started[0].add(Cost{time.Since(start).Seconds(), peers.CPUSeconds() - cpu})
		ask, err := w.task(u.Task)
		if err != nil {
			return err
		}
		var loaded struct {
			CPU float64 `json:"cpu"` // since the process began
		}
		start = time.Now()
		if err := c.Peer.Ask(ask, &loaded); err != nil {
			return err
		}
		c.Started[1].Seconds += time.Since(start).Seconds()
		c.Started[1].CPU = loaded.CPU
	}
	return nil
}

// whole says whether a net sees whole pictures.
func whole(u *transfer.Untrained) bool {
	h, w, _ := u.Task.Shape()
	return h == u.Arch.Size && w == u.Arch.Size
}

func pause(ctx context.Context, long time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-time.After(long):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Contest) ours(ctx context.Context, net transfer.Net) (Side, error) {
	c.began, c.stepped = time.Now(), time.Time{}
	cpu := peers.CPUSeconds()
	r, err := c.Lab.Train(ctx, net)
	if err != nil {
		return Side{}, err
	}
	s := Side{Seconds: time.Since(c.began).Seconds(), CPU: peers.CPUSeconds() - cpu, FirstStep: c.stepped.Sub(c.began).Seconds(), Images: r.Images,
		Tested: r.Tested, Accuracy: r.Accuracy, Loss: r.Loss, Last: r.TrainLoss}
	switch {
	case r.Hit:
		return s, fmt.Errorf("it is in the store %s already: there is nothing to time", c.Store.Dir())
	case r.Status != transfer.OK:
		return s, fmt.Errorf("%s: %s", r.Status, r.Reason)
	}
	metrics, err := transfer.Metrics(c.Store, r.Key)
	if err == nil && len(metrics) == 0 {
		err = fmt.Errorf("entry %s has no training curve", r.Key)
	}
	if err != nil {
		return s, err
	}
	s.First = metrics[0].Loss
	return s, nil
}

func (c *Contest) peer(ask *trainAsk) (Side, error) {
	start := time.Now()
	var a struct {
		CPU float64 `json:"cpu"`
		Side
	}
	if err := c.Peer.Ask(ask, &a); err != nil {
		return Side{}, err
	}
	a.Side.Seconds, a.Side.CPU = time.Since(start).Seconds(), a.CPU
	if s := a.Side; !(s.Loss >= 0) || math.IsInf(s.Loss, 1) {
		return s, fmt.Errorf("%s: test loss %v", c.Peer.Name(), s.Loss)
	}
	return a.Side, nil
}
