package bench

import (
	"fmt"
	"math"

	"coadapt/transfer"
)

const (
	// firstApart is by how much the losses of the first steps may differ, of their size: what float32 rounds off grows
	// from step to step, and PyTorch's solver has the rate outside the momentum.
	firstApart = 1e-3
	// seedsApart is by how much the mean accuracies of a treatment may differ: no more than two seeds of one net at
	// most do in notebooks/results/shapes/nets.jsonl (0.153 among 120 nets of three seeds; their standard deviation
	// is 0.029).
	seedsApart = 0.153
)

// compare says where the two sides did not do the same. alike is whether they saw the very same inputs.
func (t Turn) compare(alike bool) error {
	for i, net := range t.Nets {
		o, p := t.Ours.Nets[i], t.Peer.Nets[i]
		if o.Images != p.Images || o.Tested != p.Tested {
			return fmt.Errorf("net %s: ours trained on %d images and was tested on %d, the peer's on %d and %d", net,
				o.Images, o.Tested, p.Images, p.Tested)
		}
		if _, ok := net.Parent(); alike && !ok { // children begin with what their parents came to, on either side
			if far := math.Abs(o.First-p.First) / o.First; !(far <= firstApart) {
				return fmt.Errorf("net %s: mean loss over the first steps %.7g, the peer's %.7g; more than %g of it "+
					"apart: they do not train the same net", net, o.First, p.First, firstApart)
			}
		}
	}
	return nil
}

// Compare fails where the nets of a treatment came to other accuracies on one
// side than on the other, by more than seeds make.
func Compare(turns []Turn) error {
	for _, r := range byTreatment(turns) {
		if far := math.Abs(r.accuracy[0] - r.accuracy[1]); !(far <= seedsApart) {
			return fmt.Errorf("%s: mean accuracy %.3f of %d nets, the peer's %.3f; more than %g apart, which seeds "+
				"do not explain", r.name, r.accuracy[0], r.nets, r.accuracy[1], seedsApart)
		}
	}
	return nil
}

// row is the sum over some turns.
type row struct {
	name                string
	turns, nets, images int
	ours, peer          Cost
	accuracy            [2]float64 // means over nets, ours first
	least, most         float64    // of a turn's ratio
}

// Cost is time by the clock and of all threads, seconds.
type Cost struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
}

func (c *Cost) add(d Cost) { c.Seconds, c.CPU = c.Seconds+d.Seconds, c.CPU+d.CPU }

// byTreatment sums the turns of each treatment, in the order in which they come.
func byTreatment(turns []Turn) []*row {
	var rows []*row
	at := map[transfer.Treatment]*row{}
	for _, t := range turns {
		r := at[t.Nets[0].Treatment]
		if r == nil {
			r = &row{name: t.Nets[0].Treatment.String()}
			at[t.Nets[0].Treatment], rows = r, append(rows, r)
		}
		r.add(t)
	}
	return rows
}

func (r *row) add(t Turn) {
	x := t.Ratio()
	if r.turns == 0 {
		r.least, r.most = x, x
	}
	r.turns++
	r.least, r.most = min(r.least, x), max(r.most, x)
	for i, o := range t.Ours.Nets {
		for k, a := range []float64{o.Accuracy, t.Peer.Nets[i].Accuracy} {
			r.accuracy[k] += (a - r.accuracy[k]) / float64(r.nets+1)
		}
		r.nets, r.images = r.nets+1, r.images+o.Images
	}
	r.ours.add(t.Ours.Cost)
	r.peer.add(t.Peer.Cost)
}
