package gomlxnet

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// averageLoop is the definition: a window over the edge averages what is inside.
func averageLoop(x array, p AveragePool) array {
	y := newArray(x.shape[0], PoolSize(x.shape[1], p.Kernel, p.Stride), PoolSize(x.shape[2], p.Kernel, p.Stride),
		x.shape[3])
	for b := range y.shape[0] {
		for i := range y.shape[1] {
			for j := range y.shape[2] {
				for c := range y.shape[3] {
					sum, n := 0.0, 0.0
					for h := i * p.Stride; h < min(i*p.Stride+p.Kernel, x.shape[1]); h++ {
						for w := j * p.Stride; w < min(j*p.Stride+p.Kernel, x.shape[2]); w++ {
							sum, n = sum+x.data[x.at(b, h, w, c)], n+1
						}
					}
					y.data[y.at(b, i, j, c)] = sum / n
				}
			}
		}
	}
	return y
}

func TestJoinsAndAverages(t *testing.T) {
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		var cases []opCase
		for _, c := range []struct {
			pool          AveragePool
			height, width int
		}{
			{AveragePool{Kernel: 3, Stride: 2}, 7, 8}, // the last window along the width hangs over
			{AveragePool{Kernel: 2, Stride: 2}, 5, 6},
			{AveragePool{Kernel: 2, Stride: 3}, 6, 8}, // gaps
		} {
			cases = append(cases, opCase{fmt.Sprintf("%+v", c),
				func(in []*Node) *Node { return built(c.pool, in...) },
				func(in []array) array { return averageLoop(in[0], c.pool) },
				[]array{random(1, 2, c.height, c.width, 3)}})
		}
		cases = append(cases,
			opCase{"global", func(in []*Node) *Node { return built(GlobalAverage{}, in...) },
				func(in []array) array { return averageLoop(in[0], AveragePool{Kernel: 4, Stride: 4}) },
				[]array{random(1, 2, 4, 4, 3)}},
			opCase{"flatten", func(in []*Node) *Node { return built(Flatten{}, in...) },
				func(in []array) array { return array{[]int{2, 12}, in[0].data} }, []array{random(1, 2, 2, 2, 3)}},
			opCase{"add", func(in []*Node) *Node { return built(Sum{}, in...) }, func(in []array) array {
				y := newArray(in[0].shape...)
				for i := range y.data {
					y.data[i] = in[0].data[i] + in[1].data[i] + in[2].data[i]
				}
				return y
			}, []array{random(1, 2, 2, 2, 3), random(2, 2, 2, 2, 3), random(3, 2, 2, 2, 3)}},
			opCase{"concat", func(in []*Node) *Node { return built(Concat{}, in...) }, func(in []array) array {
				y := newArray(2, 2, 2, 4)
				for at := range 8 {
					copy(y.data[4*at:], in[0].data[at:at+1])
					copy(y.data[4*at+1:], in[1].data[3*at:3*at+3])
				}
				return y
			}, []array{random(1, 2, 2, 2, 1), random(2, 2, 2, 2, 3)}})
		checkOps(t, backend, 1e-5, cases)
	})
}

// A block whose operations are in the faster order comes to what it comes to as it is written: values and gradients.
func TestFastIsPlain(t *testing.T) {
	relu, pool := ReLU{}, Pool{Kernel: 3, Stride: 2}
	onBackends(t, func(t *testing.T, backend compute.Backend) {
		for _, c := range []struct {
			block Block
			order string
		}{
			{Chain("chain", relu, pool, LRN{Size: 3, Alpha: 1, Beta: 0.75}), "max_pool relu lrn"},
			{Chain("twice", relu, pool, relu, Pool{Kernel: 2, Stride: 1}), "max_pool relu max_pool relu"},
			{Block{"read by two", []Op{{Name: "r", Spec: relu}, {Name: "p", Spec: pool},
				{Name: "q", From: []string{"r"}, Spec: pool},
				{From: []string{"p", "q"}, Spec: Sum{}}}}, "relu max_pool max_pool add"},
			{Block{"of another", []Op{{Name: "r", Spec: relu}, {Name: "p", From: []string{Input}, Spec: pool},
				{Name: "q", From: []string{"r"}, Spec: pool},
				{From: []string{"p", "q"}, Spec: Sum{}}}}, "relu max_pool max_pool add"},
		} {
			in := random(1, 2, 7, 7, 4)
			ops, err := c.block.wire(Dims{7, 7, 4, false}, 0)
			if err != nil {
				t.Fatal(err)
			}
			written := &wired{blocks: []wiredBlock{{Dims{7, 7, 4, false}, ops}}}
			fast := written.fast()
			var order []string
			for _, o := range fast.blocks[0].ops {
				order = append(order, o.Kind())
			}
			if got := fmt.Sprint(order); got != "["+c.order+"]" {
				t.Errorf("%s: order %s, want %s", c.block.Name, got, c.order)
			}
			if fast.blocks[0].out() != written.blocks[0].out() {
				t.Errorf("%s: shape %v, want %v", c.block.Name, fast.blocks[0].out(), written.blocks[0].out())
			}
			out := run(t, backend, func(in []*Node) (out []*Node) {
				for _, w := range []*wired{fast, written} {
					y := Run{}.blocks(&Pass{Nets: 1}, w.blocks, in[0])[0]
					out = append(out, y, Gradient(ReduceAllSum(Mul(y, in[1])), in[0])[0])
				}
				return out
			}, in, random(2, 2, written.blocks[0].out().Height, written.blocks[0].out().Width, 4))
			compare(t, c.block.Name, out[0], out[2], 1e-6)
			compare(t, c.block.Name+", gradient", out[1], out[3], 1e-6)
		}
	})
}

// The receptive field of ways that meet is what any of them sees: by hand.
func TestFieldsOfWays(t *testing.T) {
	fields, err := readNorm(t).Arch.Fields()
	if err != nil {
		t.Fatal(err)
	}
	want := []Field{
		{4, 2, -1},  // 3, padding 1; pool of 2: 3 + 1
		{12, 2, -5}, // a and b: 4 + 2·2 + 2·2, padding 2 each; skip sees less
		{20, 4, -7}, // right: 12 + 2·2, padding 2; pool of 3: 16 + 2·2
		{28, 4, -7}, // global average over 3: 20 + 2·4
		{28, 4, -7},
	}
	if !slices.Equal(fields, want) {
		t.Errorf("%v, want %v", fields, want)
	}
}

// Multiply-adds, parameters and activations of a net with ways, by hand.
func TestCostOfWays(t *testing.T) {
	layers, total, err := readNorm(t).Arch.Cost(Cut{N: 2, Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	stem, residual := int64(144*6*27), int64(36*8*(54+72+6))
	if c := layers[0]; c.MultiplyAdds != stem || c.Train != stem || c.Parameters != 162+2*6 || c.Bytes != 4*(162+4*6) ||
		c.Activations != 144*6*2+36*6 {
		t.Errorf("stem: %+v", c)
	}
	if c := layers[1]; c.MultiplyAdds != residual || c.Train != residual || c.Parameters != 8*(54+72+6)+3*2*8 ||
		c.Activations != 6*36*8 {
		t.Errorf("residual block: %+v", c)
	}
	mixed := int64(36 * 4 * (8 + 72))
	if c := layers[2]; c.MultiplyAdds != mixed || c.Train != 2*mixed || c.Parameters != 4*(8+72)+8 ||
		c.Activations != 36*8+9*8 {
		t.Errorf("mixed block: %+v", c)
	}
	if total.MultiplyAdds != stem+residual+mixed+80+50 || total.Train != stem+residual+2*mixed+3*(80+50) {
		t.Errorf("total: %+v", total)
	}
}
