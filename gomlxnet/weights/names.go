package weights

import (
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// parameter is a variable of a net, with its operation.
type parameter struct {
	arch.Variable
	of    arch.Operation
	names []string // what other programs call it: the first is that of files we write, the others are read, too
}

// suffixes are what PyTorch calls the variables of an operation, by our names.
var suffixes = map[string]string{
	"weights": "weight", "biases": "bias",
	"scale": "weight", "shift": "bias", "mean": "running_mean", "variance": "running_var",
}

// counter is a number that PyTorch's batch norm keeps and we do not: how many batches it saw.
const counter = ".num_batches_tracked"

// parameters lists the variables of a net, with their names.
func parameters(a arch.Arch) ([]parameter, error) {
	ops, err := a.Operations()
	if err != nil {
		return nil, err
	}
	of := familyOf(a, ops)
	var all []parameter
	for _, o := range ops {
		modules := of(a.Blocks[o.Block].Name, o)
		for _, v := range o.Vars {
			p := parameter{Variable: v, of: o}
			for _, module := range modules {
				p.names = append(p.names, module+"."+suffixes[v.Name])
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// Names are the names of a net's variables, by their paths, in the files that [Write] writes: those of torchvision
// where the net is one of its own. Of other nets the name of a variable is made of its block, its operation where the
// block has several with variables, and PyTorch's word for it.
func Names(a arch.Arch) (map[string]string, error) {
	all, err := parameters(a)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range all {
		names[p.Path] = p.names[0]
	}
	return names, nil
}

// family gives operations, met in order, their names.
type family func(block string, o arch.Operation) []string

// familyOf tells by the names of its blocks which family a net is of.
func familyOf(a arch.Arch, ops []arch.Operation) family {
	has := func(name string) bool {
		return slices.ContainsFunc(a.Blocks, func(b arch.Block) bool { return b.Name == name })
	}
	switch {
	case has("conv1") && has("layer1.0") && has("fc"):
		return resnet{small: !has("layer4.0")}.name
	case has("conv1") && has("fire2") && has("conv10"):
		return new(squeezenet).name
	case has("conv1_1") && has("fc6") && has("fc8"):
		return new(vgg).name
	}
	several := map[string]int{}
	for _, o := range ops {
		if len(o.Vars) > 0 {
			several[a.Blocks[o.Block].Name]++
		}
	}
	// Operations of any other net go by block and, where the block has several with variables, by their own name.
	return func(block string, o arch.Operation) []string {
		if several[block] > 1 {
			return []string{block + "." + o.Name}
		}
		return []string{block}
	}
}

// resnet is torchvision's and timm's; small ones are for CIFAR, in which others have other words for the last layer and
// the way around.
type resnet struct{ small bool }

func (r resnet) name(block string, o arch.Operation) []string {
	switch {
	case block == "conv1":
		return []string{o.Name}
	case block == "fc" && r.small:
		return []string{"linear", "fc"} // as github.com/akamaster/pytorch_resnet_cifar10 has it
	case block == "fc":
		return []string{"fc", "linear"}
	}
	names := []string{block + "." + o.Name}
	for ours, theirs := range map[string]string{"downsample.": "shortcut.", "shortcut.": "downsample."} {
		if rest, ok := strings.CutPrefix(o.Name, ours); ok {
			names = append(names, block+"."+theirs+rest)
		}
	}
	return names
}

// squeezenet is torchvision's: features and classifier are rows of modules, which go by their numbers.
type squeezenet struct{ at int }

func (s *squeezenet) name(block string, o arch.Operation) []string {
	kind := o.Spec.Kind()
	if strings.HasPrefix(block, "fire") {
		if kind == (op.Pool{}).Kind() {
			s.at++ // behind the module that the block is
		}
		if o.Name == "squeeze" {
			s.at++
		}
		at := fmt.Sprintf("features.%d.", s.at-1)
		names := []string{at + o.Name}
		if o.Name == "squeeze" {
			names = append(names, at+"squeeze1x1")
		}
		return names
	}
	if block == "conv10" {
		return []string{"classifier.1"}
	}
	s.at++
	return []string{fmt.Sprintf("features.%d", s.at-1)}
}

// vgg is torchvision's, whose modules go by their numbers, and timm's, whose inner products have other names.
type vgg struct{ features, classifier int }

func (s *vgg) name(block string, o arch.Operation) []string {
	if strings.HasPrefix(block, "conv") {
		s.features++
		return []string{fmt.Sprintf("features.%d", s.features-1)}
	}
	switch o.Spec.(type) {
	case op.Dense, op.ReLU, op.Dropout:
		s.classifier++
	}
	timm := map[string]string{"fc6": "pre_logits.fc1", "fc7": "pre_logits.fc2", "fc8": "head.fc"}
	return []string{fmt.Sprintf("classifier.%d", s.classifier-1), timm[block]}
}
