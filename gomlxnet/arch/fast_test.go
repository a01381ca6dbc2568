package arch

import (
	"fmt"
	"testing"

	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// A block whose operations are in the faster order comes to what it comes to as it is written: values and gradients.
func TestFastIsPlain(t *testing.T) {
	relu, pool := op.ReLU{}, op.Pool{Kernel: 3, Stride: 2}
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		for _, c := range []struct {
			block Block
			order string
		}{
			{Chain("chain", relu, pool, op.LRN{Size: 3, Alpha: 1, Beta: 0.75}), "max_pool relu lrn"},
			{Chain("twice", relu, pool, relu, op.Pool{Kernel: 2, Stride: 1}), "max_pool relu max_pool relu"},
			{Block{"read by two", []Op{{Name: "r", Spec: relu}, {Name: "p", Spec: pool},
				{Name: "q", From: []string{"r"}, Spec: pool},
				{From: []string{"p", "q"}, Spec: op.Sum{}}}}, "relu max_pool max_pool add"},
			{Block{"of another", []Op{{Name: "r", Spec: relu}, {Name: "p", From: []string{Input}, Spec: pool},
				{Name: "q", From: []string{"r"}, Spec: pool},
				{From: []string{"p", "q"}, Spec: op.Sum{}}}}, "relu max_pool max_pool add"},
		} {
			in := optest.Random(1, 2, 7, 7, 4)
			ops, err := c.block.wire(op.Dims{Height: 7, Width: 7, Channels: 4, Flat: false}, 0)
			if err != nil {
				t.Fatal(err)
			}
			written := [][]Operation{ops}
			faster := fast(written)
			var order []string
			for _, o := range faster[0] {
				order = append(order, o.Kind())
			}
			if got := fmt.Sprint(order); got != "["+c.order+"]" {
				t.Errorf("%s: order %s, want %s", c.block.Name, got, c.order)
			}
			left := leaving(ops)
			if leaving(faster[0]) != left {
				t.Errorf("%s: shape %v, want %v", c.block.Name, leaving(faster[0]), left)
			}
			out := optest.Run(t, backend, func(in []*Node) (out []*Node) {
				for _, blocks := range [][][]Operation{faster, written} {
					y := Run{}.blocks(&op.Context{Nets: 1}, blocks, in[0])[0]
					out = append(out, y, Gradient(ReduceAllSum(Mul(y, in[1])), in[0])[0])
				}
				return out
			}, in, optest.Random(2, 2, left.Height, left.Width, 4))
			optest.Compare(t, c.block.Name, out[0], out[2], 1e-6)
			optest.Compare(t, c.block.Name+", gradient", out[1], out[3], 1e-6)
		}
	})
}
