package gomlxnet

// Shorthand of tests for [Trainer.Train].

func (t *Trainer) Step(images []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	return firstOf(t.Train(StepBlock{images, labels, []float64{rate}, seed, iteration, false}))
}

func (t *Trainer) StepAbove(settled []float32, labels []int32, rate float64, seed uint64, iteration int) (float64, error) {
	return firstOf(t.Train(StepBlock{settled, labels, []float64{rate}, seed, iteration, true}))
}

func firstOf(losses []float64, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	return losses[0], nil
}

// Block is [Trainer.MaxSteps] of images.
func (t *Trainer) Block() int { return t.MaxSteps(false) }
