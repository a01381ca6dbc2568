package arch

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/op"
)

// wired is an arch with all that follows from it: its operations with what they read, their shapes and their variables.
type wired struct {
	blocks [][]Operation
	vars   []Variable
}

// leaving is the shape of what leaves a block.
func leaving(ops []Operation) op.Dims { return ops[len(ops)-1].Out }

// name is how others in the block and messages call an operation.
func (o Op) name() string {
	if o.Name == "" && o.Spec != nil {
		return o.Kind()
	}
	return o.Name
}

// open is an operation of the last block whose outputs may be left open: they are the classes.
type open interface{ WithOutputs(classes int) op.Spec }

// wire checks the arch.
func (a Arch) wire() (*wired, error) {
	if a.Size < 1 || a.Channels < 1 || a.Classes < 2 || len(a.Blocks) == 0 {
		return nil, fmt.Errorf("arch %q: size %d, channels %d, classes %d and %d blocks; want at least 1, 1, 2 and 1",
			a.Name, a.Size, a.Channels, a.Classes, len(a.Blocks))
	}
	if a.Precision != Float32 && a.Precision != BFloat16 {
		return nil, fmt.Errorf("arch %q: precision %q, want %q or %q, which is float32", a.Name, a.Precision, BFloat16,
			Float32)
	}
	w := new(wired)
	dims := a.Input()
	for i, b := range a.Blocks {
		switch {
		case b.Name == "":
			return nil, fmt.Errorf("arch %q, block %d: no name", a.Name, i+1)
		case slices.ContainsFunc(a.Blocks[:i], func(c Block) bool { return c.Name == b.Name }):
			return nil, fmt.Errorf("arch %q, block %s: the name is given twice", a.Name, b.Name)
		}
		classes := 0
		if i == a.Cuts() {
			classes = a.Classes
		}
		ops, err := b.wire(dims, classes)
		if err == nil {
			err = w.add(i, b.Name, ops)
		}
		if err != nil {
			return nil, fmt.Errorf("arch %q, block %s: %w", a.Name, b.Name, err)
		}
		dims = leaving(ops)
	}
	if want := (op.Dims{Height: 1, Width: 1, Channels: a.Classes, Flat: true}); dims != want {
		return nil, fmt.Errorf("arch %q: %v leaves the last block %s, want %v, flat as an inner product's",
			a.Name, dims, a.Blocks[a.Cuts()].Name, want)
	}
	return w, nil
}

// wire finds what each operation reads, and the shapes. classes, above 0, are the outputs that are left open.
func (b Block) wire(in op.Dims, classes int) ([]Operation, error) {
	if len(b.Ops) == 0 {
		return nil, fmt.Errorf("no operations, want at least one")
	}
	dims, ops := []op.Dims{in}, make([]Operation, len(b.Ops))
	read := make([]bool, len(b.Ops)+1)
	for k, o := range b.Ops {
		fail := func(err error) ([]Operation, error) {
			return nil, fmt.Errorf("operation %d, %s: %w", k+1, o.name(), err)
		}
		if o.Spec == nil {
			return fail(fmt.Errorf("no kind"))
		}
		from, err := b.reads(k)
		if err != nil {
			return fail(err)
		}
		if joins := o.Joins(); len(from) > 1 != joins {
			want := map[bool]string{false: "one", true: "two or more"}[joins]
			return fail(fmt.Errorf("reads %d inputs, want %s", len(from), want))
		}
		op := Operation{Spec: o.Spec, Name: o.name(), from: from}
		if s, ok := o.Spec.(open); ok && classes > 0 {
			op.Spec = s.WithOutputs(classes)
		}
		for _, f := range from {
			op.In, read[f] = append(op.In, dims[f]), true
		}
		if op.Out, err = op.Dims(op.In); err != nil {
			return fail(err)
		}
		ops[k], dims = op, append(dims, op.Out)
	}
	if k := slices.Index(read[1:len(b.Ops)], false); k >= 0 {
		return nil, fmt.Errorf("operation %d, %s: none reads what leaves it", k+1, b.Ops[k].name())
	}
	return ops, nil
}

// reads are the inputs of operation k (from 0): 0 is what enters the block.
func (b Block) reads(k int) ([]int, error) {
	if len(b.Ops[k].From) == 0 {
		return []int{k}, nil
	}
	var from []int
	for _, name := range b.Ops[k].From {
		at := -1
		if name == Input {
			at = 0
		}
		for i, o := range b.Ops[:k] {
			if o.name() != name {
				continue
			}
			if at >= 0 {
				return nil, fmt.Errorf("reads %q, of which there are two before it", name)
			}
			at = i + 1
		}
		if at < 0 {
			return nil, fmt.Errorf("reads %q, want %q or the name of an operation before it", name, Input)
		}
		from = append(from, at)
	}
	return from, nil
}

// add adds block i, wired, with its variables. Those of an operation that has the only ones of its block go by the
// block's name.
func (w *wired) add(i int, block string, ops []Operation) error {
	of := make([][]op.Var, len(ops))
	owners := 0
	for k, o := range ops {
		if of[k] = o.Spec.Vars(o.In); len(of[k]) > 0 {
			owners++
		}
	}
	for k := range ops {
		o := &ops[k]
		o.Block = i
		scope := "/net/" + block + "/"
		if owners > 1 {
			scope += o.Name + "/"
		}
		same := func(v Variable) bool { return v.Layer == i && strings.HasPrefix(v.Path, scope) }
		if len(of[k]) > 0 && slices.ContainsFunc(w.vars, same) {
			return fmt.Errorf("operation %d, %s: another one with variables has this name", k+1, o.Name)
		}
		for _, v := range of[k] {
			if err := v.Param.Filler.Check(); err != nil {
				return fmt.Errorf("operation %d, %s: %s: %w", k+1, o.Name, scope+v.Name, err)
			}
			o.Vars = append(o.Vars, Variable{Path: scope + v.Name, Layer: i, Var: v})
		}
		w.vars = append(w.vars, o.Vars...)
	}
	w.blocks = append(w.blocks, ops)
	return nil
}
