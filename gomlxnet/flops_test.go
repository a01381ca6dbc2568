package gomlxnet

import "testing"

func TestCost(t *testing.T) {
	layers, total, err := CaffeNet(1000).Cost(Cut{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range caffeNetTable {
		c := layers[i]
		if c.Parameters != want.params || c.Bytes != 4*int64(want.params) || c.MultiplyAdds != want.multiplyAdds {
			t.Errorf("%s: %+v, want %d parameters and %d multiply-adds", want.name, c, want.params, want.multiplyAdds)
		}
		activations := int64(want.conv.Values())
		if want.conv != want.out {
			activations += int64(want.out.Values())
		}
		if c.Activations != activations {
			t.Errorf("%s: %d activations, want %d", want.name, c.Activations, activations)
		}
		factor := int64(3) // forward, by the weights, by the input
		if i == 0 {
			factor = 2 // images take no gradient
		}
		if c.Train != factor*want.multiplyAdds {
			t.Errorf("%s: %d multiply-adds in training, want %d times %d", want.name, c.Train, factor, want.multiplyAdds)
		}
	}
	// 105,415,200 + 223,948,800 + 149,520,384 + 112,140,288 + 74,760,192 + 37,748,736 + 16,777,216 + 4,096,000:
	// the 724 million of the literature on CaffeNet.
	if total.Parameters != 60_965_224 || total.Bytes != 243_860_896 || total.MultiplyAdds != 724_406_816 {
		t.Errorf("total %+v, want 60,965,224 parameters, 243,860,896 bytes, 724,406,816 multiply-adds", total)
	}
	if want := 3*total.MultiplyAdds - layers[0].MultiplyAdds; total.Train != want {
		t.Errorf("training costs %d, want %d", total.Train, want)
	}
}

// Under a frozen cut the layers below cost their forward pass, the lowest one
// that learns two passes, those above three.
func TestCostOfCuts(t *testing.T) {
	a := CaffeNet(1000)
	for n := range 8 {
		_, whole, err := a.Cost(Cut{N: n})
		if err != nil {
			t.Fatal(err)
		}
		_, frozen, err := a.Cost(Cut{N: n, Frozen: true})
		if err != nil {
			t.Fatal(err)
		}
		var want int64
		for i, l := range caffeNetTable {
			want += l.multiplyAdds * int64(min(max(i-n+2, 1), 3))
		}
		if frozen.Train != want || frozen.MultiplyAdds != whole.MultiplyAdds {
			t.Errorf("n = %d frozen: %+v, want %d in training", n, frozen, want)
		}
		if whole.Train != 3*whole.MultiplyAdds-caffeNetTable[0].multiplyAdds {
			t.Errorf("n = %d learning: training costs %d, want that of a base net", n, whole.Train)
		}
	}
	for _, n := range []int{-1, 8} {
		if _, _, err := a.Cost(Cut{N: n}); err == nil {
			t.Errorf("cut %d: no error", n)
		}
	}
}
