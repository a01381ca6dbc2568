package arch

import "coadapt/gomlxnet/op"

// Operation is an operation of a net, with what follows from its place.
type Operation struct {
	op.Spec
	Block int    // from 0
	Name  string // in its block
	In    []op.Dims
	Out   op.Dims
	Vars  []Variable
	// Rows is what the values of its first input were before they became a row: height, width, channels, in this
	// order. It is In[0] where that is not flat, or where nothing was flattened.
	Rows op.Dims

	from []int // what it reads: 0 is what enters the block, k what leaves its operation k, from 1
}

// Operations lists the operations of the net, from the first block to the last, in the order in which they are written:
// for those who carry weights to and from other programs.
func (a Arch) Operations() ([]Operation, error) {
	w, err := a.wire()
	if err != nil {
		return nil, err
	}
	var all []Operation
	rows := a.Input()
	for _, ops := range w.blocks {
		at := []op.Dims{rows}
		for _, o := range ops {
			o.Rows = at[o.from[0]]
			leaves := o.Out // laid out anew, as by an inner product
			if o.Out.Flat && o.Out.Values() == o.Rows.Values() && len(o.from) == 1 && !mixes(o.Spec) {
				leaves = o.Rows
			}
			all, at = append(all, o), append(at, leaves)
		}
		rows = at[len(ops)]
	}
	return all, nil
}

// mixes says whether each value that leaves an operation depends on all that enter.
func mixes(s op.Spec) bool {
	_, dense := s.(op.Dense)
	return dense
}
