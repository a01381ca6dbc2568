package probing

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer/store"
)

// TestPermuted has the null of a value that follows the labels hold, and that of one that does not fail.
func TestPermuted(t *testing.T) {
	labels := make([]int, 40)
	for i := range labels {
		labels[i] = i % 4
	}
	as := func(said []int) func([]int) (float64, error) {
		return func(labels []int) (float64, error) {
			right := 0.0
			for i, l := range labels {
				if l == said[i] {
					right++
				}
			}
			return right / float64(len(labels)), nil
		}
	}
	v := fromLabels{Value: Value{Layer: "conv1", Name: "share", Unit: "share"}, labels: labels, of: as(labels)}
	value, null := v.permuted(39)
	if value.Number() != 1 || len(null) != 4 || null[0].Control != Holds || null[3].Number() != 1.0/40 ||
		null[0].Name != "share, labels permuted" || null[3].Name != "share, p" {
		t.Errorf("all right: %+v, %+v", value, null)
	}
	mean, low, high := null[0].Number(), null[1].Number(), null[2].Number()
	if math.Abs(mean-0.25) > 0.05 || !(0 <= low && low < mean && mean < high && high < 0.7) {
		t.Errorf("permuted labels give %v [%v, %v], want about a quarter", mean, low, high)
	}
	v.of = as(make([]int, 40)) // always class 0
	if value, null = v.permuted(39); value.Number() != 0.25 || null[0].Control != Fails || null[3].Number() != 1 ||
		!strings.Contains(null[0].Reason, "chance") {
		t.Errorf("one class for all: %+v, %+v", value, null)
	}
	if failed := beside([]Value{value}, null); failed[0].Name != "share, labels permuted" || failed[1].Name != "share" {
		t.Errorf("the null that fails does not stand first: %+v", failed)
	}
	v.labels = nil
	v.of = func([]int) (float64, error) { return 0, store.ErrMissing }
	if value, null = v.permuted(39); value.Value != nil || len(null) != 1 || null[0].Reason == "" {
		t.Errorf("no number: %+v, %+v", value, null)
	}
}

// TestNullsBesideOldValues has values that were kept before there were nulls be found as they are, with the nulls of
// their layers behind them, and features be read once for both.
func TestNullsBesideOldValues(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB")
	r := runner(t, l)
	for _, p := range []Probe{Linear{Grid: 2}, Neighbours{Grid: 2, K: 3}} {
		s, err := r.subject(t.Context(), nets[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		found, err := p.Values(t.Context(), r, []*Subject{s})
		if err != nil {
			t.Fatal(err)
		}
		old := slices.Clone(found)
		mark := 0.0625 // that no net would come to
		old[0].Value = &mark
		k, err := kindOf(p)
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.record(k, p, []*Subject{s})
		if err != nil {
			t.Fatal(err)
		}
		key, err := store.Key(rec.Spec)
		if err != nil {
			t.Fatal(err)
		}
		rec.Values = old
		if err := r.keep(key, rec); err != nil {
			t.Fatal(err)
		}
		r.Hits, r.Misses = 0, 0
		passes := r.passes
		values := collect(t, r, p, nets...)
		if r.Misses != 1 || r.passes != passes {
			t.Errorf("%s: %d looked into, %d passes, want 1 and none", k.name, r.Misses, r.passes-passes)
		}
		of := named(values, old[0].Name)
		if len(of) != len(old) || of[0].Number() != mark || of[1].Number() != found[1].Number() {
			t.Errorf("%s: the values that were kept are not those that are found: %+v", k.name, of)
		}
		nulls := named(values, old[0].Name+Permuted)
		if len(nulls) != len(old) || len(named(values, old[0].Name+PermutedP)) != len(old) {
			t.Errorf("%s: %d nulls of %d values", k.name, len(nulls), len(old))
		}
		for _, n := range nulls {
			low := find(t, values, n.Name+From, n.Layer).Number()
			high := find(t, values, n.Name+To, n.Layer).Number()
			if mean := n.Number(); n.Control == Asked || !(low <= mean && mean <= high) || mean < 0.2 || mean > 0.8 {
				t.Errorf("%s at %s: %v [%v, %v], %s of two classes", k.name, n.Layer, n.Number(), low, high, n.Control)
			}
		}
		if again := collect(t, r, p, nets...); r.Hits != 1 || len(again) != len(values) {
			t.Errorf("%s: %d hits the second time, %d values and %d before", k.name, r.Hits, len(again), len(values))
		}
		kept := AllKept(l.Store(), nets)
		if last := kept[len(kept)-1]; last.Probe != k.name || len(last.Values) != len(values) {
			t.Errorf("%s: a report has %d values of %s, want %d", k.name, len(last.Values), last.Probe, len(values))
		}
	}
}
