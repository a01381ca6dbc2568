package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
)

// Cost is what training and testing one net takes, known before it is trained.
// Multiply-adds are those of convolutions and inner products, exact; see
// [arch.Arch.Cost] for what is counted.
type Cost struct {
	Tests       int   // passes over the test part, the last one included
	Train       int64 // multiply-adds of all steps, forward and backward
	Test        int64 // multiply-adds of all tests
	TrainImage  int64 // of one image in training, forward and backward; in the first stage, where layers are thawed
	TestImage   int64 // of one image in a test
	WholeImage  int64 // of one image in training where all layers learn
	WeightBytes int64 // of the weights, as they are stored
}

// Images is how many a net sees in training.
func (p *Plan) Images() int64 { return int64(p.Recipe.Steps) * int64(p.Recipe.Batch) }

// MultiplyAdds is all that a net takes, training and tests.
func (c Cost) MultiplyAdds() int64 { return c.Train + c.Test }

func newCost(net Net, a *sized, r Recipe, testImages int) (Cost, error) {
	total, err := a.cost(net.cut(a.Arch))
	if err != nil {
		return Cost{}, err
	}
	whole, err := a.cost(arch.Cut{})
	if err != nil {
		return Cost{}, err
	}
	c := Cost{
		Tests:       1,
		WholeImage:  whole.Train,
		TrainImage:  total.Train,
		TestImage:   total.MultiplyAdds,
		WeightBytes: total.Bytes,
	}
	if r.TestEvery > 0 {
		c.Tests += r.Steps / r.TestEvery
	}
	if c.Train, err = trainCost(net, a, r.Steps); err != nil {
		return Cost{}, err
	}
	c.Train *= int64(r.Batch)
	c.Test = c.TestImage * int64(c.Tests) * int64(testImages)
	return c, nil
}

// trainCost is the multiply-adds of steps of one image each, forward and backward, over all stages of a net's training.
func trainCost(net Net, a *sized, steps int) (sum int64, err error) {
	from := 0
	for _, s := range net.Treatment.stages(net.N, a.Cuts(), steps) {
		here, err := a.cost(s.cut)
		if err != nil {
			return 0, err
		}
		sum += here.Train * int64(s.to-from)
		from = s.to
	}
	return sum, nil
}

// sized is an architecture with the outputs of a task, and what was worked out of it. The nets of an experiment share
// one for each number of outputs, so that a plan of many nets works it out once. Several goroutines may use it.
type sized struct {
	arch.Arch
	text  json.RawMessage // as specs have it, without its name
	costs *memo[arch.Cut, op.Cost]
}

func newSized(a arch.Arch) (*sized, error) {
	nameless := a
	nameless.Name = ""
	text, err := json.Marshal(nameless)
	return &sized{Arch: a, text: text, costs: newMemo[arch.Cut, op.Cost]()}, err
}

// MarshalJSON gives what was written once.
func (s *sized) MarshalJSON() ([]byte, error) { return s.text, nil }

// UnmarshalJSON reads the architecture of a spec.
func (s *sized) UnmarshalJSON(text []byte) error {
	var a arch.Arch
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	read, err := newSized(a)
	if err == nil {
		*s = *read
	}
	return err
}

// cost is that of all layers, see [arch.Arch.Cost].
func (s *sized) cost(cut arch.Cut) (op.Cost, error) {
	return s.costs.get(context.Background(), cut, func() (op.Cost, error) {
		_, total, err := s.Cost(cut)
		return total, err
	})
}

// testPerClass is the number of validation images a class of ILSVRC2012.
const testPerClass = 50

// PaperPlan is what is known of a net of [Paper] or [RandomFilters] in CaffeNet without any data: steps and batch are
// the recipe's, test images those of ILSVRC2012. It fails for a net whose steps depend on its data.
func PaperPlan(g GridNet) (*Plan, error) {
	fail := func(err error) (*Plan, error) { return nil, fmt.Errorf("net %s: %w", g.Net, err) }
	if g.Recipe.Steps == 0 {
		return fail(fmt.Errorf("its number of steps follows from its data"))
	}
	classes := len(dataset.Synsets())
	if g.Net.Target != Whole {
		split, err := dataset.ILSVRC12Split(g.Net.Split)
		if err != nil {
			return fail(err)
		}
		classes = len(split.A)
		if g.Net.Target == B {
			classes = len(split.B)
		}
	}
	p := &Plan{Net: g.Net, Arch: nets.CaffeNet(1000), Recipe: g.Recipe}
	p.Cut = g.Net.cut(p.Arch)
	a, err := newSized(p.Arch)
	if err != nil {
		return fail(err)
	}
	if p.Cost, err = newCost(g.Net, a, g.Recipe, testPerClass*classes); err != nil {
		return fail(err)
	}
	return p, nil
}

// WithParents adds to nets the parents that are not among them, each before
// its first child.
func WithParents(nets []Net) []Net {
	seen := make(map[Net]bool, len(nets))
	for _, n := range nets {
		seen[n] = true
	}
	var all []Net
	var add func(n Net)
	add = func(n Net) {
		if p, ok := n.Parent(); ok && !seen[p] {
			seen[p] = true
			add(p)
		}
		all = append(all, n)
	}
	for _, n := range nets {
		add(n)
	}
	return all
}
