package probe

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// KNN is the accuracy, 0 to 1, of giving each picture the class that most of its k nearest others in x
// [pictures, units] have, by Euclidean distance. Of others at one distance the lower index is nearer, of
// classes with as many votes the lower label wins. Chance is the share of a class, or less where all classes
// have as many pictures, as each picture is missing from its own. Rotation, one scale and shifts leave it
// unchanged. It keeps a number for each pair of pictures. It fails as [LogME] does, and for k below 1 or
// above pictures less one.
func KNN(x *mat.Dense, labels []int, k int) (float64, error) {
	if _, err := checkLabelled(x, labels); err != nil {
		return 0, err
	}
	nearest, err := NearestOthers(x, k)
	if err != nil {
		return 0, err
	}
	return nearest.Accuracy(labels)
}

// Nearest are the nearest others of each picture, the nearest first: [KNN] without labels.
type Nearest [][]int

// NearestOthers are the k nearest others of each picture of x [pictures, units]. It fails for values that are not
// finite, for fewer than 2 pictures, and for k below 1 or above pictures less one.
func NearestOthers(x *mat.Dense, k int) (Nearest, error) {
	if err := checkFeatures("x", x, 2); err != nil {
		return nil, err
	}
	n, _ := x.Dims()
	if k < 1 || k > n-1 {
		return nil, fmt.Errorf("k is %d: want 1 to %d neighbours for %d pictures", k, n-1, n)
	}
	distance := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i {
			d := squaredDistance(x.RawRowView(i), x.RawRowView(j))
			distance.Set(i, j, d)
			distance.Set(j, i, d)
		}
	}
	all := make(Nearest, n)
	for i := range n {
		from := distance.RawRowView(i)
		nearest := make([]int, 0, k+1) // of the pictures so far; of two that are as near the earlier one
		for j := range n {
			if j == i || len(nearest) == k && from[j] >= from[nearest[k-1]] {
				continue
			}
			at := len(nearest)
			for at > 0 && from[nearest[at-1]] > from[j] {
				at--
			}
			nearest = slices.Insert(nearest, at, j)
			nearest = nearest[:min(k, len(nearest))]
		}
		all[i] = nearest
	}
	return all, nil
}

// Accuracy is that of [KNN] for labels of the pictures. It fails for labels that do not fit.
func (all Nearest) Accuracy(labels []int) (float64, error) {
	c, err := classesOf(labels, len(all))
	if err != nil {
		return 0, err
	}
	right := 0
	votes := make([]int, len(c.size))
	for i, nearest := range all {
		clear(votes)
		best := 0
		for _, j := range nearest {
			votes[c.of[j]]++
		}
		for class, v := range votes {
			if v > votes[best] {
				best = class
			}
		}
		if best == c.of[i] {
			right++
		}
	}
	return float64(right) / float64(len(all)), nil
}

func squaredDistance(a, b []float64) float64 {
	var sum float64
	for j, v := range a {
		sum += (v - b[j]) * (v - b[j])
	}
	return sum
}
