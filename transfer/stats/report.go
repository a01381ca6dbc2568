package stats

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"coadapt/transfer"
)

// Verdict says in words what the nets say of a claim.
type Verdict string

// The verdicts. A claim is supported or opposed exactly where its simultaneous interval
// excludes Claim.Null, that is, where the adjusted p is below 1 - Report.Level.
const (
	Supported         Verdict = "supported"
	Undistinguishable Verdict = "not distinguishable from zero" // or from Claim.Null, where that is not 0
	Opposite          Verdict = "opposite"
	Unstable          Verdict = "unstable, not fragile" // of fragility, where nets fail; see [Failure]
	CannotBeAsked     Verdict = "cannot be asked of these nets"
)

// Line is a claim at one place.
type Line struct {
	Claim    Claim
	At       string  // "n = 5", "n = 1-7", "250 images a class"; "" where the claim has no cut
	Contrast         // its Interval is the plain one, as if this line were the only one
	Asked    bool    // there were nets to compare
	P        float64 // two-sided, of Null; NaN if unknown
	Adjusted float64 // by [Bonferroni] over the family
	// Simultaneous is the interval that decides the verdict. The intervals of a family hold together at Report.Level.
	Simultaneous Interval
	// Family is the number of comparisons in the family: those of the same two treatments at all cuts, or over all
	// ranges. It does not depend on which of them the claim is about, so that a comparison has only one interval.
	Family  int
	Verdict Verdict
	cuts    []int
}

// Report has the verdicts on all claims for one experiment.
type Report struct {
	Lines   []Line
	Nets    int               // nets with a number
	Missing []transfer.Result // nets without one
	// Failures are the conditions and cuts at which at least one net failed where its base did not.
	Failures []Failure
	Rule     transfer.Selection
	Level    float64 // confidence level of the intervals; the tests have the level 1 - Level
}

// Ask tests every claim on results, which must be of one experiment and one
// selection rule. level is the confidence level of intervals and verdicts, such as 0.95.
func Ask(results []transfer.Result, level float64) (*Report, error) {
	s, err := Gather(results)
	if err != nil {
		return nil, err
	}
	r := &Report{Nets: len(s.numbers), Missing: s.Missing, Rule: s.rule, Level: level}
	failures, err := Failures(results, level)
	if err != nil {
		return nil, err
	}
	for _, f := range failures {
		if f.Failed > 0 {
			r.Failures = append(r.Failures, f)
		}
	}
	for _, c := range Claims() {
		if c.Control && !(s.has(c.t) && s.has(c.less)) {
			continue
		}
		cuts, ranges, err := s.families(c, level)
		if err != nil {
			return nil, err
		}
		cuts = slices.DeleteFunc(cuts,
			func(l Line) bool { return c.only != nil && !slices.Contains(c.only, l.cuts[0]) })
		if !slices.ContainsFunc(append(slices.Clone(cuts), ranges...),
			func(l Line) bool { return l.Asked || len(l.Warnings) > 0 }) {
			cuts, ranges = []Line{unknown(c, place{})}, nil
		}
		if c.t == transfer.Base && c.less == transfer.Selffer {
			unstable(cuts, r.Failures)
		}
		r.Lines = append(r.Lines, append(cuts, ranges...)...)
	}
	return r, nil
}

// families returns the lines of a claim's comparison with their verdicts: one family for cuts, one for ranges.
func (s *Nets) families(c Claim, level float64) (cuts, ranges []Line, err error) {
	for _, at := range s.places(c) {
		l, err := s.line(c, at, level)
		if err != nil {
			return nil, nil, fmt.Errorf("%s at %s: %w", c.Name, at.name, err)
		}
		if len(at.cuts) > 1 {
			ranges = append(ranges, l)
		} else {
			cuts = append(cuts, l)
		}
	}
	pool(cuts, level)
	judge(cuts, level)
	judge(ranges, level)
	return cuts, ranges, nil
}

// unknown is the line of a claim that has not been compared.
func unknown(c Claim, at place) Line {
	nan := math.NaN()
	return Line{Claim: c, At: at.name, cuts: at.cuts, P: nan, Adjusted: nan, Simultaneous: Interval{nan, nan},
		Contrast: nothing(), Verdict: CannotBeAsked}
}

// line makes the comparison at one place.
func (s *Nets) line(c Claim, at place, level float64) (Line, error) {
	l := unknown(c, at)
	var err error
	if l.Contrast, l.Asked, err = s.compare(c, at, level); err != nil {
		return l, err
	}
	if missing := s.missing(c, at); len(missing) > 0 {
		l.warn("not numbers and left out: " + strings.Join(missing, "; "))
	}
	if l.Asked {
		l.P = l.Contrast.P(c.Null)
	}
	return l, nil
}

func (s *Nets) compare(c Claim, at place, level float64) (Contrast, bool, error) {
	near := c.where
	if near == nil {
		near = s.near()
	}
	switch c.how {
	case unpaired:
		x, y := s.Of(c.t, at.cuts, near), s.Of(c.less, at.cuts, near)
		out, ok, err := s.apart(x, y, level)
		s.confounded(&out, c.t.String(), x, c.less.String(), y)
		return out, ok, err
	case byKind:
		return s.apart(s.Pairs(c.t, c.less, at.cuts, NaturalManMade), s.Pairs(c.t, c.less, at.cuts, RandomHalves),
			level)
	case bySize:
		return s.paired(s.bySize(at), level, c.Null)
	}
	if pairs := s.Pairs(c.t, c.less, at.cuts, near); len(pairs) > 0 || c.t.Uncut() || c.less.Uncut() {
		return s.paired(pairs, level, c.Null)
	}
	// No two nets share a target and a seed: compare each net with its own base, then compare these gains.
	other := near
	if c.less == transfer.Random {
		other = anywhere
	}
	x, y := s.Pairs(c.t, transfer.Base, at.cuts, near), s.Pairs(c.less, transfer.Base, at.cuts, other)
	out, ok, err := s.apart(x, y, level)
	if ok {
		out.warn(noPair)
		s.confounded(&out, c.t.String(), x, c.less.String(), y)
	}
	return out, ok, err
}

// pool gives lines with one or two units the spread between units that the claim
// has over all cuts. From the variances s_i² over u_i units, at cuts with two units
// or more, it takes s² = Σ(u_i-1)s_i² / Σ(u_i-1) with Σ(u_i-1) degrees of freedom;
// the error is s/√u. Two units have one degree of freedom and say next to nothing
// about their own spread, so pool assumes the same, independent spread at all cuts.
// Where no cut has two units, the interval stays the one over test images.
func pool(lines []Line, level float64) {
	var squares, df float64
	var from []string
	for _, l := range lines {
		if l.Claim.how == byPair && l.Units > 1 && l.N == l.Units && l.DF == float64(l.Units-1) {
			squares += l.SE * l.SE * float64(l.Units) * l.DF
			df += l.DF
			from = append(from, strings.TrimPrefix(l.At, "n = "))
		}
	}
	if df == 0 || squares == 0 {
		return
	}
	for i := range lines {
		l := &lines[i]
		if l.Claim.how != byPair || l.Units < 1 || l.Units > 2 || l.N != l.Units || df <= float64(l.Units-1) {
			continue
		}
		l.SE, l.DF = math.Sqrt(squares/df/float64(l.Units)), df
		l.pair = nil
		l.Interval = l.AtLevel(level)
		l.P = l.Contrast.P(l.Claim.Null)
		units := "2 units"
		if l.Units == 1 {
			units = "1 unit"
		}
		l.Test = fmt.Sprintf("t, %s, spread of n = %s", units, strings.Join(from, ","))
		l.Warnings = slices.DeleteFunc(l.Warnings, func(w string) bool { return w == oneUnit })
		l.warn("few units: their spread is pooled over cuts")
	}
}

// judge computes the simultaneous intervals of a family, adjusts its p values and sets the verdicts. A family is a
// comparison at all cuts, or over all ranges.
func judge(family []Line, level float64) {
	p := make([]float64, len(family))
	for i, l := range family {
		p[i] = l.P
	}
	m := members(p)
	for i, adjusted := range Bonferroni(p) {
		l := &family[i]
		if !l.Asked || math.IsNaN(adjusted) {
			continue
		}
		l.Adjusted, l.Family, l.Simultaneous = adjusted, m, l.AtLevel(levelOfEach(level, m))
		switch {
		case l.Simultaneous.Low <= l.Claim.Null && l.Claim.Null <= l.Simultaneous.High:
			l.Verdict = Undistinguishable
		case (l.Value > l.Claim.Null) == l.Claim.Positive:
			l.Verdict = Supported
		default:
			l.Verdict = Opposite
		}
	}
}

// unstable changes the verdict on fragility to [Unstable] at cuts where a selffer net failed. It does so at all cuts if
// a base that is trained on from its own weights (base+) failed: then the rate and the scale of the features are too
// large, and no partners were cut off.
func unstable(lines []Line, failures []Failure) {
	for i := range lines {
		l := &lines[i]
		for _, f := range failures {
			here := f.Treatment == transfer.Selffer && l.At == fmt.Sprintf("n = %d", f.N)
			if !here && f.Treatment != transfer.BasePlus {
				continue
			}
			l.Verdict = Unstable
			l.warn(fmt.Sprintf("%d of %d %s nets failed where their base did not (%.0f%% to %.0f%%): see BnBr, the "+
				"same with features at RMS 1, or a lower rate",
				f.Failed, f.Of, f.Treatment, 100*f.Share.Low, 100*f.Share.High))
		}
	}
}

// Words is the verdict. It names the claim's null where that is not zero.
func (l Line) Words() string {
	if l.Verdict == Undistinguishable && l.Claim.Null != 0 {
		return fmt.Sprintf("not distinguishable from %+.1f points", 100*l.Claim.Null)
	}
	return string(l.Verdict)
}

// place is where a claim is tested.
type place struct {
	name     string
	cuts     []int
	perClass int // bySize: the larger of two sizes
}

// places lists where a claim can be tested: all cuts, ranges or sizes of the results' nets, with or without a number.
func (s *Nets) places(c Claim) []place {
	if c.how == bySize {
		var out []place
		for i, k := range s.sizes() {
			if i > 0 {
				out = append(out, place{name: fmt.Sprintf("%d images a class", k), perClass: k})
			}
		}
		return out
	}
	if c.t.Uncut() && c.less.Uncut() {
		return []place{{}}
	}
	cuts := s.allCuts()
	var out []place
	for _, n := range cuts {
		out = append(out, place{name: "n = " + strconv.Itoa(n), cuts: []int{n}})
	}
	if !c.ranges {
		return out
	}
	for _, from := range []int{1, 3, 5} {
		i := slices.IndexFunc(cuts, func(n int) bool { return n >= from })
		if i < 0 || len(cuts[i:]) < 2 {
			continue
		}
		p := place{name: "n = " + span(cuts[i:]), cuts: cuts[i:]}
		if !slices.ContainsFunc(out, func(o place) bool { return o.name == p.name }) {
			out = append(out, p)
		}
	}
	return out
}

// span is "1-7" where there is no gap, else "3,5,7".
func span(cuts []int) string {
	if last := cuts[len(cuts)-1]; last-cuts[0] == len(cuts)-1 {
		return fmt.Sprintf("%d-%d", cuts[0], last)
	}
	var s []string
	for _, n := range cuts {
		s = append(s, strconv.Itoa(n))
	}
	return strings.Join(s, ",")
}
