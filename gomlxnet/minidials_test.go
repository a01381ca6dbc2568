package gomlxnet

import (
	"reflect"
	"testing"

	"coadapt/gomlxnet/op"
)

// has says whether a block has an operation of a type.
func has[S op.Spec](a Arch, block int) bool {
	_, ok := Find[S](a.Blocks[block])
	return ok
}

// starts says whether the weights of a block start with a standard deviation, and the biases of another with a value.
func starts(ofWeights int, std float64, ofBiases int, value float64) func(Arch) bool {
	return func(a Arch) bool {
		weight, _ := params(a.Blocks[ofWeights])
		_, bias := params(a.Blocks[ofBiases])
		return weight.Filler.Std == std && bias.Filler.Value == value
	}
}

func TestMiniDials(t *testing.T) {
	plain := Mini(10, MiniOptions{Size: 24})
	for name, c := range map[string]struct {
		opt  MiniOptions
		same func(a Arch) bool
	}{
		"no LRN":            {MiniOptions{Size: 24, NoLRN: true}, func(a Arch) bool { return !has[op.LRN](a, 0) && !has[op.LRN](a, 1) && has[op.LRN](plain, 0) }},
		"0.01":              {MiniOptions{Size: 24, Init: GaussInit}, starts(5, 0.01, 3, 0)},
		"CaffeNet's":        {MiniOptions{Size: 24, Init: CaffeInit}, starts(5, 0.005, 3, 1)},
		"16 px":             {MiniOptions{Size: 16}, func(a Arch) bool { return !has[op.Pool](a, 4) }},
		"24 px has a pool":  {MiniOptions{Size: 24}, func(a Arch) bool { return has[op.Pool](a, 4) }},
		"last layer stays":  {MiniOptions{Size: 24, Init: CaffeInit}, func(a Arch) bool { return reflect.DeepEqual(a.Blocks[7], plain.Blocks[7]) }},
		"dropout is on fc7": {MiniOptions{Size: 24, Dropout: 0.5}, func(a Arch) bool { return first[op.Dropout](a.Blocks[6]).P == 0.5 && !has[op.Dropout](a, 4) }},
	} {
		a := Mini(10, c.opt)
		if _, err := a.Dims(); err != nil || !c.same(a) {
			t.Errorf("%s: %v, %+v", name, err, a.Blocks)
		}
	}
	for _, s := range []string{"he", "gauss", "caffe"} {
		if _, err := ParseInit(s); err != nil {
			t.Error(err)
		}
	}
	if _, err := ParseInit("xavier"); err == nil {
		t.Error("no error for initial values that are none of ours")
	}
}
