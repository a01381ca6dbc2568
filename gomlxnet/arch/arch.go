package arch

import (
	"slices"

	"coadapt/gomlxnet/op"

	"github.com/gomlx/compute/dtypes"
)

// Arch is a net as plain data: a chain of blocks, what the paper calls layers.
// Cuts lie between blocks. Two nets with equal Arch are the same function of
// their weights. The JSON form is canonical and is part of a result's key.
type Arch struct {
	Name     string  `json:"name"`
	Size     int     `json:"size"`     // height and width of the input, pixels
	Channels int     `json:"channels"` // of the input, 3 for colour
	Classes  int     `json:"classes"`  // values that leave the last block
	Blocks   []Block `json:"layers"`
	// Precision is that of activations and of the weights that they meet; variables, gradients by them, the solver,
	// normalisations and the loss are float32 in any.
	Precision Precision `json:"precision,omitempty"`
}

// Block is a part of a net that is not cut: operations, each of which reads what
// enters the block or what leaves one before it. What leaves the last one leaves the block.
type Block struct {
	Name string
	Ops  []Op
}

// Op is an operation in its block.
type Op struct {
	Name string   // "" is the kind of its Spec, which does unless two of a kind are read by name or have variables
	From []string // names of the operations that it reads, or [Input]; none is the one before it
	op.Spec
}

// Input, as a name in Op.From, is what enters the block.
const Input = "input"

// Chain is a block whose operations follow each other. Those that are nil are left out.
func Chain(name string, specs ...op.Spec) Block {
	b := Block{Name: name}
	for _, s := range specs {
		if s != nil {
			b.Ops = append(b.Ops, Op{Spec: s})
		}
	}
	return b
}

// Find is the first operation of a type in a block.
func Find[S op.Spec](b Block) (spec S, ok bool) {
	for _, o := range b.Ops {
		if spec, ok = o.Spec.(S); ok {
			return spec, true
		}
	}
	return spec, false
}

// Without is the block without operations of a type.
func Without[S op.Spec](b Block) Block {
	b.Ops = slices.DeleteFunc(slices.Clone(b.Ops), func(o Op) bool { _, ok := o.Spec.(S); return ok })
	return b
}

// Precision names a type of floating-point numbers.
type Precision string

// The precisions.
const (
	Float32  Precision = ""
	BFloat16 Precision = "bfloat16" // 8 bits of mantissa, float32's exponent
)

// DType is GoMLX's name of the type.
func (p Precision) DType() dtypes.DType {
	if p == BFloat16 {
		return dtypes.BFloat16
	}
	return dtypes.Float32
}

// BlockDims are the shapes at the border of one block.
type BlockDims struct{ In, Out op.Dims }

// Dims gives the shapes of every block, or an error that names the block and the
// operation where the sizes do not fit.
func (a Arch) Dims() ([]BlockDims, error) {
	w, err := a.wire()
	if err != nil {
		return nil, err
	}
	dims := make([]BlockDims, len(w.blocks))
	for i, ops := range w.blocks {
		dims[i] = BlockDims{ops[0].In[0], leaving(ops)}
	}
	return dims, nil
}

// Cuts is the largest cut: every block but the last can be transferred.
func (a Arch) Cuts() int { return len(a.Blocks) - 1 }

// Input is the shape of an image.
func (a Arch) Input() op.Dims { return op.Dims{Height: a.Size, Width: a.Size, Channels: a.Channels} }

// Outputs is the number of channels that leave block i (from 0), 0 where the arch is not valid.
func (a Arch) Outputs(i int) int {
	dims, err := a.Dims()
	if err != nil {
		return 0
	}
	return dims[i].Out.Channels
}

// Variable is a variable of a net.
type Variable struct {
	Path  string // "/net/conv1/weights"
	Layer int    // its block, from 0
	op.Var
}

// Learns says whether the solver moves the variable under a cut.
func (v Variable) Learns(cut Cut) bool {
	return v.Role == op.Learned && !cut.Freezes(v.Layer) && v.Param.RateMult != 0
}

// Under is the variable's Param under a cut.
func (v Variable) Under(cut Cut) op.Param {
	p := v.Param
	if cut.Rate > 0 && v.Layer < cut.N {
		p.RateMult *= cut.Rate
	}
	return p
}

// Variables lists the variables of the net, from the first block to the last,
// and in each in the order of its operations, weights before biases.
func (a Arch) Variables() ([]Variable, error) {
	w, err := a.wire()
	if err != nil {
		return nil, err
	}
	return w.vars, nil
}

// HasStatistics says whether the arch has normalisations with statistics of their own.
func (a Arch) HasStatistics() bool {
	return slices.ContainsFunc(a.Blocks, func(b Block) bool { _, ok := Find[op.BatchNorm](b); return ok })
}
