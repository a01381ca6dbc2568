package op

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// torchOp is a case of testdata/torch_ops.json; torch_ops.py says what it holds.
type torchOp struct {
	Op            torchSpec
	Height, Width int
	Shape         []int
	Values        []float64
	Gradient      []float64
	OfWeights     []float64 `json:"of_weights"`
}

// torchSpec is an operation as JSON has it, with its kind beside its fields.
type torchSpec struct{ Spec }

func (s *torchSpec) UnmarshalJSON(text []byte) error {
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	kind := fmt.Sprint(fields["kind"])
	delete(fields, "kind")
	rest, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	s.Spec, err = Decode(kind, rest)
	return err
}

func (c torchOp) dims() Dims { return Dims{Height: c.Height, Width: c.Width, Channels: 4} }

// numbersOf are a stream's, between -1 and 1.
func numbersOf(name string, shape ...int) optest.Array {
	a := optest.NewArray(shape...)
	values := make([]float32, len(a.Data))
	optest.FillUniform(values, name, 1)
	for i, v := range values {
		a.Data[i] = float64(v)
	}
	return a
}

// The operations of nets that are in use, as PyTorch has them: sizes, values and gradients, and of the shortcut those
// of two nets that are stacked.
func TestTorchOps(t *testing.T) {
	text, err := os.ReadFile("../testdata/torch_ops.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []torchOp }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 24 {
		t.Fatalf("%d cases: the file is not what torch_ops.py makes", len(file.Cases))
	}
	var in []optest.Array
	for i, c := range file.Cases {
		out, err := c.Op.Dims([]Dims{c.dims()})
		if err != nil || !slices.Equal(out.Shape(1), c.Shape) {
			t.Fatalf("case %d, %+v: %v, %v; PyTorch's is %v", i, c.Op, out, err, c.Shape)
		}
		in = append(in, numbersOf(fmt.Sprint("ops input ", i), c.dims().Shape(1)...),
			numbersOf(fmt.Sprint("ops sum ", i), c.Shape...))
		if vars := c.Op.Vars([]Dims{c.dims()}); len(vars) > 0 {
			in = append(in, numbersOf(fmt.Sprint("ops weights ", i), vars[0].Shape...))
		}
	}
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		got := optest.Run(t, backend, func(in []*Node) (out []*Node) { // one graph, since each takes XLA long
			for _, c := range file.Cases {
				x, r := in[0], in[1]
				in = in[2:]
				context, learns := &Context{Nets: 1}, []*Node{x}
				if c.OfWeights != nil {
					w := in[0]
					context.Value, learns, in = func(int) *Node { return w }, append(learns, w), in[1:]
				}
				y := c.Op.Build(context, []*Node{x})
				out = append(append(out, y), Gradient(ReduceAllSum(Mul(y, r)), learns...)...)
				if c.Op.Kind() == (Shortcut{}).Kind() { // the others look at no other channel
					two := Concatenate([]*Node{x, MulScalar(x, 2)}, -1)
					second := c.Op.Build(&Context{Nets: 2}, []*Node{two})
					out = append(out, group(second, 0, 2), MulScalar(group(second, 1, 2), 0.5))
				}
			}
			return out
		}, in...)
		for i, c := range file.Cases {
			want, shapes := [][]float64{c.Values, c.Gradient}, [][]int{c.Shape, c.dims().Shape(1)}
			if c.OfWeights != nil {
				want, shapes = append(want, c.OfWeights), append(shapes, c.Op.Vars([]Dims{c.dims()})[0].Shape)
			}
			if c.Op.Kind() == (Shortcut{}).Kind() {
				want, shapes = append(want, c.Values, c.Values), append(shapes, c.Shape, c.Shape)
			}
			for k, values := range want {
				what := fmt.Sprintf("case %d, %+v, %d", i, c.Op, k)
				optest.Compare(t, what, got[k], optest.Array{Shape: shapes[k], Data: values}, 1e-5)
			}
			got = got[len(want):]
		}
		if len(got) != 0 {
			t.Errorf("%d results are not compared", len(got))
		}
	})
}

// What does not fit is said with the numbers that do.
func TestWindowErrors(t *testing.T) {
	x := []Dims{{4, 4, 4, false}}
	for want, s := range map[string]Spec{
		"pool of kernel 3 with padding 2, want 0 to half of the kernel":  Pool{Kernel: 3, Stride: 2, Pad: 2},
		"pool of kernel 2 with padding -1, want 0 to half of the kernel": AveragePool{Kernel: 2, Stride: 2, Pad: -1},
		"pool of kernel 7, stride 1 over 4 pixels":                       Pool{Kernel: 7, Stride: 1, Pad: 1},
		"0 places along each axis, want at least 1":                      AdaptiveAverage{},
		"shortcut to 3 channels with a stride of 2 from 4x4x4; want at least as many channels as enter, " +
			"a stride of 1 or more, and values that are not flat": Shortcut{Out: 3, Stride: 2},
	} {
		if _, err := s.Dims(x); err == nil || err.Error() != want {
			t.Errorf("%+v: error %v, want %s", s, err, want)
		}
	}
}
