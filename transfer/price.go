package transfer

import (
	"context"
	"fmt"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
)

// Price is what training and testing one net takes, known before it is
// trained. Multiply-adds are those of convolutions and inner products, exact;
// see [gomlxnet.Arch.Cost] for what is counted.
type Price struct {
	Net          Net
	Cut          gomlxnet.Cut
	Key          string // of its result; "" where the data are not known
	Parent       string // key of the net that gives layers; "" where none does
	Steps, Batch int
	Tests        int   // passes over the test part, the last one included
	TestImages   int   // of one pass
	Train        int64 // multiply-adds of all steps, forward and backward
	Test         int64 // multiply-adds of all tests
	TrainImage   int64 // of one image in training, forward and backward; in the first stage, where layers are thawed
	TestImage    int64 // of one image in a test
	WholeImage   int64 // of one image in training where all layers learn
	Weights      int64 // bytes of the weights, as they are stored
	Activations  int64 // bytes of the values that leave the layers, of one batch
}

// Images is how many are seen in training.
func (p Price) Images() int64 { return int64(p.Steps) * int64(p.Batch) }

// MultiplyAdds is all that the net takes, training and tests.
func (p Price) MultiplyAdds() int64 { return p.Train + p.Test }

func newPrice(net Net, arch gomlxnet.Arch, r Recipe, testImages int) (Price, error) {
	cut := net.cut(arch)
	_, total, err := arch.Cost(cut)
	if err != nil {
		return Price{}, fmt.Errorf("net %s: %w", net, err)
	}
	_, whole, err := arch.Cost(gomlxnet.Cut{})
	if err != nil {
		return Price{}, fmt.Errorf("net %s: %w", net, err)
	}
	p := Price{Net: net, Cut: cut, Steps: r.Steps, Batch: r.Batch, Tests: 1, TestImages: testImages, WholeImage: whole.Train,
		TrainImage: total.Train, TestImage: total.MultiplyAdds, Weights: total.Bytes, Activations: 4 * total.Activations * int64(r.Batch)}
	if r.TestEvery > 0 {
		p.Tests += r.Steps / r.TestEvery
	}
	from := 0
	for _, s := range net.Treatment.stages(net.N, arch.Cuts(), r.Steps) {
		_, here, err := arch.Cost(s.cut)
		if err != nil {
			return Price{}, fmt.Errorf("net %s: %w", net, err)
		}
		p.Train += here.Train * int64(s.to-from) * int64(r.Batch)
		from = s.to
	}
	p.Test = p.TestImage * int64(p.Tests) * int64(testImages)
	return p, nil
}

// Price says what a net of the Lab takes. The images of its tasks are decoded,
// as its key depends on them; nothing is compiled.
func (l *Lab) Price(ctx context.Context, net Net) (Price, error) {
	plan, err := l.plan(ctx, net)
	if err != nil {
		return Price{}, fmt.Errorf("net %s: %w", net, err)
	}
	p, err := newPrice(net, plan.arch, plan.recipe, plan.task.NumTest())
	p.Key, p.Parent = plan.key, plan.spec.Parent
	return p, err
}

// testPerClass is the number of validation images a class of ILSVRC2012.
const testPerClass = 50

// PaperPrice says what a net of [Paper] or [RandomFilters] takes in CaffeNet,
// without any data: steps and batch are the recipe's, test images those of
// ILSVRC2012. It fails for a net whose steps depend on its data.
func PaperPrice(p Planned) (Price, error) {
	if p.Recipe.Steps == 0 {
		return Price{}, fmt.Errorf("net %s: its number of steps follows from its data", p.Net)
	}
	classes := len(dataset.Synsets())
	if p.Net.Target != Whole {
		split, err := dataset.ILSVRC12Split(p.Net.Split)
		if err != nil {
			return Price{}, fmt.Errorf("net %s: %w", p.Net, err)
		}
		classes = len(split.A)
		if p.Net.Target == B {
			classes = len(split.B)
		}
	}
	return newPrice(p.Net, gomlxnet.CaffeNet(1000), p.Recipe, testPerClass*classes)
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
