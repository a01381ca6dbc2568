package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
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
	Peer   Asker          // trains one after another
	Dir    string         // of files for the peer
	Settle time.Duration  // before each turn, so that the threads of the one before stop spinning
	Say    func(format string, args ...any)
	// Started is what each side took before its first net, ours and the peer's: a process, its libraries and pictures.
	// Run adds the pictures.
	Started [2]Cost

	began, stepped time.Time // of our turn, and the end of its first step
}

// Outcome is what a net came to on one side.
type Outcome struct {
	Images   int     `json:"images"` // trained
	Tested   int     `json:"tested"`
	Accuracy float64 `json:"accuracy"`
	Loss     float64 `json:"loss"`  // of the test, nats
	First    float64 `json:"first"` // mean training loss over the first steps
	Last     float64 `json:"last"`  // mean training loss over the last tenth of the steps
}

// Side is what the nets of a turn took on one side.
type Side struct {
	Cost
	FirstStep float64   `json:"first_step,omitempty"` // seconds until the first was done, compiling included; ours only
	Nets      []Outcome `json:"nets"`
}

// Turn is some nets of one condition on both sides: ours beside each other, the peer's one after another.
type Turn struct {
	Nets []transfer.Net
	Ours Side
	Peer Side
}

// Ratio is how many times as long the peer takes.
func (t Turn) Ratio() float64 { return t.Peer.Seconds / t.Ours.Seconds }

// name is that of its nets.
func (t Turn) name() string { return nameOf(t.Nets) }

func nameOf(nets []transfer.Net) string {
	var names []string
	for _, n := range nets {
		names = append(names, n.String())
	}
	return strings.Join(names, ", ")
}

// Hear is to be told the Lab's events: it learns from them when the first step is done.
func (c *Contest) Hear(e transfer.Event) {
	if e.Step > 0 && c.stepped.IsZero() {
		c.stepped = time.Now()
	}
}

// first is how many steps the first point of a training curve is a mean over.
func first(steps int) int { return max(1, steps/100) }

// turnNets is how many nets of a turn each of the Lab's workers trains, at most: several, so that one
// may train while another compiles, as in any curve, and on two cores all of a condition of the balanced miniature.
const turnNets = 8

// Run trains all nets, parents first; each turn is told of as both sides have done it. It fails
// where the two are not the same: see [Compare].
func (c *Contest) Run(ctx context.Context, each func(Turn) error) ([]Turn, error) {
	nets := slices.Clone(transfer.WithParents(c.Nets))
	slices.SortStableFunc(nets, func(a, b transfer.Net) int {
		return cmp.Or(generation(a)-generation(b), cmp.Compare(a.Treatment, b.Treatment), cmp.Compare(a.N, b.N))
	})
	w := &writer{dir: c.Dir, tasks: map[*dataset.Task]string{}}
	if err := c.load(ctx, w, nets); err != nil {
		return nil, err
	}
	keep := map[transfer.Net]bool{}
	for _, n := range nets {
		if p, ok := n.Parent(); ok {
			keep[p] = true
		}
	}
	var turns []Turn
	for done := 0; done < len(nets); {
		t := Turn{Nets: nets[done:min(done+turnNets*c.Lab.Workers(), len(nets))]}
		for i, n := range t.Nets {
			if n.Treatment != t.Nets[0].Treatment {
				t.Nets = t.Nets[:i]
				break
			}
		}
		var asks []*trainAsk
		alike := true // the two sides see the very same inputs
		for i, net := range t.Nets {
			p, err := c.Lab.Plan(ctx, net)
			if err != nil {
				return nil, err
			}
			ask, err := w.net(i, p, keep[net])
			if err != nil {
				return nil, err
			}
			asks = append(asks, ask)
			alike = alike && p.Recipe.Pad == 0 && !p.Recipe.Mirror && whole(p)
		}
		done += len(t.Nets)
		c.Say("%s, %d of %d nets", t.name(), done, len(nets))
		for k := range 2 {
			err := pause(ctx, c.Settle)
			switch {
			case err != nil:
			case (len(turns)+k)%2 == 0:
				t.Ours, err = c.ours(ctx, t.Nets)
			default:
				t.Peer, err = c.peer(asks)
			}
			if err != nil {
				return nil, fmt.Errorf("net %s: %w", t.name(), err)
			}
		}
		if err := t.compare(alike); err != nil {
			return nil, err
		}
		turns = append(turns, t)
		if err := each(t); err != nil {
			return nil, err
		}
	}
	return turns, Compare(turns)
}

// generation is 0 for nets that take nothing from others, and one more than their parent's for those that do.
func generation(n transfer.Net) int {
	if parent, ok := n.Parent(); ok {
		return 1 + generation(parent)
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
		p, err := c.Lab.Plan(ctx, net)
		if err != nil {
			return err
		}
		c.Started[0].add(Cost{time.Since(start).Seconds(), peers.CPUSeconds() - cpu})
		ask, err := w.task(p.Task)
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
func whole(p *transfer.Plan) bool {
	h, w, _ := p.Task.Shape()
	return h == p.Arch.Size && w == p.Arch.Size
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

func (c *Contest) ours(ctx context.Context, nets []transfer.Net) (Side, error) {
	c.began, c.stepped = time.Now(), time.Time{}
	cpu := peers.CPUSeconds()
	results := map[transfer.Net]transfer.Result{}
	for r, err := range c.Lab.Curve(ctx, nets) {
		if err != nil {
			return Side{}, err
		}
		results[r.Net] = r
	}
	s := Side{Cost: Cost{time.Since(c.began).Seconds(), peers.CPUSeconds() - cpu},
		FirstStep: c.stepped.Sub(c.began).Seconds()}
	for _, net := range nets {
		r := results[net]
		switch {
		case r.Hit:
			return s, fmt.Errorf("%s: it is in the store %s already: there is nothing to time", net, c.Store.Dir())
		case !r.HasWeights():
			return s, fmt.Errorf("%s: %s: %s", net, r.Status, r.Reason)
		}
		metrics, err := transfer.Metrics(c.Store, r.Key)
		if err == nil && len(metrics) == 0 {
			err = fmt.Errorf("entry %s has no training curve", r.Key)
		}
		if err != nil {
			return s, err
		}
		s.Nets = append(s.Nets,
			Outcome{Images: r.Images, Tested: r.Tested, Accuracy: r.Accuracy, Loss: r.Loss, First: metrics[0].Loss,
				Last: r.TrainLoss})
	}
	return s, nil
}

func (c *Contest) peer(asks []*trainAsk) (Side, error) {
	var s Side
	start := time.Now()
	for _, ask := range asks {
		var a struct {
			CPU float64 `json:"cpu"`
			Outcome
		}
		if err := c.Peer.Ask(ask, &a); err != nil {
			return s, err
		}
		if !(a.Loss >= 0) || math.IsInf(a.Loss, 1) {
			return s, fmt.Errorf("%s: test loss %v", c.Peer.Name(), a.Loss)
		}
		s.CPU += a.CPU
		s.Nets = append(s.Nets, a.Outcome)
	}
	s.Seconds = time.Since(start).Seconds()
	return s, nil
}
