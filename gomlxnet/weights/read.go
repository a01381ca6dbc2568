package weights

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coadapt/gomlxnet/arch"
)

// Read reads the weights of a net from a file of safetensors, Caffe's .caffemodel, or an .onnx file whose initializers
// have PyTorch's names. It fails where the file lacks a tensor of the net, has one of another shape or one that the net
// has not. Counters of PyTorch's batch norm are passed over.
func Read(path string, a arch.Arch) (arch.Weights, error) {
	var w arch.Weights
	err := withSource(path, func(s *source) (err error) {
		w, err = load(s, a)
		return err
	})
	return w, err
}

// Classes is how many outputs the last layer has in a file of weights of an arch, whatever the number of classes of
// the arch itself.
func Classes(path string, a arch.Arch) (classes int, err error) {
	all, err := parameters(a)
	if err != nil {
		return 0, err
	}
	last := all[len(all)-1].of
	weights := all[len(all)-len(last.Vars)]
	err = withSource(path, func(s *source) error {
		name, err := s.find(weights)
		if err != nil {
			return err
		}
		if shape := s.infos[name].Shape; len(shape) > 1 {
			classes = s.outputs(shape)
			return nil
		}
		return fmt.Errorf("%s: tensor %q has shape %v, want one of two dimensions or more, the first of them the "+
			"classes", path, name, s.infos[name].Shape)
	})
	return classes, err
}

// load takes all variables of a net from a file.
func load(s *source, a arch.Arch) (arch.Weights, error) {
	all, err := parameters(a)
	if err != nil {
		return nil, err
	}
	type found struct {
		parameter
		layout
		name string
	}
	var plan []found
	used := map[string]string{}
	for _, p := range all { // all shapes are checked before values are read
		name, err := s.find(p)
		if err != nil {
			return nil, fmt.Errorf("%w; it would be %s of %s", err, p.Path, a.Name)
		}
		l := s.layout(p)
		if info := s.infos[name]; !l.fits(info.Shape) {
			return nil, fmt.Errorf("%s: tensor %q has shape %v, want %v for %s of %s", s.path, name, info.Shape,
				l.shape, p.Path, a.Name)
		}
		if other, taken := used[name]; taken {
			return nil, fmt.Errorf("%s: tensor %q would be both %s and %s of %s", s.path, name, other, p.Path, a.Name)
		}
		used[name] = p.Path
		plan = append(plan, found{p, l, name})
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(s.infos)) {
		if _, ok := used[name]; !ok && !strings.HasSuffix(name, counter) {
			left = append(left, fmt.Sprintf("%q", name))
		}
	}
	if n := len(left); n > 0 {
		more := ""
		if n > 3 {
			more, left = fmt.Sprintf(" and %d more", n-3), left[:3]
		}
		return nil, fmt.Errorf("%s has tensors that %s has not: %s%s; is it of another architecture?", s.path,
			a.Name, strings.Join(left, ", "), more)
	}
	w := make(arch.Weights, len(plan))
	for _, f := range plan {
		values, err := s.read(f.name)
		if err != nil {
			return nil, err
		}
		w[f.Path] = arch.Tensor{Shape: slices.Clone(f.Variable.Shape), Data: f.ours(values)}
	}
	return w, a.Check(w)
}
