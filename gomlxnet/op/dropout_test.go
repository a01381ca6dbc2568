package op

import (
	"fmt"
	"math"
	"testing"

	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// dropped runs Dropout on x and returns its values and its gradient's.
func dropped(
	t *testing.T, backend compute.Backend, x optest.Array, p float64, state *tensors.Tensor,
) (y, grad optest.Array) {
	t.Helper()
	out, err := CallOnceN(backend, func(x, rng *Node) []*Node {
		y, _ := dropout(x, []*Node{rng}, p)
		return []*Node{y, Gradient(ReduceAllSum(y), x)[0]}
	}, x.Tensor(), state)
	if err != nil {
		t.Fatal(err)
	}
	return optest.FromTensor(t, out[0]), optest.FromTensor(t, out[1])
}

func TestDropout(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const n = 20000
		x := optest.Random(5, n/100, 100)
		for i, v := range x.Data {
			if v == 0 {
				x.Data[i] = 1 // a kept 0 would look dropped
			}
		}
		for _, p := range []float64{0, 0.1, 0.5, 0.9} {
			t.Run(fmt.Sprint(p), func(t *testing.T) {
				y, grad := dropped(t, backend, x, p, rngOf(11, 3))
				count, scale := 0, 1/(1-p)
				for i, v := range x.Data {
					switch {
					case y.Data[i] == 0:
						count++
						if grad.Data[i] != 0 {
							t.Fatalf("value %d is dropped, its gradient is %v", i, grad.Data[i])
						}
					case math.Abs(y.Data[i]-v*scale) > 1e-6*math.Abs(v*scale) ||
						math.Abs(grad.Data[i]-scale) > 1e-6*scale:
						t.Fatalf("value %d = %v became %v with gradient %v, want the %v-fold or 0", i, v, y.Data[i],
							grad.Data[i], scale)
					}
				}
				// Five standard deviations of a binomial: wrong once in two million draws.
				if mean, sd := n*p, math.Sqrt(n*p*(1-p)); math.Abs(float64(count)-mean) > 5*sd {
					t.Errorf("%d of %d dropped, want %.0f within %.0f", count, n, mean, 5*sd)
				}
			})
		}
	})
}

func TestDropoutStates(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		x := optest.Random(5, 10, 50)
		exec := MustNewExec(backend, func(x, rng *Node) *Node {
			y, _ := dropout(x, []*Node{rng}, 0.5)
			return y
		})
		defer exec.Finalize()
		mask := func(seed uint64, iteration int) optest.Array {
			y, err := exec.Call(x.Tensor(), rngOf(seed, iteration))
			if err != nil {
				t.Fatal(err)
			}
			return optest.FromTensor(t, y[0])
		}
		first := mask(1, 0)
		if differing(first, mask(1, 0)) != 0 {
			t.Error("the same seed and iteration gave another mask")
		}
		// Independent masks of 500 values differ in 250, with a standard deviation of 11.
		for _, other := range []optest.Array{mask(1, 1), mask(1, 2), mask(2, 0), mask(2, 1)} {
			if d := differing(first, other); d < 190 || d > 310 {
				t.Errorf("another seed or iteration: %d of 500 places of the mask differ, want about 250", d)
			}
		}
	})
}

// Two dropouts in one net must not share a mask.
func TestDropoutChain(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		ones := optest.NewArray(10, 50)
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		out, err := CallOnceN(backend, func(x, rng *Node) []*Node {
			a, rngs := dropout(x, []*Node{rng}, 0.5)
			b, _ := dropout(x, rngs, 0.5)
			return []*Node{a, b}
		}, ones.Tensor(), rngOf(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		if d := differing(optest.FromTensor(t, out[0]), optest.FromTensor(t, out[1])); d < 190 || d > 310 {
			t.Errorf("masks of two layers differ in %d of 500 places, want about 250", d)
		}
	})
}

func differing(a, b optest.Array) (n int) {
	for i := range a.Data {
		if a.Data[i] != b.Data[i] {
			n++
		}
	}
	return n
}

func rngOf(seed uint64, iteration int) *tensors.Tensor {
	state := DropoutState(seed, iteration)
	return tensors.FromFlatDataAndDimensions(state[:], len(state))
}
