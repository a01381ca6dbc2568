package probing

import (
	"context"
	"errors"
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// Ranks stitches as [Stitch] does, with maps of low rank: how many directions of the sender's features does the
// receiver need at a cut? The map of a rank is the one with the least squared error (see affine.ofRank).
type Ranks struct {
	Ranks []int // those that are asked for; of a layer with no more units, the full map stands for the last
}

// Names of the values of Ranks. That of a rank is RankStitched with the rank.
const (
	RankStitched = "accuracy at rank %d"
	RankFull     = "accuracy at full rank"
	RankSelf     = "accuracy, receiver stitched to itself at full rank"
)

// Nets is 2.
func (Ranks) Nets() int { return 2 }

// Values are, for each cut, the accuracy of the stitched net with each rank below the number of units, with the full
// map, and of the receiver stitched to itself, which must lose nothing.
func (p Ranks) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	for _, rank := range p.Ranks {
		if rank < 1 {
			return nil, fmt.Errorf("a stitch of rank %d: want 1 at least", rank)
		}
	}
	receiver, sender := nets[0], nets[1]
	last := len(receiver.Arch.Blocks) - 1
	out, err := r.Features(ctx, receiver, dataset.Test, last)
	if err != nil {
		return nil, err
	}
	right, _ := score(out.Data, out.Labels)
	values := []Value{Value{Name: Receiver, Unit: "share"}.of(mean(right, nil))}
	for l := range min(last, len(sender.Arch.Blocks)-1) {
		cut, from, err := r.stitchAt(ctx, receiver, sender, l)
		v := Value{Layer: receiver.Arch.Blocks[l].Name, Name: RankFull, Unit: "share"}
		var no *unstitchable
		if errors.As(err, &no) {
			values = append(values, v.none(no))
			continue
		}
		if err != nil {
			return nil, err
		}
		said, err := p.at(cut, v, from)
		if errors.As(err, &no) {
			said, err = []Value{v.none(no)}, nil
		}
		if err != nil {
			return nil, err
		}
		self, _, err := cut.accuracy(cut.train, cut.test)
		if errors.As(err, &no) {
			values = append(values, said...)
			continue
		}
		if err != nil {
			return nil, err
		}
		v.Name = RankSelf
		values = append(append(values, said...), v.of(self).selfControl(mean(right, nil), cut.test.Pictures()))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// at is the accuracy at each rank, the lowest first.
func (p Ranks) at(cut stitchCut, v Value, from [2]Features) ([]Value, error) {
	w, err := leastSquares(from[0], cut.train)
	if err != nil {
		return nil, err
	}
	var values []Value
	tested := func(name string, w affine) error {
		a, _, err := cut.tested(w, from[1])
		if err == nil {
			v.Name = name
			values = append(values, v.of(a))
		}
		return err
	}
	for _, rank := range p.Ranks {
		if rank >= min(from[0].Units(), cut.train.Units()) {
			continue
		}
		low, err := w.ofRank(rank)
		if err == nil {
			err = tested(fmt.Sprintf(RankStitched, rank), low)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, tested(RankFull, w)
}
