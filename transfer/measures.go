package transfer

import (
	"context"
	"fmt"
	"math"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/train"
)

const (
	// cleanPictures is on how many training pictures a net is tested after its training. They are the same for all
	// nets of a task.
	cleanPictures = 2048
	// scalePictures is on how many training pictures the scale of features is measured.
	scalePictures = 512
)

// clean measures the net on training pictures as it is tested on test pictures: without dropout, cut in the middle,
// not mirrored.
func (t *session) clean(ctx context.Context) error {
	correct, loss, err := t.evaluate(t.Task.Clean(ctx, dataset.Train, cleanPictures, t.Recipe.Batch, t.View))
	if err != nil {
		return err
	}
	r := &t.out.result
	r.CleanTested = min(cleanPictures, t.Task.NumTrain())
	r.CleanAccuracy, r.CleanLoss = float64(correct)/float64(r.CleanTested), loss/float64(r.CleanTested)
	return nil
}

// scales is the root mean square of what leaves each layer of the trainer's net for some training pictures. Whole
// batches are taken, one at the least.
func (p *Plan) scales(ctx context.Context, trainer *train.Trainer, keep *keeper) ([]float64, error) {
	var sum []float64
	batches := 0
	for batch, err := range p.Task.Clean(ctx, dataset.Train, max(scalePictures, p.Recipe.Batch), p.Recipe.Batch,
		p.View) {
		if err != nil {
			return nil, err
		}
		if batches > 0 && batch.Labels[len(batch.Labels)-1] < 0 {
			break // filled up with zeros
		}
		keep.heartbeat()
		squares, err := trainer.MeanSquares(batch.Images)
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = make([]float64, len(squares))
		}
		for i, x := range squares {
			sum[i] += x
		}
		batches++
	}
	for i := range sum {
		sum[i] = math.Sqrt(sum[i] / float64(batches))
	}
	return sum, nil
}

// start is a net before its first step, and the scale of its features at the cut: their root mean square over
// training pictures.
type start struct {
	weights arch.Weights
	scale   float64 // as they came from the parent; 0 where the net has no cut
	initial float64 // as the parent's initial values gave them, for a random net its own; 0 of a pretrained parent
	factor  float64 // by which they were multiplied; 0 where they were left as they came
}

// begin measures a net of initial weights w, multiplies its frozen features where the treatment asks for it, and leaves
// the net in the trainer.
func (p *Plan) begin(ctx context.Context, trainer *train.Trainer, w arch.Weights, keep *keeper) (start, error) {
	s := start{weights: w}
	if p.Net.Treatment.Uncut() {
		return s, trainer.Load(w, p.Cut)
	}
	load := func(w arch.Weights) (float64, error) {
		if err := trainer.Load(w, p.Cut); err != nil {
			return 0, err
		}
		all, err := p.scales(ctx, trainer, keep)
		if err != nil {
			return 0, err
		}
		return all[p.Net.N-1], nil
	}
	if !p.Net.given() { // else nobody knows them
		first, err := p.Arch.Init(p.Net.root().stream("init"))
		if err != nil {
			return s, err
		}
		if s.initial, err = load(first); err != nil {
			return s, err
		}
	}
	var err error
	if s.scale, err = load(w); err != nil {
		return s, err
	}
	rms := p.Net.Treatment.row().rms
	if rms == nil {
		return s, nil
	}
	target := rms(s.initial)
	s.factor = 1
	for scale := s.scale; math.Abs(scale/target-1) > 1e-4; {
		if !(scale > 0) || math.IsInf(scale, 1) || !(target > 0) {
			return s, fmt.Errorf("net %s: the RMS of the features at the cut is %v, which no number brings to %v",
				p.Net, scale, target)
		}
		s.factor *= target / scale
		if s.weights, err = p.Arch.Rescaled(w, p.Net.N, s.factor); err != nil {
			return s, err
		}
		before := scale
		if scale, err = load(s.weights); err != nil {
			return s, err
		}
		if math.Abs(scale-target) >= math.Abs(before-target) { // as near as rounding and normalisation let it come
			break
		}
	}
	return s, nil
}
