package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Null is a value beside what it would be by chance.
type Null struct {
	Observed float64
	Shuffled []float64 // ascending
	P        float64   // (found + 1) / (shuffles + 1), of shuffles found at or above the observed value
}

// Mean is that of the shuffles: what chance alone gives.
func (n Null) Mean() float64 {
	var sum float64
	for _, v := range n.Shuffled {
		sum += v / float64(len(n.Shuffled))
	}
	return sum
}

// Interval holds what chance alone gives in 95% of the cases. Of 39 shuffles or fewer it is from the least to the
// greatest; of more it leaves out 2.5% on either side.
func (n Null) Interval() (low, high float64) {
	out := max(0, int(0.025*float64(len(n.Shuffled)+1)+1e-9)-1)
	return n.Shuffled[out], n.Shuffled[len(n.Shuffled)-1-out]
}

// PermutationNull compares x with y, and once for each shuffle with y whose pictures are shuffled: P is small where x
// and y share more than two sets of features of other pictures would (Phipson and Smyth 2010, Permutation
// P-values Should Never Be Zero). With labels, pictures are shuffled within their class, and what is tested
// is what is shared beyond the classes; labels may be nil. The same seed gives the same shuffles. It fails
// where the similarity does, for no shuffle, and for labels that do not fit. For a distance, pass its
// negative. Of its six parameters shuffles and seed say how pictures are drawn.
func PermutationNull(x, y *mat.Dense, of Similarity, labels []int, shuffles int, seed uint64) (Null, error) {
	if err := checkPair(x, y, 2); err != nil {
		return Null{}, err
	}
	n, d := y.Dims()
	group := make([]int, n)
	if labels != nil {
		c, err := classesOf(labels, n)
		if err != nil {
			return Null{}, err
		}
		group = c.of
	}
	shuffled := mat.NewDense(n, d, nil)
	return null(shuffles, seed, func(rng *rand.Rand) (float64, error) {
		if rng == nil {
			return of(x, y)
		}
		for to, from := range shuffleWithin(group, rng) {
			shuffled.SetRow(to, y.RawRowView(from))
		}
		return of(x, shuffled)
	})
}

// LabelNull is a forecast beside those for shuffled labels. On features without signal its P is a draw from 0
// to 1; where it is not small, the forecast says no more than chance does. Forecast is called with labels,
// then once for each shuffle with them shuffled; it must not keep them. The same seed gives the same shuffles. It
// fails where the forecast does and for no shuffle.
func LabelNull(labels []int, forecast func(labels []int) (float64, error), shuffles int, seed uint64) (Null, error) {
	group, shuffled := make([]int, len(labels)), make([]int, len(labels))
	return null(shuffles, seed, func(rng *rand.Rand) (float64, error) {
		if rng == nil {
			return forecast(slices.Clone(labels))
		}
		for to, from := range shuffleWithin(group, rng) {
			shuffled[to] = labels[from]
		}
		return forecast(shuffled)
	})
}

// null asks for the observed value without a source of random numbers, then for the shuffled ones with it.
func null(shuffles int, seed uint64, value func(*rand.Rand) (float64, error)) (Null, error) {
	if shuffles < 1 {
		return Null{}, fmt.Errorf("%d shuffles: want at least 1", shuffles)
	}
	observed, err := value(nil)
	if err != nil {
		return Null{}, err
	}
	values := make([]float64, shuffles)
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range values {
		if values[i], err = value(rng); err != nil {
			return Null{}, fmt.Errorf("shuffle %d: %w", i, err)
		}
	}
	return nullOf(observed, values), nil
}

// nullOf is a value beside those of shuffles.
func nullOf(observed float64, shuffled []float64) Null {
	found := 1
	for _, v := range shuffled {
		if v >= observed-1e-12*math.Abs(observed) { // the same value, but for rounding, is as high
			found++
		}
	}
	shuffled = slices.Sorted(slices.Values(shuffled))
	return Null{Observed: observed, Shuffled: shuffled, P: float64(found) / float64(len(shuffled)+1)}
}

// shuffleWithin is a random order of indices in which each stays in its group.
func shuffleWithin(group []int, rng *rand.Rand) []int {
	members := map[int][]int{}
	for i, g := range group {
		members[g] = append(members[g], i)
	}
	order := make([]int, len(group))
	for g := range len(group) { // in the order of groups, so that a seed gives the same shuffles
		from := members[g]
		for i, j := range rng.Perm(len(from)) {
			order[from[i]] = from[j]
		}
	}
	return order
}
