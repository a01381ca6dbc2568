package probing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"coadapt/gomlxnet/dataset"

	"gonum.org/v1/gonum/mat"
)

// Stitch puts the lower layers of the second net, the sender, below the upper layers of the first, the receiver, at
// every cut, with one linear layer between: at each place the sender's units are mapped to the receiver's by the least
// squares fit to the receiver's own features, on training pictures (Csiszárik et al. 2021, Similarity and Matching of
// Neural Network Representations). The stitched net is tested on test pictures. Nothing is trained.
//
// A stitched net that does well says that the receiver finds in the sender's features what it needs, if the controls
// hold at this cut: the receiver stitched to itself must lose nothing, and a random net and noise that is only clustered by
// class must do worse than the sender.
type Stitch struct{}

// Names of the values of Stitch.
const (
	Receiver     = "accuracy, receiver"
	Stitched     = "accuracy, stitched"
	StitchSelf   = "accuracy, receiver stitched to itself"
	StitchRandom = "accuracy, random sender"
	StitchNoise  = "accuracy, noise clustered by class"
	StitchFit    = "what the map gives of the receiver's features"
)

// Nets is 2.
func (Stitch) Nets() int { return 2 }

// Values are, for each cut, the accuracy of the stitched net, what of the receiver's features on test pictures the map
// gives, and the controls.
func (p Stitch) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	receiver, sender := nets[0], nets[1]
	last := len(receiver.Arch.Blocks) - 1
	out, err := r.Features(ctx, receiver, dataset.Test, last)
	if err != nil {
		return nil, err
	}
	right, _ := score(out.Data, out.Labels)
	alone := mean(right, nil)
	values := []Value{Value{Name: Receiver, Unit: "share"}.of(alone)}
	first, err := sender.Arch.Init(freshSeed)
	if err != nil {
		return nil, err
	}
	random := map[dataset.Part][]Features{}
	layers := make([]int, min(last, len(sender.Arch.Blocks)-1))
	for l := range layers {
		layers[l] = l
	}
	for _, part := range []dataset.Part{dataset.Train, dataset.Test} {
		if random[part], _, err = r.pass(ctx, sender, first, part, layers); err != nil {
			return nil, err
		}
	}
	for _, l := range layers {
		cut := stitchCut{r: r, receiver: receiver, n: l + 1}
		if cut.train, err = r.Features(ctx, receiver, dataset.Train, l); err == nil {
			cut.test, err = r.Features(ctx, receiver, dataset.Test, l)
		}
		if err != nil {
			return nil, err
		}
		from, err := r.Features(ctx, sender, dataset.Train, l)
		if err != nil {
			return nil, err
		}
		shown, err := r.Features(ctx, sender, dataset.Test, l)
		if err != nil {
			return nil, err
		}
		v := Value{Layer: cut.train.Layer, Unit: "share"}
		if cut.train.Places() != from.Places() {
			v.Name = Stitched
			values = append(values, v.none(fmt.Errorf("the layer has %d places in %s and %d in %s",
				cut.train.Places(), receiver.Result.Net, from.Places(), sender.Result.Net)))
			continue
		}
		said, err := cut.values(v, alone, [4][2]Features{{from, shown}, {cut.train, cut.test},
			{random[dataset.Train][l], random[dataset.Test][l]}, {clustered(cut.train, 1), clustered(cut.test, 2)}})
		var dead *deadError
		if errors.As(err, &dead) {
			v.Name = Stitched
			said, err = []Value{v.none(dead)}, nil
		}
		if err != nil {
			return nil, err
		}
		values = append(values, said...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// stitchCut is a cut of the receiver.
type stitchCut struct {
	r           *Runner
	receiver    *Subject
	n           int
	train, test Features // of the receiver at the cut
}

// values are those of the sender and of three others in its place, each with training and test pictures.
func (c stitchCut) values(v Value, alone float64, senders [4][2]Features) ([]Value, error) {
	var accuracy [4]float64
	var fit float64
	for i, s := range senders {
		a, explained, err := c.accuracy(s[0], s[1])
		if err != nil {
			return nil, err
		}
		if accuracy[i] = a; i == 0 {
			fit = explained
		}
	}
	say := func(name string, x float64) Value {
		v.Name = name
		return v.of(x)
	}
	count := float64(c.test.Pictures())
	fitted := Value{Layer: v.Layer, Name: StitchFit, Unit: "share of variance"}
	spread := func(a float64) float64 { return math.Sqrt((a*(1-a) + accuracy[0]*(1-accuracy[0])) / count) }
	return []Value{
		say(Stitched, accuracy[0]),
		fitted.of(fit),
		say(StitchSelf, accuracy[1]).failsIf(math.Abs(accuracy[1]-alone) > max(0.005, 2/count),
			"the receiver stitched to itself is not the receiver: the fit fails at this cut"),
		say(StitchRandom, accuracy[2]).failsIf(accuracy[2] > accuracy[0]-2*spread(accuracy[2]),
			"a random net serves as well as the sender: at this cut the stitch says nothing of what the sender learned"),
		say(StitchNoise, accuracy[3]).failsIf(accuracy[3] > accuracy[0]-2*spread(accuracy[3]),
			"noise clustered by class serves as well: at this cut it is enough that classes are apart"),
	}, nil
}

// accuracy is that of the receiver's upper layers on a sender's features, mapped, and the share of the variance of the
// receiver's features that the map gives.
func (c stitchCut) accuracy(train, test Features) (accuracy, explained float64, err error) {
	w, err := leastSquares(train, c.train)
	if err != nil {
		return 0, 0, err
	}
	mapped := w.apply(test)
	logits, err := c.r.logits(c.receiver, c.receiver.Weights, c.n, mapped)
	if err != nil {
		return 0, 0, err
	}
	right, _ := score(logits, c.test.Labels)
	return mean(right, nil), explainedShare(mapped, c.test), nil
}

// affine maps the units of a place to others: [units + 1, units of the other], the constant last.
type affine struct{ weights *mat.Dense }

// maxRows is how many places are in memory as numbers of 64 bits at a time.
const maxRows = 1 << 13

// leastSquares is the affine map of a sender's units to a receiver's with the least squared error over all places of
// all pictures. A penalty of 1e-8 of the units' mean square, which changes nothing else, settles units that tell nothing.
func leastSquares(from, to Features) (affine, error) {
	a, b := from.Units(), to.Units()
	left, right := mat.NewSymDense(a+1, nil), mat.NewDense(a+1, b, nil)
	rows := from.Pictures() * from.Places()
	var square, product mat.Dense
	for at := 0; at < rows; at += maxRows {
		end := min(rows, at+maxRows)
		x := withOnes(from.Data[at*a:end*a], end-at, a)
		square.Mul(x.T(), x)
		for i := range a + 1 {
			for j := range i + 1 {
				left.SetSym(i, j, left.At(i, j)+square.At(i, j))
			}
		}
		product.Mul(x.T(), dense(to.Data[at*b:end*b], end-at, b))
		right.Add(right, &product)
	}
	penalty := 1e-8 * (mat.Trace(left) - left.At(a, a)) / float64(a)
	for i := range a {
		left.SetSym(i, i, left.At(i, i)+penalty)
	}
	var factor mat.Cholesky
	if penalty == 0 || !factor.Factorize(left) {
		return affine{}, &deadError{from.Layer, a}
	}
	w := new(mat.Dense)
	if err := factor.SolveTo(w, right); err != nil {
		var bad mat.Condition
		if !errors.As(err, &bad) { // a poor condition is what the penalty is for
			return affine{}, fmt.Errorf("stitching layer %s: %w", from.Layer, err)
		}
	}
	return affine{w}, nil
}

// deadError says that a sender has nothing to map.
type deadError struct {
	layer string
	units int
}

// Error names the layer.
func (e *deadError) Error() string {
	return fmt.Sprintf("the %d units of layer %s of the sender are 0 for all pictures: there is nothing to map", e.units, e.layer)
}

// apply is what the map makes of features, place by place.
func (m affine) apply(f Features) []float32 {
	a := f.Units()
	_, b := m.weights.Dims()
	rows := f.Pictures() * f.Places()
	out := make([]float32, 0, rows*b)
	var y mat.Dense
	for at := 0; at < rows; at += maxRows {
		end := min(rows, at+maxRows)
		y.Reset()
		y.Mul(withOnes(f.Data[at*a:end*a], end-at, a), m.weights)
		for _, v := range y.RawMatrix().Data {
			out = append(out, float32(v))
		}
	}
	return out
}

// withOnes has a last column of ones.
func withOnes(data []float32, rows, cols int) *mat.Dense {
	x := mat.NewDense(rows, cols+1, nil)
	for i := range rows {
		row := x.RawRowView(i)
		for j, v := range data[i*cols : (i+1)*cols] {
			row[j] = float64(v)
		}
		row[cols] = 1
	}
	return x
}

// explainedShare is 1 less the squared error of values as a share of the variance of features, at most 1; below 0 they
// are worse than the units' means.
func explainedShare(values []float32, f Features) float64 {
	units := f.Units()
	mean := make([]float64, units)
	for i, v := range f.Data {
		mean[i%units] += float64(v) / float64(len(f.Data)/units)
	}
	var wrong, all float64
	for i, v := range f.Data {
		e, d := float64(v)-float64(values[i]), float64(v)-mean[i%units]
		wrong, all = wrong+e*e, all+d*d
	}
	return 1 - wrong/all
}

// clustered is noise in the shape of features: at each place a vector for the class, the same for a class in training
// and test pictures, and a quarter as much noise beside it.
func clustered(like Features, seed uint64) Features {
	f := like
	f.Data = make([]float32, len(like.Data))
	units := like.Units()
	classes := slices.Max(like.Labels) + 1
	centre := make([]float64, classes*units)
	rng := rand.New(rand.NewPCG(freshSeed, 0))
	for i := range centre {
		centre[i] = rng.NormFloat64()
	}
	rng = rand.New(rand.NewPCG(freshSeed, seed))
	for i := range f.Data {
		class := like.Labels[i/like.Each()]
		f.Data[i] = float32(centre[class*units+i%units] + 0.25*rng.NormFloat64())
	}
	return f
}
