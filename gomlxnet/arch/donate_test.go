package arch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

func TestDonate(t *testing.T) {
	a := nettest.Tiny(10, 0)
	donorArch := nettest.Tiny(25, 0) // other classes: its last layer does not fit, and is never wanted
	fresh, donor := nettest.Init(t, a, 1), nettest.Init(t, donorArch, 2)
	for path, tensor := range donor { // biases start equal: tell the nets apart
		for i := range tensor.Data {
			donor[path].Data[i] += 0.5
		}
	}
	freshDigest, donorDigest := fresh.Digest(), donor.Digest()
	vars, _ := a.Variables()
	for n := range 8 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			net, err := a.Donate(fresh, donor, n)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Check(net); err != nil {
				t.Fatal(err)
			}
			for _, v := range vars {
				from := fresh
				if v.Layer < n {
					from = donor
				}
				if !slices.Equal(net[v.Path].Data, from[v.Path].Data) {
					t.Errorf("%s comes from the wrong net", v.Path)
				}
				net[v.Path].Data[0], net[v.Path].Shape[0] = 12345, -1 // aliases would show below
			}
			if fresh.Digest() != freshDigest || donor.Digest() != donorDigest {
				t.Error("changing the new net changed the one it came from")
			}
		})
	}
}

func TestDonateErrors(t *testing.T) {
	a := nettest.Tiny(10, 0)
	fresh := nettest.Init(t, a, 1)
	lacks := fresh.Clone()
	delete(lacks, "/net/conv2/biases")
	wide := nettest.Tiny(10, 0)
	nettest.Edit(&wide, 2, func(c *op.Convolution) { c.Out = 16 })
	for _, c := range []struct {
		name         string
		fresh, donor arch.Weights
		n            int
		want         string
	}{
		{"cut too deep", fresh, fresh, 8, "cut n = 8"},
		{"negative cut", fresh, fresh, -1, "cut n = -1"},
		{"donor lacks a variable", fresh, lacks, 2, "lacks /net/conv2/biases"},
		{"donor has other widths", fresh, nettest.Init(t, wide, 1), 3, "/net/conv3/weights"},
		{"fresh lacks a variable", lacks, fresh, 2, "/net/conv2/biases"},
	} {
		if _, err := a.Donate(c.fresh, c.donor, c.n); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that names %s", c.name, err, c.want)
		}
	}
	if _, err := a.Donate(fresh, lacks, 1); err != nil {
		t.Errorf("a variable above the cut is not wanted from the donor: %v", err)
	}
}

func TestPrefixDigest(t *testing.T) {
	a := nettest.Tiny(10, 0)
	w := nettest.Init(t, a, 1)
	vars, _ := a.Variables()
	digest := func(w arch.Weights, n int) string {
		d, err := a.PrefixDigest(w, n)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	seen := map[string]int{}
	for n := range 8 {
		d := digest(w, n)
		if len(d) != 64 || d != digest(w.Clone(), n) {
			t.Errorf("n = %d: %q is no stable SHA-256", n, d)
		}
		if m, ok := seen[d]; ok {
			t.Errorf("prefixes of %d and %d layers have one digest", m, n)
		}
		seen[d] = n
		for _, v := range vars {
			c := w.Clone()
			data := c[v.Path].Data
			data[len(data)-1] += 1e-6
			if changed := digest(c, n) != d; changed != (v.Layer < n) {
				t.Errorf("n = %d: a change of %s shows: %v", n, v.Path, changed)
			}
		}
	}
	zeros := w.Clone()
	zeros["/net/conv1/biases"].Data[0] = float32(math.Copysign(0, -1))
	if digest(zeros, 1) == digest(w, 1) {
		t.Error("-0 and 0 have one digest: the proof is about bits")
	}
	delete(zeros, "/net/conv3/weights")
	if _, err := a.PrefixDigest(zeros, 3); err == nil || !strings.Contains(err.Error(), "/net/conv3/weights") {
		t.Errorf("lacking variable: %v", err)
	}
	if _, err := a.PrefixDigest(w, 8); err == nil {
		t.Error("n = 8: no error")
	}
}

func TestCut(t *testing.T) {
	c := arch.Cut{N: 3, Frozen: true}
	for layer := range 8 {
		if got := c.Freezes(layer); got != (layer < 3) {
			t.Errorf("layer %d frozen: %v", layer, got)
		}
		if (arch.Cut{N: 3}).Freezes(layer) {
			t.Errorf("layer %d is frozen in a cut that learns", layer)
		}
	}
}
