package inspect

import (
	"fmt"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// forwardLoop is the net by the loops of its parts: what leaves each layer.
func forwardLoop(a arch.Arch, w arch.Weights, x optest.Array) (layers []optest.Array) {
	vars, _ := a.Variables()
	value := func(v arch.Variable) optest.Array {
		b := optest.NewArray(v.Shape...)
		for i, y := range w[v.Path].Data {
			b.Data[i] = float64(y)
		}
		return b
	}
	for i, l := range a.Blocks {
		k, bias := value(vars[2*i]), value(vars[2*i+1])
		if c, ok := arch.Find[op.Convolution](l); ok {
			x = optest.ConvLoop(x, k, max(c.Stride, 1), c.Pad, max(c.Groups, 1))
		} else { // an inner product is a window over all of it
			batch, in := x.Shape[0], len(x.Data)/x.Shape[0]
			row := optest.Array{Shape: []int{batch, 1, 1, in}, Data: x.Data}
			y := optest.ConvLoop(row, optest.Array{Shape: []int{1, 1, in, k.Shape[1]}, Data: k.Data}, 1, 0, 1)
			x = optest.Array{Shape: []int{batch, k.Shape[1]}, Data: y.Data}
		}
		_, relu := arch.Find[op.ReLU](l)
		for j := range x.Data {
			x.Data[j] += bias.Data[j%len(bias.Data)]
			if relu {
				x.Data[j] = max(0, x.Data[j])
			}
		}
		if p, ok := arch.Find[op.Pool](l); ok {
			x = optest.PoolLoop(x, p.Kernel, p.Stride)
		}
		if n, ok := arch.Find[op.LRN](l); ok {
			x = optest.LRNLoop(x, n.Size, n.Alpha, n.Beta)
		}
		layers = append(layers, optest.Array{Shape: x.Shape, Data: append([]float64(nil), x.Data...)})
	}
	return layers
}

// Every layer that is read is what the loops give, on both backends, with groups, biases and LRN.
func TestReaderTwin(t *testing.T) {
	a := nettest.Tiny(4, 0.5) // dropout is not part of reading
	nettest.Edit(&a, 1, func(c *op.Convolution) { c.Groups = 2 })
	nettest.Edit(&a, 3, func(c *op.Convolution) { c.Groups = 2 })
	w := nettest.Init(t, a, 3)
	vars, _ := a.Variables()
	for i, v := range vars {
		if strings.HasSuffix(v.Path, "biases") {
			optest.FillUniform(w[v.Path].Data, fmt.Sprint("bias ", i), 0.2)
		}
	}
	const batch = 3
	images, _ := nettest.Batch(a, batch, 5)
	x := optest.NewArray(batch, a.Size, a.Size, a.Channels)
	for i, p := range images {
		x.Data[i] = float64(p)
	}
	want := forwardLoop(a, w, x)
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		// not the order of the layers; not all of them
		for _, order := range [][]int{{7, 0, 1, 2, 3, 4, 5, 6}, {0}, {4, 2}} {
			readTwin(t, backend, a, w, images, want, order)
		}
	})
}

// readTwin compares what a reader gives for layers, in an order, with want. The other parameters are the reader's own.
func readTwin(
	t *testing.T, backend compute.Backend, a arch.Arch, w arch.Weights, images []float32, want []optest.Array,
	order []int,
) {
	read, err := NewReader(backend, a, w, want[0].Shape[0], order...)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	for range 2 { // the second time nothing is compiled
		got, err := read.Read(images)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range order {
			g := optest.NewArray(got[i].Shape...)
			for j, v := range got[i].Data {
				g.Data[j] = float64(v)
			}
			optest.Compare(t, a.Blocks[l].Name, g, want[l], 1e-5)
		}
	}
}

func TestReaderRefuses(t *testing.T) {
	backend, a := optest.Open(t, "go"), nettest.Tiny(4, 0)
	w := nettest.Init(t, a, 1)
	for _, c := range []struct {
		batch  int
		layers []int
		says   string
	}{
		{0, []int{1}, "batch of 0"}, {1, nil, "0 layers"}, {1, []int{8}, "from 0 to 7"}, {1, []int{-1}, "from 0 to 7"},
		{1, []int{2, 2}, "each of them once"},
	} {
		if _, err := NewReader(backend, a, w, c.batch, c.layers...); err == nil ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("batch %d, layers %v: %v, want it to say %q", c.batch, c.layers, err, c.says)
		}
	}
	short := w.Clone()
	delete(short, "/net/conv2/biases")
	if _, err := NewReader(backend, a, short, 1, 0); err == nil || !strings.Contains(err.Error(), "/net/conv2/biases") {
		t.Errorf("weights without conv2's biases: %v", err)
	}
	read, err := NewReader(backend, a, w, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if _, err := read.Read(make([]float32, 5)); err == nil || !strings.Contains(err.Error(), "5 pixel values") {
		t.Errorf("a batch of 5 values: %v", err)
	}
}
