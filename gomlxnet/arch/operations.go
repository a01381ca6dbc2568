package arch

import "coadapt/gomlxnet/op"

// Operation is an operation of a net, with what follows from its place: for those who carry weights to and from other
// programs.
type Operation struct {
	Block int    // from 0
	Name  string // in its block
	Spec  op.Spec
	In    []op.Dims
	Out   op.Dims
	Vars  []Variable
	// Rows is what the values of its first input were before they became a row: height, width, channels, in this
	// order. It is In[0] where that is not flat, or where nothing was flattened.
	Rows op.Dims
}

// Operations lists the operations of the net, from the first block to the last, in the order in which they are written.
func (a Arch) Operations() ([]Operation, error) {
	w, err := a.wire()
	if err != nil {
		return nil, err
	}
	var all []Operation
	rows := a.Input()
	for i, b := range w.blocks {
		at := []op.Dims{rows}
		for k, o := range b.ops {
			op := Operation{
				Block: i,
				Name:  a.Blocks[i].Ops[k].name(),
				Spec:  o.Spec,
				In:    o.in,
				Out:   o.out,
				Rows:  at[o.from[0]],
			}
			for _, v := range o.vars {
				op.Vars = append(op.Vars, w.vars[v])
			}
			leaves := o.out // laid out anew, as by an inner product
			if o.out.Flat && o.out.Values() == op.Rows.Values() && len(o.from) == 1 && !mixes(o.Spec) {
				leaves = op.Rows
			}
			all, at = append(all, op), append(at, leaves)
		}
		rows = at[len(b.ops)]
	}
	return all, nil
}

// mixes says whether each value that leaves an operation depends on all that enter.
func mixes(s op.Spec) bool {
	_, dense := s.(op.Dense)
	return dense
}
