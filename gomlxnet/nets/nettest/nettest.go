// Package nettest has the small nets that tests share, and changes to them.
package nettest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
)

// Tiny is a Mini of eight narrow layers for 16 px images, its windows given
// here, whatever those of the preset are: 16 px -> 8 -> 4 -> 4 -> 4 -> 2.
func Tiny(classes int, dropout float64) arch.Arch {
	a := nets.Mini(classes, nets.MiniOptions{Size: 16, Widths: [7]int{4, 6, 8, 8, 6, 8, 8}, Dropout: dropout})
	Edit(&a, 0, func(c *op.Convolution) { c.Stride = 1 })
	for i := range a.Blocks {
		SetFiller(&a, i, op.Filler{Kind: op.MSRA})
	}
	return a
}

// Edit changes the first operation of a type in a block.
func Edit[S op.Spec](a *arch.Arch, block int, change func(*S)) {
	ops := a.Blocks[block].Ops
	for k, o := range ops {
		if s, ok := o.Spec.(S); ok {
			change(&s)
			ops[k].Spec = any(s).(op.Spec)
			return
		}
	}
	panic(fmt.Sprintf("block %s has no %T", a.Blocks[block].Name, *new(S)))
}

// First is the first operation of a type in a block, or a zero one.
func First[S op.Spec](b arch.Block) S {
	s, _ := arch.Find[S](b)
	return s
}

// Params are those of the weights and the biases of a block of CaffeNet's kind.
func Params(b arch.Block) (weight, bias op.Param) {
	switch s := b.Ops[0].Spec.(type) {
	case op.Convolution:
		return s.Weight, *s.Bias
	case op.Dense:
		return s.Weight, *s.Bias
	}
	panic(b.Name)
}

// setParams sets them.
func setParams(a *arch.Arch, block int, weight, bias op.Param) {
	o := &a.Blocks[block].Ops[0]
	switch s := o.Spec.(type) {
	case op.Convolution:
		s.Weight, s.Bias = weight, &bias
		o.Spec = s
	case op.Dense:
		s.Weight, s.Bias = weight, &bias
		o.Spec = s
	}
}

// Multipliers sets those of the rates of a block's weights and biases.
func Multipliers(a *arch.Arch, block int, ofWeight, ofBias float64) {
	weight, bias := Params(a.Blocks[block])
	weight.RateMult, bias.RateMult = ofWeight, ofBias
	setParams(a, block, weight, bias)
}

// SetFiller sets that of the weights.
func SetFiller(a *arch.Arch, block int, f op.Filler) {
	weight, bias := Params(a.Blocks[block])
	weight.Filler = f
	setParams(a, block, weight, bias)
}

// Batch draws batch k for tiny nets of the given arch.
func Batch(a arch.Arch, batch int, k uint64) (images []float32, labels []int32) {
	rng := rand.New(rand.NewPCG(k, 3))
	images, labels = make([]float32, batch*a.Size*a.Size*a.Channels), make([]int32, batch)
	for i := range images {
		images[i] = float32(rng.NormFloat64())
	}
	for i := range labels {
		labels[i] = int32(rng.IntN(a.Classes))
	}
	return images, labels
}

// Init are the initial weights of a seed.
func Init(t testing.TB, a arch.Arch, seed uint64) arch.Weights {
	t.Helper()
	w, err := a.Init(seed)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// EqualBits says whether two variables have the same values, to the bit.
func EqualBits(a, b arch.Tensor) bool {
	return slices.EqualFunc(a.Data, b.Data,
		func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
