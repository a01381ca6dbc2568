package stats

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"coadapt/transfer"
)

// Contrast is one comparison: the mean of some observations, or the difference
// of two means.
type Contrast struct {
	Estimate           // its interval is the plain one: of this comparison, as if it were the only one
	Test       string  // how interval and p were computed
	Permuted   float64 // p of the sign-flip test over clusters; NaN without one
	Detectable float64 // the effect that Clusters clusters of this spread detect with 80% power at 0.05; NaN if unknown
	Warnings   []string
	Tally
	pair *score // of a single pair of nets, whose interval is Newcombe's and does not use SE; otherwise nil
}

// AtLevel is the plain interval at another level.
func (c Contrast) AtLevel(level float64) Interval {
	if c.pair != nil {
		return c.pair.interval(level)
	}
	return c.within(level).Interval
}

// P is the two-sided p value that belongs to the interval: it is below α exactly where AtLevel(1-α) excludes null.
func (c Contrast) P(null float64) float64 {
	if c.pair != nil {
		return c.pair.p(null)
	}
	return c.Estimate.P(null)
}

// manySplits is the least number of splits at which a cluster is a split, as units of one split share its classes. With
// fewer splits their spread cannot be estimated, and a cluster is a unit.
const manySplits = 8

const noPair = "no two nets share target and seed: difference of the gains over the own base nets"

const oneUnit = "one target at one seed: the interval is over test images and does not tell how another seed or " +
	"split would come out"

const (
	resamples = 9999
	drawSeed  = 1 // of permutations, so that the same nets give the same report
)

// nothing is the contrast of an empty comparison.
func nothing() Contrast { return Contrast{Permuted: math.NaN(), Detectable: math.NaN()} }

// paired is the mean difference with its interval and tests. ok is false where
// there is no observation.
func (s *Nets) paired(obs []Obs, level, null float64) (c Contrast, ok bool, err error) {
	c = nothing()
	c.Tally = count(obs)
	if len(obs) == 0 {
		return c, false, nil
	}
	x, clusters := values(obs)
	if c.Units < 2 {
		c.Estimate = s.binomial(obs, level)
		c.Test = "binomial, test images of one unit"
		if len(obs) == 1 && obs[0].Subtracted {
			a, b := s.numbers[obs[0].Net], s.numbers[obs[0].Less]
			c.pair = &score{a.Accuracy, b.Accuracy, a.Tested, b.Tested}
			c.Interval = c.pair.interval(level)
			c.Test = "Newcombe, test images of one pair"
		}
		c.warn(oneUnit)
		return c, true, nil
	}
	if c.Splits >= manySplits {
		for i, o := range obs {
			clusters[i] = o.Unit.Split
		}
	}
	if c.Estimate, err = ClusterMean(x, clusters, level); err != nil {
		return c, false, err
	}
	switch {
	case c.Splits == 1:
		c.Test = fmt.Sprintf("t, %d units of one split", c.Units)
	case c.Splits >= manySplits:
		c.Test = fmt.Sprintf("t, %d units clustered by %d splits", c.Units, c.Splits)
	default:
		c.Test = fmt.Sprintf("t, %d units of %d splits", c.Units, c.Splits)
	}
	if s.quick {
		return c, true, nil
	}
	shifted := slices.Clone(x)
	for i := range shifted {
		shifted[i] -= null
	}
	if c.Permuted, _, err = SignFlip(shifted, clusters, resamples, drawSeed); err != nil {
		return c, false, err
	}
	if c.SE > 0 {
		c.Detectable, err = MDE(c.SE*math.Sqrt(float64(c.Clusters)), c.Clusters, 0.05, 0.8)
	}
	return c, err == nil, err
}

// apart compares two groups on different units: the difference of their means.
func (s *Nets) apart(x, y []Obs, level float64) (c Contrast, ok bool, err error) {
	c = nothing()
	c.Tally = count(x, y)
	if len(x) == 0 || len(y) == 0 {
		return c, false, nil
	}
	nx, ny := count(x).Units, count(y).Units
	if nx > 1 && ny > 1 {
		vx, cx := values(x)
		vy, cy := values(y)
		if c.Estimate, err = ClusterDiff(vx, cx, vy, cy, level); err != nil {
			return c, false, err
		}
		c.Test = fmt.Sprintf("Welch t, %d against %d units", nx, ny)
		return c, true, nil
	}
	ex, ey := s.side(x, level), s.side(y, level)
	c.Estimate = normal(ex.Value-ey.Value, math.Hypot(ex.SE, ey.SE), len(x)+len(y), nx+ny, level)
	c.Test = fmt.Sprintf("normal, %d against %d units", nx, ny)
	c.warn("one side is a single unit: its part of the interval is over test images and does not tell how another " +
		"seed or split would come out")
	return c, true, nil
}

// side is the mean of a group. Its interval is over units where the group has several.
func (s *Nets) side(obs []Obs, level float64) Estimate {
	if count(obs).Units > 1 {
		x, clusters := values(obs)
		if e, err := ClusterMean(x, clusters, level); err == nil {
			return e
		}
	}
	return s.binomial(obs, level)
}

// binomial is the mean of differences on one unit. Its error is that of the test
// images: each net contributes p(1-p)/m, times the square of its weight in the
// mean. That two nets agree on most images is ignored, so the interval is rather
// too wide.
func (s *Nets) binomial(obs []Obs, level float64) Estimate {
	weight := make(map[transfer.Net]float64)
	var mean float64
	k := float64(len(obs))
	for _, o := range obs {
		mean += o.Value / k
		weight[o.Net] += 1 / k
		if o.Subtracted {
			weight[o.Less] -= 1 / k
		}
	}
	var variance float64
	byName := func(a, b transfer.Net) int { return cmp.Compare(a.String(), b.String()) }
	for _, n := range slices.SortedFunc(maps.Keys(weight), byName) { // so that rounding is always the same
		r, w := s.numbers[n], weight[n]
		se := BinomialSE(r.Accuracy, r.Tested)
		variance += w * w * se * se
	}
	return normal(mean, math.Sqrt(variance), len(obs), 1, level)
}

// confounded warns where two groups have different targets. A difference of the
// groups may then come from their targets, of which one may be harder. The
// warning gives the gap between the targets' own base nets.
func (s *Nets) confounded(c *Contrast, what string, x []Obs, other string, y []Obs) {
	gapX, okX := s.difficulty(x)
	gapY, okY := s.difficulty(y)
	if sameTargets(x, y) || !okX || !okY {
		return
	}
	c.warn(fmt.Sprintf("treatment and target are confounded: %s is on %s, %s on %s, and the targets' own base nets "+
		"differ by %+.2f points",
		what, targets(x), other, targets(y), 100*(gapX-gapY)))
}

// difficulty is the mean accuracy of the base nets on the units of observations.
func (s *Nets) difficulty(obs []Obs) (mean float64, ok bool) {
	for _, o := range obs {
		r, found := s.numbers[transfer.Net{Split: o.Unit.Split, Seed: o.Unit.Seed, Target: o.Unit.Target}]
		if !found {
			return 0, false
		}
		mean += r.Accuracy / float64(len(obs))
	}
	return mean, len(obs) > 0
}

// shares is the fraction of the observations that each unit has.
func shares(obs []Obs) map[Unit]float64 {
	out := make(map[Unit]float64)
	for _, o := range obs {
		out[o.Unit] += 1 / float64(len(obs))
	}
	return out
}

func sameTargets(x, y []Obs) bool {
	sx, sy := shares(x), shares(y)
	if len(sx) != len(sy) {
		return false
	}
	for u, share := range sx {
		if math.Abs(share-sy[u]) > 1e-9 {
			return false
		}
	}
	return true
}

// targets lists the units of observations with their counts: "0B x7, 1B x3".
func targets(obs []Obs) string {
	var units []Unit
	times := make(map[Unit]int)
	for _, o := range obs {
		if times[o.Unit]++; times[o.Unit] == 1 {
			units = append(units, o.Unit)
		}
	}
	const most = 8
	s := ""
	for i, u := range units {
		if i == most {
			return s + fmt.Sprintf(" and %d more", len(units)-most)
		}
		if i > 0 {
			s += ", "
		}
		s += u.String()
		if times[u] > 1 {
			s += fmt.Sprintf(" x%d", times[u])
		}
	}
	return s
}

func (c *Contrast) warn(s string) { c.Warnings = append(c.Warnings, s) }
