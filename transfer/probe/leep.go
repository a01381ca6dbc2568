package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// probabilitySum is how far from 1 the probabilities of a picture may add up, which softmax in float32 leaves.
const probabilitySum = 1e-4

// LEEP is the mean log likelihood, in nats a picture, of labels under the simplest classifier that goes by
// what a source net says (Nguyen et al. 2020, LEEP: A New Measure to Evaluate Transferability of Learned
// Representations, equation 2):
//
//	1/n sum over i of log sum over z of P(y_i | z) theta_iz
//
// where theta [pictures, source classes] is the softmax of the source net and P(y, z) its mean over the
// pictures of class y. It is at most 0; what the class shares alone give, minus their entropy, is its least
// value. It fails for labels that do not fit (see [LogME]), for values that are not finite, and for rows that
// are no probabilities: each at least 0, the sum 1.
func LEEP(theta *mat.Dense, labels []int) (float64, error) {
	if err := checkFeatures("theta", theta, 2); err != nil {
		return 0, err
	}
	n, d := theta.Dims()
	c, err := classesOf(labels, n)
	if err != nil {
		return 0, err
	}
	joint := mat.NewDense(len(c.size), d, nil) // of class and source class, as sums over pictures
	source := make([]float64, d)
	for i, k := range c.of {
		row := theta.RawRowView(i)
		if least := floats.Min(row); least < 0 {
			return 0, fmt.Errorf("theta: source class %d of picture %d has probability %v, want 0 to 1",
				floats.MinIdx(row), i, least)
		}
		if sum := floats.Sum(row); math.Abs(sum-1) > probabilitySum {
			return 0, fmt.Errorf("theta: the probabilities of picture %d add up to %v, want 1", i, sum)
		}
		floats.Add(joint.RawRowView(k), row)
		floats.Add(source, row)
	}
	var sum float64
	for i, k := range c.of {
		var p float64
		for z, t := range theta.RawRowView(i) {
			if t > 0 { // a source class without a picture has no say
				p += t * joint.At(k, z) / source[z]
			}
		}
		sum += math.Log(p)
	}
	return sum / float64(n), nil
}

// NCE is the negative conditional entropy of labels given source labels, in nats a picture: 1/n sum log P(y_i
// | z_i), from counts (Tran et al. 2019, Transferability and Hardness of Supervised Classification Tasks).
// Source labels are the classes that a source net gives the pictures, any integers. It lies between minus the
// entropy of the labels and 0, and is [LEEP] of a one-hot softmax. It fails for labels that do not fit (see
// [LogME]) and for other than a source label for each.
func NCE(source, labels []int) (float64, error) {
	c, err := classesOf(labels, len(labels))
	if err != nil {
		return 0, err
	}
	if len(source) != len(labels) {
		return 0, fmt.Errorf("%d source labels for %d labels: want one for each", len(source), len(labels))
	}
	joint, marginal := map[[2]int]int{}, map[int]int{}
	for i, z := range source {
		joint[[2]int{z, c.of[i]}]++
		marginal[z]++
	}
	var sum float64
	for i, z := range source {
		sum += math.Log(float64(joint[[2]int{z, c.of[i]}]) / float64(marginal[z]))
	}
	return sum / float64(len(labels)), nil
}
