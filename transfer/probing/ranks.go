package probing

import (
	"context"
	"errors"
	"fmt"
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
	alone, err := r.alone(ctx, receiver)
	if err != nil {
		return nil, err
	}
	values, err := r.atCuts(ctx, receiver, sender, RankFull, func(cut stitchCut, v Value) ([]Value, error) {
		return p.at(cut, v, alone.Number())
	})
	if err != nil {
		return nil, err
	}
	return append([]Value{alone}, values...), nil
}

// at is what is said of a cut. Where the sender cannot be stitched, the receiver perhaps can be to itself.
func (p Ranks) at(cut stitchCut, v Value, alone float64) ([]Value, error) {
	said, err := p.accuracies(cut, v)
	var no *unstitchable
	if errors.As(err, &no) {
		said, err = []Value{v.none(no)}, nil
	}
	if err != nil {
		return nil, err
	}
	self, _, err := cut.accuracy(cut.train, cut.test)
	if errors.As(err, &no) {
		return said, nil
	}
	if err != nil {
		return nil, err
	}
	v.Name = RankSelf
	return append(said, v.of(self).selfControl(alone, cut.test.Pictures())), nil
}

// accuracies are those at each rank, the lowest first.
func (p Ranks) accuracies(cut stitchCut, v Value) ([]Value, error) {
	w, err := leastSquares(cut.from[0], cut.train)
	if err != nil {
		return nil, err
	}
	var values []Value
	tested := func(name string, w affine) error {
		a, _, err := cut.tested(w, cut.from[1])
		if err == nil {
			v.Name = name
			values = append(values, v.of(a))
		}
		return err
	}
	for _, rank := range p.Ranks {
		if rank >= min(cut.from[0].Units(), cut.train.Units()) {
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
