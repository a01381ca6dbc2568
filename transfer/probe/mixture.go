package probe

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const (
	mixtureSteps    = 100  // of expectation and maximisation at most
	mixtureProgress = 1e-3 // nats a picture; less is the end
	clusterSteps    = 100
)

// cluster gives each picture a share of 1 in one of k clusters, [pictures, k], by k-means (Lloyd 1982) from
// centres that are drawn far from each other (Arthur and Vassilvitskii 2007).
func cluster(x *mat.Dense, k int, seed uint64) *mat.Dense {
	n, d := x.Dims()
	rng := rand.New(rand.NewPCG(seed, 0))
	centres := mat.NewDense(k, d, nil)
	nearest := make([]float64, n) // squared distance to the nearest centre so far
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	for c, at := 0, rng.IntN(n); c < k; c++ {
		centres.SetRow(c, x.RawRowView(at))
		for i := range nearest {
			nearest[i] = min(nearest[i], squaredDistance(x.RawRowView(i), x.RawRowView(at)))
		}
		left := rng.Float64() * floats.Sum(nearest)
		for at = 0; at < n-1 && left >= nearest[at]; at++ {
			left -= nearest[at]
		}
	}
	of := make([]int, n)
	for step, moved := 0, true; moved && step < clusterSteps; step++ {
		moved = step == 0
		for i := range n {
			best, where := math.Inf(1), 0
			for c := range k {
				if v := squaredDistance(x.RawRowView(i), centres.RawRowView(c)); v < best {
					best, where = v, c
				}
			}
			moved = moved || of[i] != where
			of[i] = where
		}
		size, sum := make([]float64, k), mat.NewDense(k, d, nil)
		for i, c := range of {
			floats.Add(sum.RawRowView(c), x.RawRowView(i))
			size[c]++
		}
		for c, s := range size {
			if s > 0 { // an empty cluster stays where it is
				floats.ScaleTo(centres.RawRowView(c), 1/s, sum.RawRowView(c))
			}
		}
	}
	shares := mat.NewDense(n, k, nil)
	for i, c := range of {
		shares.Set(i, c, 1)
	}
	return shares
}

// gaussian is one of a mixture.
type gaussian struct {
	logWeight float64
	mean      []float64
	chol      mat.Cholesky
}

// fitMixture fits Gaussians with full covariances by expectation and maximisation (Dempster, Laird and Rubin
// 1977), beginning with the shares [pictures, Gaussians] that each has in each picture, and gives the last
// such shares. Floor is added to each variance.
func fitMixture(x, shares *mat.Dense, floor float64) (*mat.Dense, error) {
	_, k := shares.Dims()
	shares = mat.DenseCopyOf(shares)
	mixture := make([]gaussian, k)
	before := math.Inf(-1)
	for step, done := 0, false; ; step++ {
		for c := range mixture {
			if err := mixture[c].fit(x, mat.Col(nil, c, shares), floor); err != nil {
				return nil, fmt.Errorf("Gaussian %d of %d: %w", c, k, err)
			}
		}
		now := expect(x, mixture, shares)
		if done || step == mixtureSteps {
			return shares, nil
		}
		done = math.Abs(now-before) < mixtureProgress // scikit-learn, too, goes on for one step
		before = now
	}
}

// fit takes the mean and covariance of pictures weighted by share.
func (g *gaussian) fit(x *mat.Dense, share []float64, floor float64) error {
	n, d := x.Dims()
	size := floats.Sum(share) + 1e-14 // a Gaussian without pictures keeps a weight of nothing
	g.logWeight = math.Log(size / float64(n))
	g.mean = make([]float64, d)
	for i, s := range share {
		floats.AddScaled(g.mean, s/size, x.RawRowView(i))
	}
	away := mat.NewDense(n, d, nil)
	for i, s := range share {
		row := away.RawRowView(i)
		floats.SubTo(row, x.RawRowView(i), g.mean)
		floats.Scale(math.Sqrt(s/size), row)
	}
	var covariance mat.SymDense
	covariance.SymOuterK(1, away.T())
	for j := range d {
		covariance.SetSym(j, j, covariance.At(j, j)+floor)
	}
	if !g.chol.Factorize(&covariance) {
		return fmt.Errorf("its covariance of %d directions is not positive definite with a floor of %.3g", d, floor)
	}
	return nil
}

// expect sets the shares, and gives the mean log likelihood of a picture.
func expect(x *mat.Dense, mixture []gaussian, shares *mat.Dense) float64 {
	n, d := x.Dims()
	var lower mat.TriDense
	var apart, white mat.Dense
	for c := range mixture {
		g := &mixture[c]
		apart.CloneFrom(x)
		for i := range n {
			floats.Sub(apart.RawRowView(i), g.mean)
		}
		g.chol.LTo(&lower)
		white.Reset()
		// The factor is invertible, as Cholesky succeeded; a poor condition is what the floor is for.
		_ = white.Solve(&lower, apart.T())
		level := g.logWeight - (g.chol.LogDet()+float64(d)*math.Log(2*math.Pi))/2
		for i := range n {
			norm := mat.Norm(white.ColView(i), 2)
			shares.Set(i, c, level-norm*norm/2)
		}
	}
	var sum float64
	for i := range n {
		row := shares.RawRowView(i)
		total := floats.LogSumExp(row)
		for c, v := range row {
			row[c] = math.Exp(v - total)
		}
		sum += total
	}
	return sum / float64(n)
}
