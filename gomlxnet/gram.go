package gomlxnet

import (
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/pkg/errors"
)

// Grams makes Gram matrices on a backend's first device. The graph is compiled once for each shape. A Grams is for one
// goroutine at a time.
type Grams struct{ exec *Exec }

// gramBlocks is into how many groups pictures are divided. Each is multiplied with itself and with those before it: 5/8
// of the products, in pieces that are large enough for XLA's full speed.
const gramBlocks = 4

// NewGrams makes a maker of Gram matrices. Nothing is compiled before the first one.
func NewGrams(backend compute.Backend) (*Grams, error) {
	exec, err := NewExec(backend, func(x *Node) []*Node {
		mean := ReduceAndKeep(x, ReduceMean, 0)
		var groups, out []*Node
		for _, rows := range gramRows(x.Shape().Dim(0)) {
			groups = append(groups, Sub(Slice(x, AxisRange(rows[0], rows[1]), AxisRange()), mean))
			for _, before := range groups {
				out = append(out, Einsum("id,jd->ij", groups[len(groups)-1], before))
			}
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	return &Grams{exec: exec.SetMaxCache(-1)}, nil
}

// gramRows are the groups of n pictures, from and to.
func gramRows(n int) (rows [][2]int) {
	each := (n + gramBlocks - 1) / gramBlocks
	for from := 0; from < n; from += each {
		rows = append(rows, [2]int{from, min(from+each, n)})
	}
	return rows
}

// Of is the Gram matrix of x [pictures, units] after the mean of each unit is removed: [pictures, pictures], the
// product of each picture's features with those of each other one. It is symmetric to the bit. Products are of 32
// bits.
func (g *Grams) Of(x []float32, pictures, units int) ([]float32, error) {
	if pictures < 1 || units < 1 || len(x) != pictures*units {
		return nil, fmt.Errorf(
			"gram matrix: %d values for %d pictures of %d units, want %d",
			len(x),
			pictures,
			units,
			pictures*units,
		)
	}
	out, err := g.exec.Call(tensors.FromFlatDataAndDimensions(x, pictures, units))
	if err != nil {
		return nil, errors.WithMessagef(err, "gram matrix of [%d, %d]", pictures, units)
	}
	gram := make([]float32, pictures*pictures)
	groups := gramRows(pictures)
	for g, rows := range groups {
		for _, cols := range groups[:g+1] {
			part, err := tensors.CopyFlatData[float32](out[0])
			out[0].MustFinalizeAll()
			if out = out[1:]; err != nil {
				return nil, errors.WithMessagef(err, "gram matrix of [%d, %d]", pictures, units)
			}
			width := cols[1] - cols[0]
			for i := rows[0]; i < rows[1]; i++ {
				row := part[(i-rows[0])*width : (i-rows[0]+1)*width]
				copy(gram[i*pictures+cols[0]:], row[:min(width, i+1-cols[0])])
			}
		}
	}
	const tile = 64 // values of a tile stay in the cache of a core while they are mirrored
	for from := 0; from < pictures; from += tile {
		for i := from; i < pictures; i++ {
			for j := from; j < min(from+tile, i); j++ {
				gram[j*pictures+i] = gram[i*pictures+j]
			}
		}
	}
	return gram, nil
}

// Close frees the compiled graphs.
func (g *Grams) Close() { g.exec.Finalize() }
