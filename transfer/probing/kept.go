package probing

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"coadapt/transfer"
	"coadapt/transfer/store"
)

// Kept are the values that a store keeps of one probe, over all nets that were asked for.
type Kept struct {
	Probe    string          `json:"probe"`
	Fields   json.RawMessage `json:"fields"`   // of the probe
	Pictures int             `json:"pictures"` // of a part that were shown at most
	Values   []Value         `json:"values"`
}

// AllKept are the values that a store keeps of nets, each with the key of its result: of all probes in the order of
// [Kinds], of those that were asked of the same nets for several numbers of pictures the ones for most. Values of a
// probe of another version than today's, and those of nets that are not among the results, are left out. Values that
// were kept before there were records are not found.
func AllKept(s *store.Store, results []transfer.Result) []Kept {
	place := map[string]int{}
	for i, r := range results {
		place[r.Key] = i + 1
	}
	type group struct{ kind, fields, nets string }
	most := map[group]record{}
	for _, data := range s.AllProbed() {
		x, err := decode(data)
		if err != nil || len(x.Names) == 0 || len(x.Names) != len(x.Spec.Nets) ||
			kindNamed(x.Spec.Kind).version != x.Spec.Version ||
			slices.ContainsFunc(x.Spec.Nets, func(key string) bool { return place[key] == 0 }) {
			continue
		}
		g := group{x.Spec.Kind, fieldsOf(x.Spec.Probe), fmt.Sprint(x.Spec.Nets)}
		if old, ok := most[g]; !ok || x.Spec.Pictures > old.Spec.Pictures {
			most[g] = x
		}
	}
	var all []record
	for _, x := range most {
		all = append(all, x)
	}
	names, _ := Kinds()
	slices.SortFunc(all, func(a, b record) int {
		order := cmp.Or(cmp.Compare(slices.Index(names, a.Spec.Kind), slices.Index(names, b.Spec.Kind)),
			cmp.Compare(fieldsOf(a.Spec.Probe), fieldsOf(b.Spec.Probe)), cmp.Compare(b.Spec.Pictures, a.Spec.Pictures),
			cmp.Compare(len(a.Spec.Nets), len(b.Spec.Nets)))
		for i := 0; i < len(a.Spec.Nets) && order == 0; i++ {
			order = cmp.Compare(place[a.Spec.Nets[i]], place[b.Spec.Nets[i]])
		}
		return order
	})
	var kept []Kept
	for _, x := range all {
		k := Kept{Probe: x.Spec.Kind, Fields: json.RawMessage(fieldsOf(x.Spec.Probe)), Pictures: x.Spec.Pictures}
		if last := len(kept) - 1; last < 0 || kept[last].Probe != k.Probe || kept[last].Pictures != k.Pictures ||
			!bytes.Equal(kept[last].Fields, k.Fields) {
			kept = append(kept, k)
		}
		last := &kept[len(kept)-1]
		last.Values = append(last.Values, withNulls(s, x).named()...)
	}
	return kept
}

// fieldsOf is JSON without spaces.
func fieldsOf(data json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return string(data)
	}
	return b.String()
}

// WriteKept writes values as lines of JSON, one for each probe.
func WriteKept(w io.Writer, kept []Kept) error {
	e := json.NewEncoder(w)
	for _, k := range kept {
		if err := e.Encode(k); err != nil {
			return err
		}
	}
	return nil
}

// ReadKept reads what WriteKept wrote.
func ReadKept(r io.Reader) ([]Kept, error) {
	d := json.NewDecoder(r)
	var kept []Kept
	for {
		var k Kept
		err := d.Decode(&k)
		if err == io.EOF {
			return kept, nil
		}
		if err != nil {
			return nil, fmt.Errorf("values of probes, line %d: %w", len(kept)+1, err)
		}
		kept = append(kept, k)
	}
}
