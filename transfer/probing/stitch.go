package probing

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"coadapt/gomlxnet/dataset"
)

// Stitch puts the lower layers of the second net, the sender, below the upper layers of the first, the receiver, at
// every cut, with one linear layer between: at each place the sender's units are mapped to the receiver's by the least
// squares fit to the receiver's own features, on training pictures (Csiszárik et al. 2021, Similarity and Matching of
// Neural Network Representations). The stitched net is tested on test pictures. Nothing is trained.
//
// A stitched net that does well says that the receiver finds in the sender's features what it needs, if the controls
// hold at this cut: the receiver stitched to itself must lose nothing, and a random net, noise that is only clustered
// by class, and the sender with a map for the wrong task must do worse than the sender. For the wrong task each
// picture is mapped to the receiver's features of a picture of the next class, and is right where it is given that
// class: a map that can do this does not find what the receiver sees, it sorts pictures by class.
type Stitch struct{}

// Names of the values of Stitch.
const (
	Receiver     = "accuracy, receiver"
	Stitched     = "accuracy, stitched"
	StitchSelf   = "accuracy, receiver stitched to itself"
	StitchRandom = "accuracy, random sender"
	StitchNoise  = "accuracy, noise clustered by class"
	StitchWrong  = "accuracy, stitched for the wrong task"
	StitchFit    = "what the map gives of the receiver's features"
)

// Nets is 2.
func (Stitch) Nets() int { return 2 }

// Values are, for each cut, the accuracy of the stitched net, what of the receiver's features on test pictures the map
// gives, and the controls.
func (p Stitch) Values(ctx context.Context, r *Runner, nets []*Subject) ([]Value, error) {
	receiver, sender := nets[0], nets[1]
	alone, err := r.alone(ctx, receiver)
	if err != nil {
		return nil, err
	}
	first, err := sender.Arch.Init(freshSeed)
	if err != nil {
		return nil, err
	}
	layers := make([]int, cutsOf(receiver, sender))
	for l := range layers {
		layers[l] = l
	}
	random := map[dataset.Part][]Features{}
	for _, part := range []dataset.Part{dataset.Train, dataset.Test} {
		if random[part], _, err = r.pass(ctx, sender, first, part, layers); err != nil {
			return nil, err
		}
	}
	values, err := r.atCuts(ctx, receiver, sender, Stitched, func(cut stitchCut, v Value) ([]Value, error) {
		l := cut.n - 1
		return cut.values(v, alone.Number(), [4][2]Features{cut.from, {cut.train, cut.test},
			{random[dataset.Train][l], random[dataset.Test][l]}, {clustered(cut.train, 1), clustered(cut.test, 2)}})
	})
	if err != nil {
		return nil, err
	}
	return append([]Value{alone}, values...), nil
}

// selfControl is the accuracy of a receiver stitched to itself as a control: it must be what it is alone.
func (v Value) selfControl(alone float64, pictures int) Value {
	return v.failsIf(math.Abs(v.Number()-alone) > max(0.005, 2/float64(pictures)),
		"the receiver stitched to itself is not the receiver: the fit fails at this cut")
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
	wrong, err := c.wrongTask(senders[0][0], senders[0][1])
	if err != nil {
		return nil, err
	}
	count := float64(c.test.Pictures())
	fitted := Value{Layer: v.Layer, Name: StitchFit, Unit: "share of variance"}
	spread := func(a float64) float64 { return math.Sqrt((a*(1-a) + accuracy[0]*(1-accuracy[0])) / count) }
	return []Value{
		say(Stitched, accuracy[0]),
		fitted.of(fit),
		say(StitchSelf, accuracy[1]).selfControl(alone, c.test.Pictures()),
		say(StitchRandom, accuracy[2]).failsIf(
			accuracy[2] > accuracy[0]-2*spread(accuracy[2]),
			"a random net serves as well as the sender: at this cut the stitch says nothing of what the sender learned",
		),
		say(StitchNoise, accuracy[3]).failsIf(accuracy[3] > accuracy[0]-2*spread(accuracy[3]),
			"noise clustered by class serves as well: at this cut it is enough that classes are apart"),
		say(StitchWrong, wrong).failsIf(wrong > accuracy[0]-2*spread(wrong),
			"the wrong task is served as well: at this cut the map sorts pictures by class, whatever the "+
				"receiver sees"),
	}, nil
}

// wrongTask is the share of a sender's test pictures that are given the next class by the receiver's upper layers, with
// a map to the receiver's features of pictures of that class.
func (c stitchCut) wrongTask(train, test Features) (float64, error) {
	of := map[int][]int{} // pictures of a class
	for i, label := range c.train.Labels {
		of[label] = append(of[label], i)
	}
	classes := slices.Sorted(maps.Keys(of)) // of few pictures some may have none
	next := func(label int) int {
		at, found := slices.BinarySearch(classes, label)
		if found {
			at++
		}
		return classes[at%len(classes)]
	}
	to := c.train
	to.Data = make([]float32, len(c.train.Data))
	used, each := map[int]int{}, to.Each()
	for i, label := range c.train.Labels {
		from := of[next(label)]
		picture := from[used[label]%len(from)]
		used[label]++
		copy(to.Data[i*each:(i+1)*each], c.train.Data[picture*each:(picture+1)*each])
	}
	w, err := leastSquares(train, to)
	if err != nil {
		return 0, err
	}
	logits, err := c.r.logits(c.receiver, c.receiver.Weights, c.n, w.apply(test))
	if err != nil {
		return 0, err
	}
	labels := make([]int, len(c.test.Labels))
	for i, label := range c.test.Labels {
		labels[i] = next(label)
	}
	right, _ := score(logits, labels)
	return mean(right, nil), nil
}

// accuracy is that of the receiver's upper layers on a sender's features, mapped, and the share of the variance of the
// receiver's features that the map gives.
func (c stitchCut) accuracy(train, test Features) (accuracy, explained float64, err error) {
	w, err := leastSquares(train, c.train)
	if err != nil {
		return 0, 0, err
	}
	return c.tested(w, test)
}

// tested is the same of a map of a sender's features.
func (c stitchCut) tested(w affine, test Features) (accuracy, explained float64, err error) {
	mapped := w.apply(test)
	logits, err := c.r.logits(c.receiver, c.receiver.Weights, c.n, mapped)
	if err != nil {
		return 0, 0, err
	}
	right, _ := score(logits, c.test.Labels)
	return mean(right, nil), explainedShare(mapped, c.test), nil
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
