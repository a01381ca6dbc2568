package arch

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Rescaled returns weights in which what leaves layer n (from 1) is multiplied by factor for every image. The layers
// stay the same functions otherwise, frozen or not, so that weights carry the factor wherever nets go: into
// checkpoints, digests and files for other programs.
//
// Of the operations of the layer it multiplies what those learned that are the last with variables on their way: as
// convolution, inner product, batch norm's scale and shift, ReLU, pooling, sums and concatenation are homogeneous, what
// leaves the layer is multiplied too; behind local response normalisation only nearly so, as that is not homogeneous.
// Where what enters a residual block is added as it is, the layer below is multiplied as well, and so on down to one
// whose ways all end in variables. Operations beside that way, which then see the factor in what they read, take it
// out again (see [op.Spec]).
//
// It fails where factor is not a finite number above 0, and where the images themselves reach the layer's end.
func (a Arch) Rescaled(w Weights, n int, factor float64) (Weights, error) {
	if n < 1 || n > a.Cuts() {
		return nil, fmt.Errorf("rescaling layer %d of arch %q, want 1 to %d", n, a.Name, a.Cuts())
	}
	if !(factor > 0) || math.IsInf(factor, 1) {
		return nil, fmt.Errorf("rescaling layer %d of arch %q by %v, want a finite number above 0", n, a.Name, factor)
	}
	net, err := a.wire()
	if err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	line := net.inLine(n)
	scaled, err := scaling(line)
	if err != nil {
		return nil, fmt.Errorf("rescaling layer %d of arch %q, block %s: %w", n, a.Name, a.Blocks[n-1].Name, err)
	}
	out := w.Clone()
	at := func(carries bool) float64 {
		if carries {
			return factor
		}
		return 1
	}
	for k, o := range line {
		if len(o.Vars) == 0 || !scaled[o.from[0]] && !scaled[k+1] {
			continue
		}
		values := make([][]float32, len(o.Vars))
		for i, v := range o.Vars {
			values[i] = out[v.Path].Data
		}
		o.Rescale(values, at(scaled[o.from[0]]), at(scaled[k+1]))
	}
	return out, nil
}

// inLine are the operations of the first n blocks as those of one: from has 0 for the images and k for what leaves
// operation k of the line, from 1.
func (w *wired) inLine(n int) []Operation {
	var line []Operation
	enters := 0
	for _, ops := range w.blocks[:n] {
		first := len(line)
		for _, o := range ops {
			o.from = slices.Clone(o.from)
			for i, f := range o.from {
				if o.from[i] = first + f; f == 0 {
					o.from[i] = enters
				}
			}
			line = append(line, o)
		}
		enters = len(line)
	}
	return line
}

// scaling says which values of a line carry the factor that the last one is to have: by operation, from 1; 0 are the
// images. An operation without variables carries it where, and only where, all that it reads does.
func scaling(line []Operation) ([]bool, error) {
	scaled := make([]bool, len(line)+1)
	scaled[len(line)] = true
	for changed := true; changed; {
		changed = false
		for k := len(line); k >= 1; k-- {
			o := line[k-1]
			if len(o.Vars) > 0 {
				continue
			}
			some, all := scaled[k], scaled[k]
			for _, f := range o.from {
				some, all = some || scaled[f], all && scaled[f]
			}
			if !some || all {
				continue
			}
			for _, f := range append([]int{k}, o.from...) {
				scaled[f] = true
			}
			changed = true
		}
	}
	if scaled[0] {
		return nil, errors.New("the images reach its end as they are, so that weights cannot change the scale")
	}
	return scaled, nil
}
