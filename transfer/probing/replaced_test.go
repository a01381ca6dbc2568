package probing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"

	"gonum.org/v1/gonum/mat"
)

// TestCriticality has a layer at its own values lose nothing, and one that was never trained be as it was: the frozen
// layers of a net are at their initial values.
func TestCriticality(t *testing.T) {
	l := small(t)
	net := trained(t, l, "B3B")[0]
	r := runner(t, l)
	values := collect(t, r, Criticality{}, net)
	whole := find(t, values, WholeAccuracy, "").Number()
	if math.Abs(whole-net.Accuracy) > 1e-9 {
		t.Errorf("accuracy %v, the result says %v", whole, net.Accuracy)
	}
	for _, layer := range []string{"conv1", "conv2", "conv3"} {
		if x := find(t, values, InitialAccuracy, layer).Number(); x != whole {
			t.Errorf("%s is frozen: at its initial values accuracy is %v, want %v", layer, x, whole)
		}
	}
	s, err := r.subject(t.Context(), net, nil)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := s.Arch.Init(1)
	if err != nil {
		t.Fatal(err)
	}
	w, err := withLayer(s.Arch, s.Weights, fresh, 4)
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for path := range w {
		if w[path].Data[0] != s.Weights[path].Data[0] {
			changed++
			if !strings.Contains(path, "conv5") {
				t.Errorf("%s changed, want conv5 alone", path)
			}
		}
	}
	if changed == 0 {
		t.Error("nothing changed")
	}
}

// TestStitch has a sender that is the receiver's lower layers, rotated at each place, serve as well as they, the
// self-stitch be perfect, and a sender without anything be told.
func TestStitch(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "baseA")
	r := runner(t, l)
	values := collect(t, r, Stitch{}, nets...)
	for _, v := range named(values, StitchSelf) {
		if v.Control != Holds {
			t.Errorf("self-stitch at %s: %+v", v.Layer, v)
		}
	}
	failed := true
	for _, v := range values {
		if v.Control == Fails != failed {
			if !failed {
				t.Fatalf("a control that fails stands behind others: %+v", v)
			}
			failed = false
		}
	}
	dead, err := r.subject(t.Context(), nets[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	dead.Weights = dead.Weights.Clone()
	for _, path := range []string{"/net/fc6/weights", "/net/fc6/biases"} {
		dead.Weights[path] = arch.Tensor{
			Shape: dead.Weights[path].Shape,
			Data:  make([]float32, len(dead.Weights[path].Data)),
		}
	}
	dead.Result.Key = strings.Repeat("1", 64) // its features are not those of the net in the store
	receiver, err := r.subject(t.Context(), nets[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	dead.shown = receiver.shown
	if values, err = (Stitch{}).Values(t.Context(), r, []*Subject{receiver, dead}); err != nil {
		t.Fatal(err)
	}
	if v := find(t, values, Stitched, "fc6"); v.Value != nil || !strings.Contains(v.Reason, "nothing to map") {
		t.Errorf("a dead layer: %+v", v)
	}
	if values := collect(t, r, Stitch{}, nets[0], nets[0]); find(
		t,
		values,
		Stitched,
		"conv3",
	).Number() != find(
		t,
		values,
		StitchSelf,
		"conv3",
	).Number() {
		t.Error("a net as its own sender is not the self-stitch")
	}
}

// TestLeastSquares finds a map that was hidden, constant included, with a dead unit and one that is twice there.
func TestLeastSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	from := Features{Layer: "conv1", Shape: []int{2, 2, 4}, Labels: make([]int, 50)}
	to := Features{Layer: "conv1", Shape: []int{2, 2, 2}, Labels: from.Labels}
	for range 50 * 4 {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		from.Data = append(from.Data, float32(a), float32(b), 0, float32(b))
		to.Data = append(to.Data, float32(2*a-b+3), float32(b-1))
	}
	w, err := leastSquares(from, to)
	if err != nil {
		t.Fatal(err)
	}
	mapped := w.apply(from)
	for i, v := range mapped {
		if math.Abs(float64(v-to.Data[i])) > 1e-4 {
			t.Fatalf("value %d is %v, want %v", i, v, to.Data[i])
		}
	}
	if x := explainedShare(mapped, to); x < 1-1e-6 || x > 1 {
		t.Errorf("share %v of the variance, want 1", x)
	}
	for i := range to.Data { // two units that follow one direction: rank 1 is enough, and the means stay
		to.Data[i] = from.Data[i/2*4]*float32(1+i%2) + float32(i%2)
	}
	if w, err = leastSquares(from, to); err != nil {
		t.Fatal(err)
	}
	low, err := w.ofRank(1)
	if err != nil {
		t.Fatal(err)
	}
	if x := explainedShare(low.apply(from), to); x < 1-1e-6 {
		t.Errorf("rank 1 gives %v of the variance, want all", x)
	}
	from.Data = make([]float32, len(from.Data))
	if _, err := leastSquares(from, to); err == nil || !strings.Contains(err.Error(), "nothing to map") {
		t.Errorf("error %v", err)
	}
}

// TestReducedRank compares maps of low rank with the best approximation of what the full map gives, by its singular
// values: what is lost is the sum of the squares of those that are left out (Eckart and Young).
func TestReducedRank(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	from := Features{Layer: "conv1", Shape: []int{5}, Labels: make([]int, 60)}
	to := Features{Layer: "conv1", Shape: []int{4}, Labels: from.Labels}
	for range 60 {
		for range 5 {
			from.Data = append(from.Data, float32(rng.NormFloat64()+1))
		}
		for u := range 4 {
			to.Data = append(to.Data, from.Data[len(from.Data)-5+u]*float32(u+1)+float32(rng.NormFloat64()))
		}
	}
	full, err := leastSquares(from, to)
	if err != nil {
		t.Fatal(err)
	}
	given := full.apply(from)
	z := mat.NewDense(60, 4, nil)
	z.Apply(func(i, j int, _ float64) float64 {
		var mean float64
		for k := range 60 {
			mean += float64(given[k*4+j]) / 60
		}
		return float64(given[i*4+j]) - mean
	}, z)
	var svd mat.SVD
	if !svd.Factorize(z, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	values := svd.Values(nil)
	for rank := 1; rank <= 4; rank++ {
		low, err := full.ofRank(rank)
		if err != nil {
			t.Fatal(err)
		}
		var lost, want float64
		for i, v := range low.apply(from) {
			lost += float64(v-given[i]) * float64(v-given[i])
		}
		for _, s := range values[rank:] {
			want += s * s
		}
		if math.Abs(lost-want) > 1e-3*(1+want) {
			t.Errorf("rank %d loses %v of what the full map gives, want %v", rank, lost, want)
		}
	}
}

// TestRanks has more directions serve better, until the map is the full one.
func TestRanks(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "B3B")
	r := runner(t, l)
	values := collect(t, r, Ranks{Ranks: []int{1, 2, 64}}, nets...)
	stitched := collect(t, r, Stitch{}, nets...)
	for _, layer := range []string{"conv2", "fc7"} {
		full := find(t, values, RankFull, layer).Number()
		if want := find(t, stitched, Stitched, layer).Number(); full != want {
			t.Errorf("%s: accuracy %v at full rank, the stitch has %v", layer, full, want)
		}
		for _, v := range named(values, fmt.Sprintf(RankStitched, 64)) {
			t.Errorf("a rank above the units: %+v", v)
		}
		find(t, values, fmt.Sprintf(RankStitched, 2), layer)
	}
	for _, v := range named(values, RankSelf) {
		if v.Control != Holds {
			t.Errorf("%+v", v)
		}
	}
	if _, err := r.Collect(t.Context(), Ranks{Ranks: []int{0}}, nets...); err == nil ||
		!strings.Contains(err.Error(), "want 1 at least") {
		t.Errorf("error %v", err)
	}
}

// TestTaskStitch has training on the task lower the loss from that of the fitted map.
func TestTaskStitch(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "baseA")
	r := runner(t, l)
	values := collect(t, r, TaskStitch{Epochs: 3, Rate: 0.01}, nets...)
	for _, layer := range []string{"conv1", "conv4", "fc6", "fc7"} {
		before, after := find(t, values, TaskBefore, layer).Number(), find(t, values, TaskLoss, layer).Number()
		if !(after < before+1e-3) || layer == "conv1" && !(after < before) { // of nets that hardly learned
			t.Errorf("%s: training takes the loss from %v to %v", layer, before, after)
		}
		if find(t, values, TaskWrong, layer).Control == Asked {
			t.Errorf("%s: the wrong task is no control", layer)
		}
	}
	if _, err := r.Collect(t.Context(), TaskStitch{Rate: 1}, nets...); err == nil ||
		!strings.Contains(err.Error(), "0 epochs") {
		t.Errorf("error %v", err)
	}
	m := training{
		labels:   []int{0, 1, 2, 3, 4},
		batch:    2,
		features: Features{Shape: []int{1}, Data: []float32{0, 1, 2, 3, 4}},
	}.mixed()
	if fmt.Sprint(m.labels, m.features.Data) != "[0 2 1 3] [0 2 1 3]" {
		t.Errorf("mixed: %v", m)
	}
}

// TestWrongTask has a layer in which classes are apart serve the wrong task, and one that knows nothing of them not.
func TestWrongTask(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB")
	r := runner(t, l)
	s, err := r.subject(t.Context(), nets[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := r.stitchAt(t.Context(), s, s, 6)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := cut.wrongTask(clustered(cut.train, 1), clustered(cut.test, 2))
	if err != nil {
		t.Fatal(err)
	}
	right, _, err := cut.accuracy(clustered(cut.train, 1), clustered(cut.test, 2))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(wrong-right) > 0.1 {
		t.Errorf("of classes that are apart the wrong task has %v, the right one %v", wrong, right)
	}
}

// TestStatisticsFoundAgain has a net whose statistics are nonsense be the same as one whose are not, once they are
// found again.
func TestStatisticsFoundAgain(t *testing.T) {
	l := smallNormed(t)
	net := trained(t, l, "baseB")[0]
	r := runner(t, l)
	values := collect(t, r, Criticality{}, net)
	whole := find(t, values, WholeAccuracy, "").Number()
	find(t, values, InitialAccuracy+Again, "conv2")
	s, err := r.subject(t.Context(), net, nil)
	if err != nil {
		t.Fatal(err)
	}
	accuracy, end, err := r.settled(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	wrong := s.Weights.Clone()
	for path, x := range wrong {
		if strings.HasSuffix(path, "/mean") {
			data := make([]float32, len(x.Data))
			for i := range data {
				data[i] = 50
			}
			wrong[path] = arch.Tensor{Shape: x.Shape, Data: data}
		}
	}
	right, spoilt, err := r.tested(t.Context(), s, wrong, dataset.Test)
	if err != nil {
		t.Fatal(err)
	}
	_, before, err := r.tested(t.Context(), s, s.Weights, dataset.Test)
	if err != nil {
		t.Fatal(err)
	}
	again, err := accuracy(wrong)
	if err != nil {
		t.Fatal(err)
	}
	own, err := accuracy(s.Weights)
	if err != nil {
		t.Fatal(err)
	}
	if mean(spoilt, nil) == mean(before, nil) || again != own ||
		own != find(t, values, WholeAccuracy+Again, "").Number() {
		t.Errorf("accuracy %v; with wrong statistics %v, with these found again %v; with its own found again %v", whole,
			mean(right, nil), again, own)
	}
}
