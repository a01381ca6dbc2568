package probing

import (
	"context"
	"encoding/json"

	"coadapt/transfer/probe"
	"coadapt/transfer/store"
)

// Behind the name of a value stand those of its null: what it comes to where the labels of pictures are permuted, so
// that features know nothing of them.
const (
	Permuted  = ", labels permuted" // the mean over permutations; its interval is named so, and then From or To
	PermutedP = ", p"               // how rarely permuted labels give as much
)

// permutations of the labels: the least and the greatest of 39 are the ends of the interval of 95%.
const permutations = 39

// permutedVersion is raised by hand where a null comes to another value.
const permutedVersion = 1

// A labelled probe has a value for each layer that follows from labels, and so a null for each. Nulls have a record of
// their own, so that values that were kept before there were nulls are still found.
type labelled interface {
	Probe
	labelled(ctx context.Context, r *Runner, s *Subject, layer int) (fromLabels, error) // from 0
}

// fromLabels is a value without its number, which follows from the labels of pictures.
type fromLabels struct {
	Value
	labels []int // as they are
	of     func(labels []int) (float64, error)
}

// askLabelled has the values of a labelled probe and their nulls from permutations; 0 is no null.
func (r *Runner) askLabelled(ctx context.Context, p labelled, s *Subject, permutations int) (
	values, nulls []Value, err error) {
	for l := range s.Arch.Blocks {
		v, err := p.labelled(ctx, r, s, l)
		if err != nil {
			return nil, nil, err
		}
		if permutations == 0 {
			values = append(values, v.measured(v.of(v.labels)))
		} else {
			value, null := v.permuted(permutations)
			values, nulls = append(values, value), append(nulls, null...)
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	return values, nulls, nil
}

// permuted are the value and its null: the mean, which is a control, the ends of its interval, and p.
func (v fromLabels) permuted(permutations int) (value Value, null []Value) {
	found, err := probe.LabelNull(v.labels, v.of, permutations, 1)
	if err != nil {
		value = v.none(err)
		v.Name += Permuted
		return value, []Value{v.none(err)}
	}
	low, high := found.Interval()
	say := func(ending, unit string, x float64) Value {
		said := v.Value
		said.Name, said.Unit = v.Name+ending, unit
		return said.of(x)
	}
	return v.Value.of(found.Observed), []Value{
		say(Permuted, v.Unit, found.Mean()).failsIf(found.Observed <= high,
			"permuted labels give as much: what is read of the layer is no more than chance"),
		say(Permuted+From, v.Unit, low), say(Permuted+To, v.Unit, high), say(PermutedP, "1", found.P),
	}
}

// permutedRecord is the record of the nulls of a record, without values.
func permutedRecord(x record) (record, error) {
	fields, err := json.Marshal(struct {
		Of           json.RawMessage // fields of the probe
		Version      int             // of the probe
		Permutations int
	}{x.Spec.Probe, x.Spec.Version, permutations})
	x.Spec.Kind, x.Spec.Version, x.Spec.Probe, x.Values = x.Spec.Kind+Permuted, permutedVersion, fields, nil
	return x, err
}

// withNulls is a record with the nulls that a store keeps of it, if it does.
func withNulls(s *store.Store, x record) record {
	nulls, err := permutedRecord(x)
	if err != nil {
		return x
	}
	key, err := store.Key(nulls.Spec)
	if err != nil {
		return x
	}
	data, err := s.Probed(key)
	if err != nil {
		return x
	}
	if nulls, err = decode(data); err == nil {
		x.Values = beside(x.Values, nulls.Values)
	}
	return x
}

// beside has the nulls behind the values of their layers, and what fails before all.
func beside(values, nulls []Value) []Value {
	var all []Value
	for _, v := range values {
		all = append(all, v)
		for _, n := range nulls {
			if n.Layer == v.Layer {
				all = append(all, n)
			}
		}
	}
	return failedFirst(all)
}
