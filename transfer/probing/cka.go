package probing

import (
	"cmp"
	"context"
	"fmt"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/inspect"
	"coadapt/transfer/probe"
)

// CKA compares each layer of a net with each layer of another, on all values of a picture: biased, unbiased, and
// unbiased without class means. For the same layer of both it has the null, too: pictures shuffled, and pictures
// shuffled within their class.
type CKA struct {
	Shuffles int // of each null; 0: no null
}

// Names of the values of CKA.
const (
	CKABiased   = "CKA"
	CKAUnbiased = "unbiased CKA"
	CKAWithin   = "within-class CKA"
	CKANull     = "unbiased CKA, shuffled"
	CKAChance   = "CKA, shuffled"
	CKAP        = "p, shuffled"
	CKAPWithin  = "p, shuffled within classes"
)

// Nets is 2.
func (CKA) Nets() int { return 2 }

// ckaLayer is a layer with its Gram matrices, or why it has none.
type ckaLayer struct {
	name          string
	plain, within *probe.Gram
	err, inside   error // of the first, and of the second
}

// Values are three for each pair of layers, and four more where they are the same: what shuffled pictures give, which
// for unbiased CKA is a control, as they have no likeness left, and how rarely they give as much.
func (p CKA) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	var sides [2][]ckaLayer
	for i, s := range nets {
		key := r.featuresKey(s, dataset.Test, 0)
		if i == 0 && r.first.key == key {
			sides[0] = r.first.layers
			continue
		}
		for l := range s.Arch.Blocks {
			x, err := r.gram(ctx, s, l)
			if err != nil {
				return nil, err
			}
			sides[i] = append(sides[i], x)
		}
		if i == 0 {
			r.first.key, r.first.layers = key, sides[0]
		}
	}
	var values []Value
	for i, a := range sides[0] {
		for j, b := range sides[1] {
			v := Value{Layer: a.name, Beside: b.name, Unit: "1"}
			for _, m := range []struct {
				name  string
				fault error
				of    func() (float64, error)
			}{
				{CKABiased, cmp.Or(a.err, b.err), func() (float64, error) { return a.plain.CKA(b.plain) }},
				{CKAUnbiased, cmp.Or(a.err, b.err), func() (float64, error) { return a.plain.Unbiased(b.plain) }},
				{CKAWithin, cmp.Or(a.inside, b.inside), func() (float64, error) { return a.within.Unbiased(b.within) }},
			} {
				v.Name = m.name
				if m.fault != nil {
					values = append(values, v.none(m.fault))
					continue
				}
				values = append(values, v.measured(m.of()))
			}
			if i == j && p.Shuffles > 0 && a.err == nil && b.err == nil {
				values = append(values, p.nulls(v, a, b, nets[0])...)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// nulls are what chance gives for a layer.
func (p CKA) nulls(v Value, a, b ckaLayer, s *Subject) []Value {
	var values []Value
	say := func(name string, x float64, err error) Value {
		v.Name = name
		return v.measured(x, err)
	}
	plain, chance, err := a.plain.Nulls(b.plain, p.Shuffles, 1)
	null := say(CKANull, plain.Mean(), err)
	if err == nil {
		null = null.failsIf(plain.Mean() > 0.1, "shuffled pictures are alike, too: the likeness is not of pictures")
	}
	values = append(values, null, say(CKAP, plain.P, err), say(CKAChance, chance.Mean(), err))
	within, err := a.plain.Null(b.plain, labels(s, dataset.Test, a.pictures()), p.Shuffles, 2)
	return append(values, say(CKAPWithin, within.P, err))
}

func (c ckaLayer) pictures() int { return c.plain.Pictures() }

// gram has the Gram matrices of a layer, made on the backend.
func (r *Runner) gram(ctx context.Context, s *Subject, layer int) (ckaLayer, error) {
	out := ckaLayer{name: s.Arch.Blocks[layer].Name}
	f, err := r.Features(ctx, s, dataset.Test, layer)
	if err != nil {
		return out, err
	}
	if r.grams == nil {
		if r.grams, err = inspect.NewGrams(r.lab.Backend()); err != nil {
			return out, err
		}
	}
	k, err := r.grams.Of(f.Data, f.Pictures(), f.Each())
	if err != nil {
		return out, err
	}
	name := fmt.Sprintf("%s of %s", out.name, s.Result.Net)
	if out.plain, out.err = probe.NewGram(name, k, f.Pictures()); out.err != nil {
		out.inside = out.err
		return out, nil
	}
	out.within, out.inside = out.plain.WithinClass(f.Labels)
	return out, nil
}
