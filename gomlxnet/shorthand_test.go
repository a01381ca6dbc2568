package gomlxnet

// Step is the slow twin of [Trainer.Train]: an execution for one step, which Train takes where there are no blocks.
func (t *Trainer) Step(images []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	return t.step(0, t.imagesShape(), images, labels, rate, seed, iteration)
}

// StepAbove is Step on what [Trainer.Prefix] gave.
func (t *Trainer) StepAbove(
	settled []float32,
	labels []int32,
	rate float64,
	seed uint64,
	iteration int,
) (float64, error) {
	shape, err := t.settledShape()
	if err != nil {
		return 0, err
	}
	return t.step(t.arch.Settled(t.cut), shape, settled, labels, rate, seed, iteration)
}

// Block is [Trainer.MaxSteps] of images.
func (t *Trainer) Block() int { return t.MaxSteps(false) }
