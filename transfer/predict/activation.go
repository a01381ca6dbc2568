package predict

import (
	"errors"
	"fmt"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/op"
)

// ErrNoActivation says that a net has no class-activation maps.
var ErrNoActivation = errors.New("the net does not end in a global average and at most one inner product, so that " +
	"it has no class-activation map")

// evidence is where a net's places last are apart.
type evidence struct {
	block   int    // whose output goes into the global average
	weights string // path of the inner product behind it; "" where there is none
}

// evidenceOf finds the end of a net: a global average, first in its block, and behind it nothing but an inner product,
// flattening and dropout.
func evidenceOf(a arch.Arch) (evidence, error) {
	found := evidence{block: -1}
	for i, b := range a.Blocks {
		for k, o := range b.Ops {
			if len(o.From) > 0 && !(k == 0 && slices.Equal(o.From, []string{arch.Input})) {
				found = evidence{block: -1} // not a chain from here on
				continue
			}
			switch o.Spec.(type) {
			case op.GlobalAverage:
				found = evidence{block: -1}
				if k == 0 && i > 0 {
					found.block = i - 1
				}
			case op.Flatten, op.Dropout:
			case op.Dense:
				if found.weights != "" || found.block < 0 {
					found = evidence{block: -1}
					continue
				}
				path, err := weightsOf(a, i)
				if err != nil {
					return found, err
				}
				found.weights = path
			default:
				found = evidence{block: -1}
			}
		}
	}
	if found.block < 0 {
		return found, ErrNoActivation
	}
	return found, nil
}

// weightsOf is the path of the weights of a block that has one inner product alone.
func weightsOf(a arch.Arch, block int) (string, error) {
	vars, err := a.Variables()
	if err != nil {
		return "", err
	}
	path := ""
	for _, v := range vars {
		if v.Layer != block || len(v.Shape) != 2 {
			continue
		}
		if path != "" {
			return "", ErrNoActivation
		}
		path = v.Path
	}
	if path == "" {
		return "", ErrNoActivation
	}
	return path, nil
}

// HasActivation says whether the net has class-activation maps.
func (p *Predictor) HasActivation() bool {
	_, err := evidenceOf(p.Arch)
	return err == nil
}

// Activate is the class-activation map of an output: at each place the sum of the last features, weighted as the inner
// product weighs their means for the output, so that the map's mean and the bias are the logit; between places it is
// interpolated. Zhou, Khosla, Lapedriza, Oliva, Torralba, Learning deep features for discriminative localization (CVPR
// 2016), equation 2. It fails with ErrNoActivation where the net does not end so.
func (p *Predictor) Activate(input []float32, output int) (Map, error) {
	at, err := evidenceOf(p.Arch)
	if err != nil {
		return Map{}, err
	}
	read, err := inspect.NewReader(p.backend, p.Arch, p.Weights, 1, at.block)
	if err != nil {
		return Map{}, err
	}
	defer read.Close()
	out, err := read.Read(input)
	if err != nil {
		return Map{}, err
	}
	shape := out[0].Shape
	if len(shape) != 4 {
		return Map{}, ErrNoActivation
	}
	height, width, channels := shape[1], shape[2], shape[3]
	weight := func(k int) float64 { // of channel k for the output
		if k == output {
			return 1
		}
		return 0
	}
	outputs := channels
	if at.weights != "" {
		w := p.Weights[at.weights]
		outputs = w.Shape[1]
		weight = func(k int) float64 { return float64(w.Data[k*outputs+output]) }
	}
	if output < 0 || output >= outputs {
		return Map{}, fmt.Errorf("class-activation map: output %d, want 0 to %d", output, outputs-1)
	}
	places := make([]float64, height*width)
	for i := range places {
		for k := range channels {
			places[i] += weight(k) * float64(out[0].Data[i*channels+k])
		}
	}
	return newMap(p.Arch.Size, stretched(places, height, width, p.Arch.Size)), nil
}

// stretched brings values at the centres of places to [size, size] pixels, linear between centres and constant beyond.
func stretched(places []float64, height, width, size int) []float64 {
	out := make([]float64, size*size)
	for y := range size {
		y0, y1, dy := between(y, size, height)
		for x := range size {
			x0, x1, dx := between(x, size, width)
			top := places[y0*width+x0]*(1-dx) + places[y0*width+x1]*dx
			bottom := places[y1*width+x0]*(1-dx) + places[y1*width+x1]*dx
			out[y*size+x] = top*(1-dy) + bottom*dy
		}
	}
	return out
}

// between are the places on either side of a pixel's centre, and how far it is from the first, 0..1.
func between(pixel, size, places int) (low, high int, share float64) {
	at := (float64(pixel)+0.5)*float64(places)/float64(size) - 0.5
	at = min(float64(places-1), max(0, at))
	low = int(at)
	return low, min(low+1, places-1), at - float64(low)
}
