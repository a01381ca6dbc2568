package arch_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
)

// A3B and A4B have the same donor and differ in the cut; both draw layer 5 anew
// and must get the same values. So do nets of other depths, widths above, or
// numbers of classes.
func TestInitIsPerVariable(t *testing.T) {
	a := nettest.Tiny(10, 0)
	donor, fresh := nettest.Init(t, a, 1), nettest.Init(t, a, 2)
	a3b, err := a.Donate(fresh, donor, 3)
	if err != nil {
		t.Fatal(err)
	}
	a4b, err := a.Donate(nettest.Init(t, a, 2), donor, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range []string{"conv5", "fc6", "fc7", "fc8"} {
		path := "/net/" + layer + "/weights"
		if !slices.Equal(a3b[path].Data, a4b[path].Data) {
			t.Errorf("A3B and A4B start %s apart", layer)
		}
		if slices.Equal(a3b[path].Data, donor[path].Data) {
			t.Errorf("%s is the donor's", layer)
		}
	}
	if slices.Equal(a3b["/net/conv4/weights"].Data, a4b["/net/conv4/weights"].Data) {
		t.Error("conv4 is new in A3B and the donor's in A4B, and yet equal")
	}

	other := nettest.Tiny(25, 0.5)
	nettest.Edit(&other, 6, func(d *op.Dense) { d.Out = 12 })
	w := nettest.Init(t, other, 2)
	for _, layer := range []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6"} {
		path := "/net/" + layer + "/weights"
		if !slices.Equal(w[path].Data, fresh[path].Data) {
			t.Errorf("%s of a net with other classes and fc7 starts apart", layer)
		}
	}
}

func TestInitSeeds(t *testing.T) {
	a := nettest.Tiny(10, 0)
	first, again, second := nettest.Init(t, a, 1), nettest.Init(t, a, 1), nettest.Init(t, a, 2)
	if first.Digest() != again.Digest() {
		t.Error("one seed, two nets")
	}
	vars, _ := a.Variables()
	seen := map[float32]string{}
	for _, v := range vars {
		if v.Param.Filler.Kind == op.Constant {
			continue
		}
		if slices.Equal(first[v.Path].Data, second[v.Path].Data) {
			t.Errorf("%s is the same under another seed", v.Path)
		}
		head := first[v.Path].Data[0] / float32(math.Sqrt(2/float64(v.FanIn)))
		if twin, ok := seen[head]; ok {
			t.Errorf("%s and %s start with the same draw", v.Path, twin)
		}
		seen[head] = v.Path
	}
}

// Mean, standard deviation and fourth moment of the fillers, within five
// standard errors of what they should be.
func TestFillers(t *testing.T) {
	a := nets.CaffeNet(1000)
	nettest.Edit(&a, 5, func(d *op.Dense) { d.Out = 64 })
	nettest.Edit(&a, 6, func(d *op.Dense) { d.Out = 512 }) // 60 million draws take seconds
	w := nettest.Init(t, a, 7)
	vars, _ := a.Variables()
	for _, v := range vars {
		f := v.Param.Filler
		if f.Kind == op.Constant {
			for _, x := range w[v.Path].Data {
				if float64(x) != f.Value {
					t.Fatalf("%s holds %v, want %v everywhere", v.Path, x, f.Value)
				}
			}
			continue
		}
		checkNormal(t, v.Path, w[v.Path].Data, f.Std)
	}
	he := make([]float32, 20000)
	op.Filler{Kind: op.MSRA}.Fill(he, 800, rand.New(rand.NewPCG(7, 1)))
	checkNormal(t, "He's filler of fan-in 800", he, 0.05) // sqrt(2/800)
}

func checkNormal(t *testing.T, what string, data []float32, std float64) {
	t.Helper()
	var m1, m2, m4 float64
	n := float64(len(data))
	for _, x := range data {
		z := float64(x) / std
		m1, m2, m4 = m1+z/n, m2+z*z/n, m4+z*z*z*z/n
	}
	for _, m := range []struct {
		name                string
		got, want, variance float64
	}{{"mean", m1, 0, 1}, {"second moment", m2, 1, 2}, {"fourth moment", m4, 3, 96}} {
		if math.Abs(m.got-m.want) > 5*math.Sqrt(m.variance/n) {
			t.Errorf("%s, %d draws over std %v: %s %v, want %v within %.2g",
				what, len(data), std, m.name, m.got, m.want, 5*math.Sqrt(m.variance/n))
		}
	}
}

func TestInitErrors(t *testing.T) {
	a := nettest.Tiny(10, 0)
	nettest.SetFiller(&a, 2, op.Filler{Kind: "xavier"})
	_, err := a.Init(1)
	if err == nil || !strings.Contains(err.Error(), "/net/conv3/weights") || !strings.Contains(err.Error(), "xavier") {
		t.Errorf("unknown filler: %v, want an error that names it and the variable", err)
	}
}
