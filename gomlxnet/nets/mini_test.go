package nets_test

import (
	"reflect"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

// has says whether a block has an operation of a type.
func has[S op.Spec](a arch.Arch, block int) bool {
	_, ok := arch.Find[S](a.Blocks[block])
	return ok
}

// starts says whether the weights of a block start with a standard deviation, and the biases of another with a value.
func starts(ofWeights int, std float64, ofBiases int, value float64) func(arch.Arch) bool {
	return func(a arch.Arch) bool {
		weight, _ := nettest.Params(a.Blocks[ofWeights])
		_, bias := nettest.Params(a.Blocks[ofBiases])
		return weight.Filler.Std == std && bias.Filler.Value == value
	}
}

func TestMiniDials(t *testing.T) {
	plain := nets.Mini(10, nets.MiniOptions{Size: 24})
	for name, c := range map[string]struct {
		opt  nets.MiniOptions
		same func(a arch.Arch) bool
	}{
		"no LRN": {nets.MiniOptions{Size: 24, NoLRN: true}, func(a arch.Arch) bool {
			return !has[op.LRN](a, 0) && !has[op.LRN](a, 1) && has[op.LRN](plain, 0)
		}},
		"0.01":             {nets.MiniOptions{Size: 24, Init: nets.GaussInit}, starts(5, 0.01, 3, 0)},
		"CaffeNet's":       {nets.MiniOptions{Size: 24, Init: nets.CaffeInit}, starts(5, 0.005, 3, 1)},
		"16 px":            {nets.MiniOptions{Size: 16}, func(a arch.Arch) bool { return !has[op.Pool](a, 4) }},
		"24 px has a pool": {nets.MiniOptions{Size: 24}, func(a arch.Arch) bool { return has[op.Pool](a, 4) }},
		"last layer stays": {nets.MiniOptions{Size: 24, Init: nets.CaffeInit}, func(a arch.Arch) bool {
			return reflect.DeepEqual(a.Blocks[7], plain.Blocks[7])
		}},
		"dropout is on fc7": {nets.MiniOptions{Size: 24, Dropout: 0.5}, func(a arch.Arch) bool {
			return nettest.First[op.Dropout](a.Blocks[6]).P == 0.5 && !has[op.Dropout](a, 4)
		}},
	} {
		a := nets.Mini(10, c.opt)
		if _, err := a.Dims(); err != nil || !c.same(a) {
			t.Errorf("%s: %v, %+v", name, err, a.Blocks)
		}
	}
	for _, s := range []string{"he", "gauss", "caffe"} {
		if _, err := nets.ParseInit(s); err != nil {
			t.Error(err)
		}
	}
	if _, err := nets.ParseInit("xavier"); err == nil {
		t.Error("no error for initial values that are none of ours")
	}
}
