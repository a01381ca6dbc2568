package arch

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/strict"
)

// The JSON of a block is that of a layer where it is one: a convolution or an inner product with biases and what may
// follow it, in this order. All others list their operations. Keys of results are hashes of it.
type layerJSON struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Out     int      `json:"out"`
	Kernel  int      `json:"kernel,omitempty"`
	Stride  int      `json:"stride,omitempty"`
	Pad     int      `json:"pad,omitempty"`
	Groups  int      `json:"groups,omitempty"`
	ReLU    bool     `json:"relu,omitempty"`
	Pool    *op.Pool `json:"pool,omitempty"`
	LRN     *op.LRN  `json:"lrn,omitempty"`
	Dropout float64  `json:"dropout,omitempty"`
	Weight  op.Param `json:"weight"`
	Bias    op.Param `json:"bias"`
}

// block is the block that the layer stands for.
func (l layerJSON) block() (Block, error) {
	b := Block{Name: l.Name}
	add := func(s op.Spec) { b.Ops = append(b.Ops, Op{Spec: s}) }
	switch l.Kind {
	case op.Convolution{}.Kind():
		add(op.Convolution{Out: l.Out, Kernel: l.Kernel, Stride: l.Stride, Pad: l.Pad, Groups: l.Groups,
			Weight: l.Weight, Bias: &l.Bias})
	case op.Dense{}.Kind():
		add(op.Dense{Out: l.Out, Weight: l.Weight, Bias: &l.Bias})
	default:
		return b, fmt.Errorf("kind %q, want %q or %q, or ops", l.Kind, op.Convolution{}.Kind(), op.Dense{}.Kind())
	}
	if l.ReLU {
		add(op.ReLU{})
	}
	if l.Pool != nil {
		add(*l.Pool)
	}
	if l.LRN != nil {
		add(*l.LRN)
	}
	if l.Dropout != 0 {
		add(op.Dropout{P: l.Dropout})
	}
	return b, nil
}

// layer is the block as a layer, where it is one.
func (b Block) layer() (l layerJSON, ok bool) {
	l.Name = b.Name
	var bias *op.Param
	for _, o := range b.Ops {
		switch s := o.Spec.(type) {
		case op.Convolution:
			l.Kind, l.Out, l.Weight, bias = s.Kind(), s.Out, s.Weight, s.Bias
			l.Kernel, l.Stride, l.Pad, l.Groups = s.Kernel, s.Stride, s.Pad, s.Groups
		case op.Dense:
			l.Kind, l.Out, l.Weight, bias = s.Kind(), s.Out, s.Weight, s.Bias
		case op.ReLU:
			l.ReLU = true
		case op.Pool:
			l.Pool = &s
		case op.LRN:
			l.LRN = &s
		case op.Dropout:
			l.Dropout = s.P
		}
	}
	if bias != nil {
		l.Bias = *bias
	}
	same, err := l.block()
	return l, err == nil && reflect.DeepEqual(same, b)
}

// MarshalJSON is canonical.
func (b Block) MarshalJSON() ([]byte, error) {
	if l, ok := b.layer(); ok {
		return json.Marshal(l)
	}
	return json.Marshal(struct {
		Name string `json:"name"`
		Ops  []Op   `json:"ops"`
	}{b.Name, b.Ops})
}

// UnmarshalJSON reads a layer or operations, and knows all fields.
func (b *Block) UnmarshalJSON(text []byte) (err error) {
	var list struct {
		Name string
		Ops  []json.RawMessage
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("block %s: %w", list.Name, err)
		}
	}()
	if list.Ops == nil {
		var l layerJSON
		if err := strict.Decode(text, &l); err != nil {
			return err
		}
		*b, err = l.block()
		return err
	}
	if err := strict.Decode(text, &list); err != nil {
		return err
	}
	*b = Block{list.Name, make([]Op, len(list.Ops))}
	for k, text := range list.Ops {
		if err := json.Unmarshal(text, &b.Ops[k]); err != nil {
			return fmt.Errorf("operation %d, %s: %w", k+1, b.Ops[k].name(), err)
		}
	}
	return nil
}

// opJSON is what all operations have in common; the fields of their Spec stand beside it.
type opJSON struct {
	Name string   `json:"name,omitempty"`
	Kind string   `json:"kind"`
	From []string `json:"from,omitempty"`
}

// MarshalJSON is canonical.
func (o Op) MarshalJSON() ([]byte, error) {
	head, err := json.Marshal(opJSON{o.Name, o.Kind(), o.From})
	if err != nil {
		return nil, err
	}
	spec, err := json.Marshal(o.Spec)
	if err != nil || len(spec) == len("{}") {
		return head, err
	}
	return slices.Concat(head[:len(head)-1], []byte(","), spec[1:]), nil
}

// UnmarshalJSON knows the kinds of specs and their fields.
func (o *Op) UnmarshalJSON(text []byte) error {
	var head opJSON
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	if o.Name, o.From = head.Name, head.From; o.Name == "" {
		o.Name = head.Kind // for messages; see below
	}
	for _, known := range []string{"name", "kind", "from"} {
		delete(fields, known)
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	spec, err := op.Decode(head.Kind, rest)
	if err != nil {
		return err
	}
	o.Name, o.Spec = head.Name, spec
	return nil
}

// Read reads an architecture from JSON, as json.Marshal writes one, and checks it.
func Read(text []byte) (a Arch, err error) {
	if err := strict.Decode(text, &a); err != nil {
		return Arch{}, fmt.Errorf("arch: %w", err)
	}
	_, err = a.wire()
	return a, err
}
