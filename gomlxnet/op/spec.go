package op

import (
	"fmt"
	"reflect"
	"strings"

	"coadapt/gomlxnet/strict"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Spec is an operation as plain data: all that the package knows of it. A new one is a file with its methods, and an
// entry in specs.
type Spec interface {
	Kind() string                       // its name in JSON and in messages
	Joins() bool                        // it reads two inputs or more, and not one
	Dims(in []Dims) (Dims, error)       // what leaves it, or what does not fit
	Vars(in []Dims) []Var               // its variables
	Build(c *Context, in []*Node) *Node // the graph of one net or of several, see stack.go
	Cost(in []Dims, out Dims) Cost      // MultiplyAdds and Activations for one image
	Field(in Field, dims Dims) Field    // the receptive field of what leaves it; dims is what enters
	// Rescale changes its variables, in the order of Vars, so that from what it reads, multiplied by in, comes what it
	// gave, multiplied by out.
	Rescale(vars [][]float32, in, out float64)
	Static() bool // in a frozen block of a net in training it is a fixed function of its input
}

// specs are the operations that JSON can name.
var specs = []Spec{Convolution{}, Dense{}, ReLU{}, Pool{}, AveragePool{}, AdaptiveAverage{}, GlobalAverage{},
	LRN{}, BatchNorm{}, Dropout{}, Sum{}, Concat{}, Flatten{}, Shortcut{}}

// Decode is the operation of a kind with the fields that JSON gives it. It fails for fields that the kind lacks.
func Decode(kind string, fields []byte) (Spec, error) {
	var kinds []string
	for _, s := range specs {
		if kinds = append(kinds, s.Kind()); s.Kind() == kind {
			spec := reflect.New(reflect.TypeOf(s))
			err := strict.Decode(fields, spec.Interface())
			return spec.Elem().Interface().(Spec), err
		}
	}
	return nil, fmt.Errorf("kind %q, want one of %s", kind, strings.Join(kinds, ", "))
}

// Cost counts what an operation, a layer or a whole net asks for. MultiplyAdds are those
// of convolutions and inner products for one image, exact; pooling, relu and
// normalisation are left out, as is usual.
type Cost struct {
	Parameters   int   // values that are learned, as is usual: statistics are not among them
	Bytes        int64 // of all variables, as float32
	MultiplyAdds int64 // forward, one image
	Train        int64 // forward and backward, one image, under the cut asked for
	Activations  int64 // values that leave weights and pooling, one image
}

// plain is what most operations have in common: one input, whose shape it leaves as it is, place by place, no
// variables, and no cost.
type plain struct{}

func (plain) Joins() bool                  { return false }
func (plain) Dims(in []Dims) (Dims, error) { return in[0], nil }
func (plain) Vars([]Dims) []Var            { return nil }
func (plain) Cost([]Dims, Dims) Cost       { return Cost{} }
func (plain) Field(in Field, _ Dims) Field { return in }
func (plain) Static() bool                 { return true }

// Rescale is asked only of operations with variables, which have their own.
func (plain) Rescale([][]float32, float64, float64) {
	panic("an operation with variables has no Rescale")
}

// kept is plain, of operations that count as keeping what leaves them for the gradient.
type kept struct{ plain }

func (kept) Cost(_ []Dims, out Dims) Cost { return Cost{Activations: int64(out.Values())} }
