package train

// Step is the slow twin of [Trainer.Train]: an execution for one step, which Train takes where there are no blocks.
func (t *Trainer) Step(images []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	return t.alone(Steps{Values: images, Labels: labels, Rates: []float64{rate}, Seed: seed, Iteration: iteration})
}

func (t *Trainer) alone(b Steps) (float64, error) {
	in, err := t.given(b)
	if err == nil {
		err = t.checkBlock(in)
	}
	if err != nil {
		return 0, err
	}
	return t.step(in)
}

// StepAbove is Step on what [Trainer.Prefix] gave.
func (t *Trainer) StepAbove(
	settled []float32,
	labels []int32,
	rate float64,
	seed uint64,
	iteration int,
) (float64, error) {
	return t.alone(Steps{Values: settled, Labels: labels, Rates: []float64{rate}, Seed: seed, Iteration: iteration,
		Above: true})
}

// Block is [Trainer.MaxSteps] of images.
func (t *Trainer) Block() int { return t.MaxSteps(false) }
