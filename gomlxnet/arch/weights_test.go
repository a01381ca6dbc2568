package arch_test

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
)

func TestWeightsDigest(t *testing.T) {
	w := arch.Weights{"/b": {Shape: []int{2}, Data: []float32{1, 2}}, "/a": {Shape: []int{1, 2}, Data: []float32{3, 4}}}
	// printf '/a [1 2]\n\x00\x00\x40\x40\x00\x00\x80\x40/b [2]\n\x00\x00\x80\x3f\x00\x00\x00\x40' | sha256sum
	const want = "84df122d47e5019740f9dee82cb0eb44a7b3392dc21c99a92c5e0589d92e3e2f"
	if got := w.Digest(); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	for name, other := range map[string]arch.Weights{
		"value":    {"/b": {Shape: []int{2}, Data: []float32{1, 3}}, "/a": w["/a"]},
		"order":    {"/b": {Shape: []int{2}, Data: []float32{2, 1}}, "/a": w["/a"]},
		"shape":    {"/b": {Shape: []int{2}, Data: []float32{1, 2}}, "/a": {Shape: []int{2, 1}, Data: []float32{3, 4}}},
		"path":     {"/c": w["/b"], "/a": w["/a"]},
		"one less": {"/a": w["/a"]},
		"swapped":  {"/b": {Shape: []int{2}, Data: []float32{3, 4}}, "/a": {Shape: []int{1, 2}, Data: []float32{1, 2}}},
	} {
		if other.Digest() == want {
			t.Errorf("another %s, the same digest", name)
		}
	}
	// More values than fit the buffer of the hash: the last one counts too.
	long := arch.Weights{"/a": {Shape: []int{5000}, Data: make([]float32, 5000)}}
	before := long.Digest()
	long["/a"].Data[4999] = 1
	if long.Digest() == before {
		t.Error("the last of 5000 values does not count")
	}
}

func TestWeightsClone(t *testing.T) {
	w := arch.Weights{"/a": {Shape: []int{2}, Data: []float32{1, 2}}}
	c := w.Clone()
	c["/a"].Data[0], c["/a"].Shape[0] = 9, 9
	c["/b"] = arch.Tensor{}
	if w["/a"].Data[0] != 1 || w["/a"].Shape[0] != 2 || len(w) != 1 {
		t.Errorf("the clone shares with its origin: %v", w)
	}
}

func TestWeightsFinite(t *testing.T) {
	for _, c := range []struct {
		value float64
		want  bool
	}{{0, true}, {math.MaxFloat32, true}, {math.NaN(), false}, {math.Inf(1), false}, {math.Inf(-1), false}} {
		w := arch.Weights{"/a": {Shape: []int{2}, Data: []float32{1, float32(c.value)}}}
		if w.Finite() != c.want {
			t.Errorf("finite with %v: %v", c.value, !c.want)
		}
	}
}

func TestWeightsCheck(t *testing.T) {
	a := nettest.Tiny(10, 0)
	for _, c := range []struct {
		name   string
		change func(arch.Weights)
		want   string
	}{
		{"nothing", func(arch.Weights) {}, ""},
		{"lacks", func(w arch.Weights) { delete(w, "/net/fc6/biases") }, "lack /net/fc6/biases"},
		{"shape", func(w arch.Weights) { w["/net/conv2/weights"].Shape[0]++ }, "/net/conv2/weights"},
		{"too few values", func(w arch.Weights) {
			v := w["/net/fc7/weights"]
			w["/net/fc7/weights"] = arch.Tensor{Shape: v.Shape, Data: v.Data[1:]}
		}, "/net/fc7/weights"},
		{"one too many", func(w arch.Weights) { w["/net/fc9/weights"] = arch.Tensor{} }, "17 variables"},
	} {
		w := nettest.Init(t, a, 1)
		w = w.Clone()
		c.change(w)
		err := a.Check(w)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want an error that names %s", c.name, err, c.want)
		}
	}
}
