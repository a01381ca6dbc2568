package probe

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// CKAMatrix is the CKA of each layer of one net, a row each, with each layer of another, a column each:
// [len(xs), len(ys)]. Unbiased is that of [UnbiasedCKA]. It makes the products of a layer with itself once;
// of layers with more units than pictures it keeps the Gram matrix, 8 bytes for each pair of pictures. Errors
// name the layer, from 0, and are otherwise those of CKA and UnbiasedCKA.
func CKAMatrix(xs, ys []*mat.Dense, unbiased bool) (*mat.Dense, error) {
	if len(xs) == 0 || len(ys) == 0 {
		return nil, fmt.Errorf("%d and %d layers to compare: want at least 1 of each net", len(xs), len(ys))
	}
	pictures := 2
	if unbiased {
		pictures = 4
	}
	prepare := func(name string, layers []*mat.Dense) ([]*side, error) {
		out := make([]*side, len(layers))
		for i, x := range layers {
			layer := fmt.Sprintf("%s %d", name, i)
			if err := checkFeatures(layer, x, pictures); err != nil {
				return nil, err
			}
			n, d := x.Dims()
			if want, _ := xs[0].Dims(); n != want {
				return nil, fmt.Errorf("%s has the shape [%d, %d]: %d pictures, want the %d of x 0",
					layer, n, d, n, want)
			}
			s, err := newSide(layer, x)
			if err != nil {
				return nil, err
			}
			out[i] = s
		}
		return out, nil
	}
	a, err := prepare("x", xs)
	if err != nil {
		return nil, err
	}
	b, err := prepare("y", ys)
	if err != nil {
		return nil, err
	}
	m := mat.NewDense(len(a), len(b), nil)
	for i, x := range a {
		for j, y := range b {
			v := 0.0
			if unbiased {
				if v, err = x.unbiased(y); err != nil {
					return nil, err
				}
			} else {
				v = x.biased(y)
			}
			m.Set(i, j, v)
		}
	}
	return m, nil
}
