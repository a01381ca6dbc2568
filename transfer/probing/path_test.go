package probing

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
	"coadapt/transfer"
)

// TestPath has the loss between a net and itself with shuffled units rise, and not once they are matched: both are the
// same function.
func TestPath(t *testing.T) {
	l := small(t)
	net := trained(t, l, "baseB")[0]
	r := runner(t, l)
	a, err := r.subject(t.Context(), net, nil)
	if err != nil {
		t.Fatal(err)
	}
	trained := *a.Trained
	b := &Subject{
		Trained: &trained,
		Result:  transfer.Result{Net: net.Net, Key: strings.Repeat("0", 64)},
		shown:   a.shown,
	}
	b.Weights = a.Weights.Clone()
	for layer, units := range []int{4, 4, 6, 6, 4, 8, 8} {
		if err := reorder(a.Arch, b.Weights, layer, rand.New(rand.NewPCG(uint64(layer), 1)).Perm(units)); err != nil {
			t.Fatal(err)
		}
	}
	right, _, err := r.tested(t.Context(), a, a.Weights, dataset.Test)
	if err != nil {
		t.Fatal(err)
	}
	alike, _, err := r.tested(t.Context(), b, b.Weights, dataset.Test)
	if err != nil {
		t.Fatal(err)
	}
	own, shuffled := mean(right, nil), mean(alike, nil)
	if own != shuffled || own != net.Accuracy {
		t.Errorf("accuracy %v with shuffled units, %v before, the result says %v", shuffled, own, net.Accuracy)
	}
	apart := map[bool]float64{}
	for _, matched := range []bool{false, true} {
		values, err := Path{Points: 5, Matched: matched}.Values(t.Context(), r, []*Subject{a, b})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v.Name == PathLoss && *v.At == 0.5 {
				apart[matched] = math.Abs(v.Number() - net.Loss)
			}
			if v.Control == Fails {
				t.Errorf("%+v", v)
			}
		}
	}
	if apart[true] > 1e-5 || apart[false] < 1e-4 {
		t.Errorf("half-way the loss differs by %v between shuffled units and by %v between matched ones", apart[false],
			apart[true])
	}
	if _, err := (Path{Points: 2}).Values(t.Context(), r, []*Subject{a, a}); err == nil ||
		!strings.Contains(err.Error(), "3 at least") {
		t.Errorf("error %v", err)
	}
}

// TestOrderFree keeps the order of units that are normalised with their neighbours or in groups.
func TestOrderFree(t *testing.T) {
	with := nets.Mini(3, nets.MiniOptions{Groups: 2})
	for layer, want := range []bool{false, false, false, false, false, true, true} {
		if got, err := orderFree(with, layer); err != nil || got != want {
			t.Errorf("%s: %t, %v; want %t", with.Blocks[layer].Name, got, err, want)
		}
	}
	with.Blocks[5] = arch.Chain("odd", op.BatchNorm{})
	if _, err := orderFree(with, 5); err == nil || !strings.Contains(err.Error(), "odd has") {
		t.Errorf("error %v", err)
	}
}

// TestBarrier is the height above the line between the ends.
func TestBarrier(t *testing.T) {
	losses := [][]float64{{1, 1}, {2, 4}, {2, 2}}
	if got := barrier(losses, 1, nil); got != 1.5 {
		t.Errorf("barrier %v, want 3 less 1.5", got)
	}
	if got := barrier(losses, 1, []int{0, 0}); got != 0.5 {
		t.Errorf("barrier %v of the first picture, want 2 less 1.5", got)
	}
	if got := barrier([][]float64{{1}, {0}, {1}}, -1, nil); got != 1 {
		t.Errorf("barrier %v where the accuracy falls by 1", got)
	}
	if got := barrier([][]float64{{1}, {0}, {1}}, 1, nil); got != 0 {
		t.Errorf("barrier %v where the loss falls, want 0", got)
	}
}
