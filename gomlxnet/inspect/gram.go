package inspect

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/pkg/errors"
)

// Grams makes Gram matrices on a backend's first device. The graph is compiled once for each shape, and the memory of
// the last shape's features is used again. A Grams is for one goroutine at a time.
type Grams struct {
	backend         compute.Backend
	exec            *Exec
	pictures, units int   // of the features below
	rows            []int // where each group of pictures begins; the last is the end
	centred         []*tensors.Tensor
}

// gramGroups is into how many groups pictures are divided. Each is multiplied with itself and with those before it:
// 9/16 of the products, in pieces that are large enough for XLA. With more groups it packs rows anew for so many
// pieces that nothing is gained; with fewer more is computed twice.
const gramGroups = 8

// gramLanes divides the pictures of each group but the last, which has the rest. oneDNN's kernels take 16 columns
// of a product at a time, and are slower at what is left over: by a sixth for groups of 250.
const gramLanes = 16

// NewGrams makes a maker of Gram matrices. Nothing is compiled before the first one.
func NewGrams(backend compute.Backend) (*Grams, error) {
	// Groups are inputs of their own and centred before, as XLA would copy slices and differences of them.
	exec, err := NewExec(backend, func(groups []*Node) []*Node {
		var out []*Node
		for i, group := range groups {
			for _, before := range groups[:i+1] {
				out = append(out, Einsum("id,jd->ij", group, before))
			}
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	return &Grams{backend: backend, exec: exec.SetMaxCache(-1)}, nil
}

// Of is the Gram matrix of x [pictures, units] after the mean of each unit is removed: [pictures, pictures], the
// product of each picture's features with those of each other one. It is symmetric to the bit. Means are of 64 bits,
// products of 32.
func (g *Grams) Of(x []float32, pictures, units int) ([]float32, error) {
	if pictures < 1 || units < 1 || len(x) != pictures*units {
		return nil, fmt.Errorf("gram matrix: %d values for %d pictures of %d units, want %d", len(x), pictures, units,
			pictures*units)
	}
	fail := func(err error) ([]float32, error) {
		return nil, errors.WithMessagef(err, "gram matrix of [%d, %d]", pictures, units)
	}
	if err := g.resize(pictures, units); err != nil {
		return fail(err)
	}
	if err := g.centre(x); err != nil {
		return fail(err)
	}
	inputs := make([]any, len(g.centred))
	for i, t := range g.centred {
		inputs[i] = t
	}
	out, err := g.exec.Call(inputs...)
	if err != nil {
		return fail(err)
	}
	gram := make([]float32, pictures*pictures)
	for i := range g.centred {
		for j := range i + 1 {
			if err == nil {
				err = tensors.ConstFlatData(out[0], func(part []float32) { g.place(gram, part, i, j) })
			}
			out[0].MustFinalizeAll()
			out = out[1:]
		}
	}
	if err != nil {
		return fail(err)
	}
	return gram, nil
}

// place writes the products of group i with group j into the matrix, on both sides of its diagonal.
func (g *Grams) place(gram, part []float32, i, j int) {
	const tile = 32 // values that stay in the cache of a core while they are mirrored
	n, width := g.pictures, g.rows[j+1]-g.rows[j]
	inParallel(g.rows[i+1]-g.rows[i], func(from, to int) {
		for ; from < to; from += tile {
			for left := 0; left < width; left += tile {
				for a := from; a < min(from+tile, to); a++ {
					row := g.rows[i] + a
					for b := left; b < min(left+tile, width); b++ {
						col := g.rows[j] + b
						if col > row {
							break // of a group with itself, what is below the diagonal
						}
						gram[row*n+col], gram[col*n+row] = part[a*width+b], part[a*width+b]
					}
				}
			}
		}
	})
}

// centre writes x less the mean of each unit into the groups.
func (g *Grams) centre(x []float32) error {
	mean := make([]float32, g.units)
	inParallel(g.units, func(from, to int) {
		sum := make([]float64, to-from)
		row := func(p int) []float32 { return x[p*g.units+from : p*g.units+to][:len(sum)] }
		p := 0
		for ; p+4 <= g.pictures; p += 4 { // four at a time read and write the sums once
			a, b, c, d := row(p), row(p+1), row(p+2), row(p+3)
			for u := range sum {
				sum[u] += (float64(a[u]) + float64(b[u])) + (float64(c[u]) + float64(d[u]))
			}
		}
		for ; p < g.pictures; p++ {
			for u, v := range row(p) {
				sum[u] += float64(v)
			}
		}
		for u, v := range sum {
			mean[from+u] = float32(v / float64(g.pictures))
		}
	})
	for i, t := range g.centred {
		begin := g.rows[i]
		err := tensors.MutableFlatData(t, func(data []float32) {
			inParallel(g.rows[i+1]-begin, func(from, to int) {
				for p := from; p < to; p++ {
					of := x[(begin+p)*g.units : (begin+p+1)*g.units]
					row, mean := data[p*g.units : (p+1)*g.units][:len(of)], mean[:len(of)]
					for u, v := range of {
						row[u] = v - mean[u]
					}
				}
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// resize makes room for features of a shape.
func (g *Grams) resize(pictures, units int) error {
	if g.pictures == pictures && g.units == units {
		return nil
	}
	g.free()
	g.pictures, g.units, g.rows = pictures, units, []int{0}
	each := roundUp(roundUp(pictures, gramGroups)/gramGroups, gramLanes)
	for from := 0; from < pictures; from += each {
		to := min(from+each, pictures)
		t, err := tensors.FromShapeForBackend(g.backend, 0, shapes.Make(dtypes.Float32, to-from, units))
		if err != nil {
			g.free()
			return err
		}
		g.rows, g.centred = append(g.rows, to), append(g.centred, t)
	}
	return nil
}

// free gives the memory of features back.
func (g *Grams) free() {
	for _, t := range g.centred {
		t.MustFinalizeAll()
	}
	g.pictures, g.units, g.centred = 0, 0, nil
}

// roundUp is the least multiple of a step that is not below n.
func roundUp(n, step int) int { return (n + step - 1) / step * step }

// inParallel divides 0 to n between the cores and calls do with the ends of each part.
func inParallel(n int, do func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { do(n*w/workers, n*(w+1)/workers) })
	}
	wg.Wait()
}

// Close frees the compiled graphs and the memory of features.
func (g *Grams) Close() {
	g.free()
	g.exec.Finalize()
}
