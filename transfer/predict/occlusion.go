package predict

import (
	"context"
	"fmt"
	"slices"
)

// Map says for each pixel of what the net is shown how much it counts, row by row.
type Map struct {
	Size   int       // height and width, pixels
	Values []float64 // [Size, Size]
	Most   float64   // the largest value
}

// newMap finds the largest value.
func newMap(size int, values []float64) Map {
	m := Map{Size: size, Values: values}
	for _, v := range values {
		m.Most = max(m.Most, v)
	}
	return m
}

// Squares of an occlusion map: a sixth of the side, half of which two neighbours share.
const occluded = 6

// Occlude hides one square of the input after another, and says by how much the probability of an output falls: a
// pixel's value is the mean over the squares that cover it, -1..1. Hidden pixels are those of the mean image. Zeiler,
// Fergus, Visualizing and understanding convolutional networks (ECCV 2014), section 4.2, hide them in grey.
func (p *Predictor) Occlude(ctx context.Context, input []float32, output int) (Map, error) {
	size, channels := p.Arch.Size, p.Arch.Channels
	if len(input) != size*size*channels {
		return Map{}, fmt.Errorf("occlusion: an input of %d values, want %d·%d·%d", len(input), size, size, channels)
	}
	side := max(1, size/occluded)
	var inputs [][]float32
	places := starts(size, side)
	for _, y := range places {
		for _, x := range places {
			hidden := slices.Clone(input)
			for row := y; row < y+side; row++ {
				clear(hidden[(row*size+x)*channels : (row*size+x+side)*channels])
			}
			inputs = append(inputs, hidden)
		}
	}
	logits, err := p.Logits(ctx, append([][]float32{input}, inputs...))
	if err != nil {
		return Map{}, err
	}
	if output < 0 || output >= len(logits[0]) {
		return Map{}, fmt.Errorf("occlusion: output %d, want 0 to %d", output, len(logits[0])-1)
	}
	whole := Probabilities(logits[0])[output]
	sum, count := make([]float64, size*size), make([]float64, size*size)
	for i, row := range logits[1:] {
		y, x := places[i/len(places)], places[i%len(places)]
		fall := whole - Probabilities(row)[output]
		for v := y; v < y+side; v++ {
			for u := x; u < x+side; u++ {
				sum[v*size+u] += fall
				count[v*size+u]++
			}
		}
	}
	for i := range sum {
		sum[i] /= count[i] // the last square ends at the edge, so that each pixel is covered
	}
	return newMap(size, sum), nil
}

// starts are where squares of a side begin, half a side apart, from one edge to the other.
func starts(size, side int) []int {
	var list []int
	for at := 0; at+side < size; at += max(1, side/2) {
		list = append(list, at)
	}
	return append(list, size-side)
}
