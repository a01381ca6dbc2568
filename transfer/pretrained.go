package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/durable"
	"coadapt/gomlxnet/strict"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer/store"
)

// PretrainedSplit is the Split of nets whose base A is a [Pretrained] one: task B has all classes of the source, and
// there is no task A here. Its nets are those tested on B: pretrained/baseB, pretrained/B3B, pretrained/A3B+ and so on.
const PretrainedSplit = "pretrained"

// Pretrained is a net that was trained elsewhere and serves as base A.
type Pretrained struct {
	Name          string // for people, such as the file's
	Arch          arch.Arch
	Weights       arch.Weights // of Arch; the last layer is not used and may be missing
	Preprocessing Preprocessing
}

// Preprocessing is what a pretrained net was shown of a picture. Of pixels 0..255 in the order red, green, blue the
// mean is subtracted, the difference is divided by the deviation, and last the order may be turned.
type Preprocessing struct {
	Mean []float32 `json:"mean"`          // of each channel
	Std  []float32 `json:"std"`           // of each channel, above 0; none is 1
	BGR  bool      `json:"bgr,omitempty"` // the net reads blue, green, red
}

// preprocessings go by a name.
var preprocessings = map[string]Preprocessing{
	// torchvision's and timm's for ImageNet: .485, .456, .406 and .229, .224, .225 of pixels 0..1.
	"imagenet": {Mean: []float32{123.675, 116.28, 103.53}, Std: []float32{58.395, 57.12, 57.375}},
	// Caffe's reference nets: BGR, 0..255, less the means of ImageNet's channels.
	"caffe": {Mean: []float32{123.68, 116.779, 103.939}, BGR: true},
	// Pixels as they are, 0..255.
	"none": {Mean: []float32{0, 0, 0}},
}

// PreprocessingNames lists those of [NamedPreprocessing].
func PreprocessingNames() []string { return []string{"imagenet", "caffe", "none"} }

// NamedPreprocessing is that of a name: imagenet, as torchvision's and timm's nets have it; caffe; or none.
func NamedPreprocessing(name string) (Preprocessing, error) {
	p, ok := preprocessings[name]
	if !ok {
		return p, fmt.Errorf("preprocessing %q, want one of %q", name, PreprocessingNames())
	}
	return p, nil
}

// ReadPreprocessing is [NamedPreprocessing], or that of a file where the name ends in .json:
//
//	{"mean": [123.7, 116.3, 103.5], "std": [58.4, 57.1, 57.4], "bgr": false}
func ReadPreprocessing(name string) (pre Preprocessing, err error) {
	if !strings.HasSuffix(name, ".json") {
		return NamedPreprocessing(name)
	}
	text, err := durable.ReadFile(name, 1<<20)
	if err != nil {
		return pre, err
	}
	if err := strict.Decode(bytes.TrimPrefix(text, []byte("\ufeff")), &pre); err != nil {
		return pre, fmt.Errorf("%s: %w", name, err)
	}
	return pre, nil
}

// ReadPretrained reads weights of an architecture, whose number of classes is the file's; see [weights.Read].
func ReadPretrained(file string, a arch.Arch, pre Preprocessing) (*Pretrained, error) {
	var err error
	if a.Classes, err = weights.Classes(file, a); err != nil {
		return nil, err
	}
	w, err := weights.Read(file, a)
	if err != nil {
		return nil, err
	}
	return &Pretrained{Name: filepath.Base(file), Arch: a, Weights: w, Preprocessing: pre}, nil
}

// Check says what is wrong with the preprocessing for pictures with that many channels.
func (p Preprocessing) Check(channels int) error {
	if len(p.Mean) != channels || len(p.Std) != 0 && len(p.Std) != channels {
		return fmt.Errorf("preprocessing: %d means and %d deviations, want %d of each, one a channel", len(p.Mean),
			len(p.Std), channels)
	}
	for _, s := range p.Std {
		if !(s > 0) {
			return fmt.Errorf("preprocessing: a deviation of %v, want numbers above 0", s)
		}
	}
	return nil
}

// key covers all that a net that begins from it depends on.
func (p *Pretrained) key() (string, error) {
	digest, err := p.Arch.PrefixDigest(p.Weights, p.Arch.Cuts())
	if err != nil {
		return "", fmt.Errorf("pretrained %s: %w", p.Name, err)
	}
	return store.Key(struct {
		Pretrained    string        `json:"pretrained"`
		Layers        []arch.Block  `json:"layers"`
		Preprocessing Preprocessing `json:"preprocessing"`
	}{digest, p.Arch.Blocks[:p.Arch.Cuts()], p.Preprocessing})
}

// check says why nets of an arch cannot begin from it.
func (p *Pretrained) check(a arch.Arch) error {
	if p == nil {
		return nil
	}
	fail := func(err error) error { return fmt.Errorf("lab: pretrained %s: %w", p.Name, err) }
	if p.Arch.Cuts() != a.Cuts() {
		return fail(fmt.Errorf("it has %d cuts, %s has %d; want one architecture", p.Arch.Cuts(), a.Name, a.Cuts()))
	}
	vars, err := a.Variables()
	if err != nil {
		return fail(err)
	}
	for _, v := range vars {
		if v.Layer >= a.Cuts() {
			continue
		}
		t, ok := p.Weights[v.Path]
		if !ok || !slices.Equal(t.Shape, v.Shape) {
			return fail(fmt.Errorf("%s has shape %v, %s wants %v", v.Path, t.Shape, a.Name, v.Shape))
		}
	}
	if !p.Weights.Finite() {
		return fail(errNotFinite)
	}
	if err := p.Preprocessing.Check(a.Channels); err != nil {
		return fail(err)
	}
	return nil
}

// given says whether layers of the net come from a pretrained base A.
func (n Net) given() bool {
	return n.Split == PretrainedSplit && n.Treatment.FromBase() && n.Source() == A
}

// errNotGiven says that a net needs what the Lab was not given.
var errNotGiven = errors.New("no pretrained net is given as base A (-base-a)")

// view is what a net is shown whose layers come from the pretrained one.
func (p *Pretrained) view(size int, r Recipe) dataset.View {
	return dataset.View{Size: size, Crop: true, Pad: r.Pad, Mirror: r.Mirror, MeanPerChannel: true,
		Mean: p.Preprocessing.Mean, Std: p.Preprocessing.Std, BGR: p.Preprocessing.BGR}
}

// targets are the tasks that a split's nets are tested on.
func targets(split string) []Half {
	if split == PretrainedSplit {
		return []Half{B}
	}
	return []Half{A, B}
}
