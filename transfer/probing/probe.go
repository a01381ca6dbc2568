package probing

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
)

// Probe is a question to trained nets. Its exported fields decide its values beside nets and pictures: their JSON is
// its spec.
type Probe interface {
	Nets() int // how many nets it is asked of at a time, 1 or 2; 0: of all together, 3 at least
	// Values answers for that many nets. Probe of the values is filled in by the Runner, and Net and Other where Net is
	// "". A layer that cannot be measured is a Value without a number; an error ends the run.
	Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error)
}

// Subject is a trained net that is looked into.
type Subject struct {
	*transfer.Trained
	Result transfer.Result
	shown  *dataset.Task // whose pictures it is shown
}

// Layers are the names of the net's layers, from the lowest.
func (s *Subject) Layers() []string {
	names := make([]string, len(s.Arch.Blocks))
	for i, b := range s.Arch.Blocks {
		names[i] = b.Name
	}
	return names
}

// kind is an entry of the list of probes.
type kind struct {
	name    string
	version int    // raised by hand where the probe comes to another value for the same fields
	probe   Probe  // with the fields that it has where nothing else is asked for
	short   string // one line
}

// kinds are all probes.
func kinds() []kind {
	return []kind{
		{"cka", 1, CKA{Shuffles: 99},
			"how alike each layer of a net is to each layer of another: CKA, unbiased, within classes, with a null"},
		{"procrustes", 1, Similarity{Grid: 2, Share: 0.99},
			"distances between the same layers of two nets: Procrustes, SVCCA, PWCCA"},
		{"linear", 1, Linear{Grid: 2},
			"what a linear model reads of the class from each layer, on pictures it was not fitted to"},
		{"knn", 1, Neighbours{Grid: 2, K: 10}, "what nearest neighbours say of the class, at each layer"},
		{"scale", 1, Scale{Grid: 2}, "root mean square, dead units and effective rank of each layer"},
		{"criticality", 1, Criticality{},
			"what is lost when one layer is put back to its initial values, or to fresh ones"},
		{"stitch", 2, Stitch{},
			"the lower part of a net below the upper part of another, with a linear layer between, at every cut"},
		{"ranks", 1, Ranks{Ranks: []int{1, 2, 4, 8, 16, 32}},
			"the same with linear layers of low rank: how many directions the upper part needs"},
		{"taskstitch", 1, TaskStitch{Epochs: 3, Rate: 0.02},
			"the same with the linear layer trained on the task: an upper bound of what the upper part can make of it"},
		{"map", 1, Map{Grid: 2},
			"where nets lie to each other at each layer: Procrustes angles, scaled to two dimensions"},
		{"maximise", 1, Maximise{Steps: 192, Rate: 0.04, Decay: 0.005, Jitter: 1, Blur: 4},
			"pictures that excite units most, by steps up the gradient, beside the best test picture"},
		{"path", 1, Path{Points: 11, Resamples: 999},
			"loss and accuracy along the straight line between the weights of two nets"},
	}
}

// Kinds are the names of all probes, each with a line on what it asks.
func Kinds() (names, lines []string) {
	for _, k := range kinds() {
		names, lines = append(names, k.name), append(lines, k.short)
	}
	return names, lines
}

// Named is the probe of a name with its usual fields. It fails for a name that there is not.
func Named(name string) (Probe, error) {
	if k := kindNamed(name); k.probe != nil {
		return k.probe, nil
	}
	names, _ := Kinds()
	return nil, fmt.Errorf("probe %q: want one of %s", name, strings.Join(names, ", "))
}

// kindNamed is the entry of a name, the zero kind where there is none.
func kindNamed(name string) kind {
	for _, k := range kinds() {
		if k.name == name {
			return k
		}
	}
	return kind{}
}

// kindOf is the entry of a probe's type.
func kindOf(p Probe) (kind, error) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return reflect.TypeOf(k.probe) == reflect.TypeOf(p) })
	if i < 0 {
		return kind{}, fmt.Errorf("probe %T has no entry in the list of kinds", p)
	}
	return all[i], nil
}

// spec is what values depend on.
type spec struct {
	Kind     string          `json:"kind"`
	Version  int             `json:"version"`
	Probe    json.RawMessage `json:"probe"`
	Nets     []string        `json:"nets"` // keys
	Task     string          `json:"task"` // digest of that whose pictures are shown
	Pictures int             `json:"pictures"`
}
