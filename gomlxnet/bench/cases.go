package main

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
)

// benchCase is one thing that is timed.
type benchCase struct {
	Name  string
	What  string
	Arch  arch.Arch
	Batch int
	Nets  int // trained in one graph, each with a batch of its own; 0: one
	Cut   arch.Cut
	Infer bool // a pass over test images instead of a training step
	Bytes bool // ours is given pictures as bytes, which its graph cuts and normalises, the peers what comes of them
	First bool // the net from nothing to its first step, compiling included
	Rate  float64
}

// The paper's experiment: nets, and steps of a batch each. Source: max_iter and batch of the 2014 release.
const (
	paperNets  = 163
	paperSteps = 450_000
	paperBatch = 256
)

const cuda = "xla:cuda" // see backend.Class

// The solver of all cases.
const (
	momentum = 0.9
	decay    = 0.0005
)

// cases lists what is timed, in the order of the table, on a class of machine: CaffeNet's batch is the paper's where
// one has a GPU.
func cases(class string) []benchCase {
	mini := nets.Mini(50, nets.MiniOptions{Widths: [7]int{32, 64, 96, 96, 64, 256, 256}})
	caffenet := nets.CaffeNet(1000)
	for i, b := range caffenet.Blocks {
		caffenet.Blocks[i] = arch.Without[op.Dropout](b)
	}
	large := 32
	if class == cuda {
		large = paperBatch
	}
	list := []benchCase{{Name: "mini-train", What: "Mini, training step", Arch: mini, Batch: 128, Rate: 0.01}}
	for _, n := range []int{3, 5, 7} {
		list = append(list, benchCase{
			Name:  fmt.Sprintf("mini-frozen%d", n),
			What:  fmt.Sprintf("Mini, layers 1..%d frozen, training step", n),
			Arch:  mini,
			Batch: 128,
			Rate:  0.01,
			Cut:   arch.Cut{N: n, Frozen: true},
		})
	}
	list = append(
		list,
		benchCase{
			Name:  "mini-finetune",
			What:  "Mini, layers 1..5 donated, all learn, training step",
			Arch:  mini,
			Batch: 128,
			Rate:  0.01,
			Cut:   arch.Cut{N: 5},
		},
		benchCase{Name: "mini-infer", What: "Mini, testing", Arch: mini, Batch: 128, Infer: true},
		benchCase{
			Name:  "mini-first-step",
			What:  "Mini, from nothing to the first training step",
			Arch:  mini,
			Batch: 128,
			Rate:  0.01,
			First: true,
		},
		benchCase{
			Name:  "caffenet-train",
			What:  "CaffeNet, 227 px, training step",
			Arch:  caffenet,
			Batch: large,
			Rate:  0.001,
		},
		benchCase{
			Name:  "mini-by8",
			What:  "Mini, 8 nets in one graph, training step of each",
			Arch:  mini,
			Batch: 128,
			Nets:  8,
			Rate:  0.01,
		},
	)
	for _, p := range presets {
		list = append(list, p.cases()...)
	}
	return list
}

// preset is a net with batch norm. Half of its cuts are below middle.
type preset struct {
	name, what, text string
	classes, batch   int
	middle           int
	rate             float64
}

var presets = []preset{
	{"resnet20", "ResNet-20, 32 px", "resnet20", 10, 128, 5, 0.01},
	{"vgg11bn", "VGG-11 with batch norm, 64 px", "vgg11_bn:size=64", 100, 32, 5, 0.001},
}

// cases are a training step, that of a net frozen at the middle, and a pass over test images. Dropout is left out, as
// CaffeNet's is.
func (p preset) cases() []benchCase {
	a, err := nets.Named(p.text, p.classes, 0)
	if err != nil {
		panic(err) // the text is ours
	}
	for i, b := range a.Blocks {
		a.Blocks[i] = arch.Without[op.Dropout](b)
	}
	train := benchCase{
		Name:  p.name + "-train",
		What:  p.what + ", training step",
		Arch:  a,
		Batch: p.batch,
		Rate:  p.rate,
	}
	frozen, infer := train, train
	frozen.Name, frozen.Cut = p.name+"-frozen", arch.Cut{N: p.middle, Frozen: true}
	frozen.What = fmt.Sprintf("%s, layers 1..%d frozen, training step", p.what, p.middle)
	infer.Name, infer.What, infer.Infer = p.name+"-infer", p.what+", testing", true
	return []benchCase{train, frozen, infer}
}

// nets is how many are trained.
func (c benchCase) nets() int { return max(1, c.Nets) }

// pick gives the cases named; no names: all, but on a CPU, which one net fills, those of one net.
func pick(names []string, class string) ([]benchCase, error) {
	all := cases(class)
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(c benchCase) bool { return c.nets() > 1 && class != cuda }), nil
	}
	var picked []benchCase
	for _, name := range names {
		found := false
		for _, c := range all {
			if c.Name == name {
				picked, found = append(picked, c), true
			}
		}
		if !found {
			var known []string
			for _, c := range all {
				known = append(known, c.Name)
			}
			return nil, fmt.Errorf("-case %s: want some of %s", name, strings.Join(known, ", "))
		}
	}
	return picked, nil
}

// in is the case with activations of another precision.
func (c benchCase) in(p arch.Precision) benchCase {
	if p != arch.Float32 {
		c.Name, c.What = fmt.Sprintf("%s-%s", c.Name, p), fmt.Sprintf("%s, %s", c.What, p)
		c.Arch.Precision = p
	}
	return c
}

// asBytes is the case with pictures as bytes for ours; a pass over test images takes floats alone.
func (c benchCase) asBytes() benchCase {
	if !c.Infer {
		c.Name, c.What, c.Bytes = c.Name+"-bytes", c.What+", pictures as bytes", true
	}
	return c
}

// preprocess is what is done to the pictures of a case as bytes: their side is longer than that of the net's by an
// eighth, as 256 px are than 227, and what enters has a mean of 0 and a variance of 1.
func (c benchCase) preprocess() *dataset.Preprocess {
	size := c.Arch.Size + c.Arch.Size/8
	p := &dataset.Preprocess{Height: size, Width: size, Channels: c.Arch.Channels, Size: c.Arch.Size,
		Mean: make([]float32, size*size*c.Arch.Channels), Scale: 1 / 73.9} // the deviation of even bytes
	for i := range p.Mean {
		p.Mean[i] = 127.5
	}
	return p
}

// images is how many a step has.
func (c benchCase) images() int { return c.nets() * c.Batch }

// flop is what one image asks for, in multiplications and additions.
func (c benchCase) flop() (float64, error) {
	_, cost, err := c.Arch.Cost(c.Cut)
	if err != nil {
		return 0, err
	}
	if c.Infer {
		return 2 * float64(cost.MultiplyAdds), nil
	}
	return 2 * float64(cost.Train), nil
}
