package transfer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
)

// Plan is all that is settled about a net before it is trained. Those who ask for the plan of a net share it, and must
// not change it.
type Plan struct {
	Net    Net
	Parent *Plan     // of the net that gives layers; nil where none does
	Arch   arch.Arch // with an output for each class of the task
	Cut    arch.Cut  // in the first stage of the training, where there are several
	Recipe Recipe
	Task   *dataset.Task // that it is trained and tested on; nil in a plan without data ([PaperPlan])
	View   dataset.View  // what it is shown of a picture
	Key    string        // of its result; "" without data
	Cost

	spec spec
}

// spec is what a result depends on, and nothing else: its hash is the key.
// Names are left empty; the words of a split are covered by the task's digest.
type spec struct {
	Semantics int    `json:"semantics"`
	Treatment string `json:"treatment"`
	N         int    `json:"n"`
	Seed      int    `json:"seed"`
	Target    string `json:"target"`
	Arch      *sized `json:"arch"`
	Recipe    Recipe `json:"recipe"`
	Data      string `json:"data"`
	Parent    string `json:"parent,omitempty"`
	Backend   string `json:"backend"`
}

// arch is that of the net; of a spec that names none it is empty, and no weights fit it.
func (s spec) arch() arch.Arch {
	if s.Arch == nil {
		return arch.Arch{}
	}
	return s.Arch.Arch
}

// ParentKey is that of the net that gives layers, which may be a pretrained one; "" where none does.
func (p *Plan) ParentKey() string {
	if p.Parent != nil {
		return p.Parent.Key
	}
	return p.spec.Parent
}

// Initial are the net's own values before its first step, drawn from its seed. Layers of a parent replace some of them.
func (p *Plan) Initial() (arch.Weights, error) { return p.Arch.Init(p.Net.stream("init")) }

// Order is that of the net's training pictures.
func (p *Plan) Order() dataset.Order {
	return dataset.Order{Seed: p.Net.stream("order"), Batch: p.Recipe.Batch}
}

// cut is what learns of the net, at first, in an arch.
func (n Net) cut(a arch.Arch) arch.Cut { return n.Treatment.cut(n.N, a.Cuts()) }

// stages are those of the net's training.
func (p *Plan) stages() []stage {
	return p.Net.Treatment.stages(p.Net.N, p.Arch.Cuts(), p.Recipe.Steps)
}

// stream is the seed of one source of randomness of a net. Base nets of the
// two tasks draw apart from each other; all nets above a cut draw alike,
// whatever their treatment and cut, so that they are paired by seed, and apart
// from the base nets, so that a selffer's new layers are not its own base's
// old initial values.
func (n Net) stream(what string) uint64 {
	role := "new"
	if n.Treatment.First() {
		role = "base" + n.Target.String()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", what, role, n.Seed))
	return binary.BigEndian.Uint64(sum[:8])
}
