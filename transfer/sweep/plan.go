package sweep

import (
	"errors"
	"math"
	"math/big"
	"slices"

	"coadapt/transfer"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Plan says what a run will take. Multiply-adds and images are exact; hours are
// estimated from a [Pace].
type Plan struct {
	Nets, Hits  int      // hits are in the store and cost nothing
	Train, Test *big.Int // multiply-adds of the nets to train: in training, forward and backward, and in tests
	Images      int64    // seen in training
	Disk        int64    // bytes of the new entries
	Parents     int64    // bytes left of these when the weights of nets that are no parents are dropped
	Checkpoints int64    // the most bytes that one worker's checkpoints take

	Hours     Span           // of one worker; this and what follows is zero without a Pace
	Critical  float64        // seconds of the critical path
	Chain     []transfer.Net // the critical path
	ByWorkers []Workload
	Jobs      []Job // the nets to train, with their times
}

// Workload is the time that a number of workers takes, each as fast as the measured one.
type Workload struct {
	Workers int
	Seconds float64
}

// Span is an estimate in seconds with its 95% interval.
type Span struct{ Value, Low, High float64 }

// entryBytes is the size of an entry without weights: spec, result, metrics, log, digests.
const entryBytes = 24 << 10

// NewPlan adds up plans. hit says which nets are in the store; pace may be nil.
func NewPlan(plans []*transfer.Plan, hit func(*transfer.Plan) bool, pace *Pace) Plan {
	p := Plan{Nets: len(plans), Train: new(big.Int), Test: new(big.Int)}
	var todo []*transfer.Plan
	for _, x := range plans {
		if hit(x) {
			p.Hits++
			continue
		}
		todo = append(todo, x)
		p.Train.Add(p.Train, big.NewInt(x.Train))
		p.Test.Add(p.Test, big.NewInt(x.Test))
		p.Images += x.Images()
		p.Disk += x.WeightBytes + entryBytes
		p.Parents += entryBytes
		if x.Net.Treatment == transfer.Base {
			p.Parents += x.WeightBytes
		}
		p.Checkpoints = max(p.Checkpoints, 2*2*x.WeightBytes) // two, each of weights and momentum
	}
	if pace == nil || len(todo) == 0 {
		return p
	}
	for _, x := range todo {
		p.Jobs = append(p.Jobs, Job{x.Net, pace.Seconds(x)})
	}
	compile := pace.compileAll(todo)
	p.Hours = pace.span(todo)
	family := familyOf(p.Jobs)
	p.Chain, p.Critical = family.chain, family.critical+pace.Compile
	for _, w := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256} {
		if w > 1 && w/2 >= len(todo) {
			break
		}
		seconds := family.makespan(w) + min(compile, pace.Compile*float64(1+len(todo)/w))
		p.ByWorkers = append(p.ByWorkers, Workload{w, seconds})
	}
	return p
}

// Pace turns plans into times. It knows the seconds a step of the nets that were
// timed, and interpolates linearly in the multiply-adds a step.
type Pace struct {
	Compile float64   // seconds to compile one kind of net: the mean of those timed
	points  []point   // by multiply-adds
	test    []float64 // seconds a test image and multiply-add, by block
}

type point struct {
	adds    float64   // multiply-adds of a step
	seconds []float64 // of a step, by block
}

// NewPace makes a Pace of at least one timing. Timings with equal multiply-adds
// count once.
func NewPace(timings []transfer.Timing) (*Pace, error) {
	if len(timings) == 0 {
		return nil, errors.New("pace: nothing was timed")
	}
	p := &Pace{}
	for _, t := range timings {
		p.Compile += t.Compile.Seconds() / float64(len(timings))
		adds := float64(t.TrainImage) * float64(t.Recipe.Batch)
		if !slices.ContainsFunc(p.points, func(q point) bool { return q.adds == adds }) {
			p.points = append(p.points, point{adds, t.Seconds})
		}
		for i, s := range t.Tests {
			if i == len(p.test) {
				p.test = append(p.test, 0)
			}
			p.test[i] += s / float64(t.TestImage) / float64(len(timings))
		}
	}
	slices.SortFunc(p.points, func(a, b point) int { return int(math.Copysign(1, a.adds-b.adds)) })
	return p, nil
}

// FixedPace is the pace of a machine that trains imagesPerSecond images of a net
// with trainImage multiply-adds an image, and other nets in proportion.
func FixedPace(imagesPerSecond float64, trainImage int64) *Pace {
	perAdd := 1 / (imagesPerSecond * float64(trainImage))
	return &Pace{points: []point{{1, []float64{perAdd}}}, test: []float64{perAdd}}
}

// Seconds is the time that a net takes, without compiling.
func (p *Pace) Seconds(x *transfer.Plan) float64 { return stat.Mean(p.blocks(x), nil) }

// blocks gives the seconds that a net would take at the pace of each block of the timings.
func (p *Pace) blocks(x *transfer.Plan) []float64 {
	n := len(p.test)
	for _, q := range p.points {
		n = min(n, len(q.seconds))
	}
	out := make([]float64, n)
	for b := range out {
		step := p.step(float64(x.TrainImage)*float64(x.Recipe.Batch), b)
		out[b] = float64(x.Recipe.Steps)*step + float64(x.Test)*p.test[b]
	}
	return out
}

// step is the time in seconds of a step with adds multiply-adds. It is interpolated
// between timed nets; beyond them it is proportional to the nearest one.
func (p *Pace) step(adds float64, block int) float64 {
	last := len(p.points) - 1
	at := func(i int) float64 { return p.points[i].seconds[block] }
	switch {
	case adds <= p.points[0].adds:
		return at(0) * adds / p.points[0].adds
	case adds >= p.points[last].adds:
		return at(last) * adds / p.points[last].adds
	}
	i := slices.IndexFunc(p.points, func(q point) bool { return q.adds > adds })
	a, b := p.points[i-1].adds, p.points[i].adds
	return at(i-1) + (at(i)-at(i-1))*(adds-a)/(b-a)
}

// compileAll is the time that one worker spends on compiling.
func (p *Pace) compileAll(plans []*transfer.Plan) float64 {
	kinds := map[int]bool{}
	for _, x := range plans {
		kind := 0
		if x.Cut.Frozen {
			kind = x.Cut.N
		}
		kinds[kind] = true
	}
	return p.Compile * float64(len(kinds))
}

// span is the time of all nets one after another. Its interval is a prediction for
// one more block, mean ± t·s·√(1+1/k) over k blocks: the machine's speed varies, and
// the run will meet one speed, not the mean. Speeds that did not occur in the timing
// are not covered.
func (p *Pace) span(plans []*transfer.Plan) Span {
	var sums []float64
	for _, x := range plans {
		for b, s := range p.blocks(x) {
			if b == len(sums) {
				sums = append(sums, 0)
			}
			sums[b] += s
		}
	}
	compile := p.compileAll(plans)
	mean := stat.Mean(sums, nil) + compile
	low, high := mean, mean
	if k := float64(len(sums)); k > 1 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile(0.975)
		half := t * stat.StdDev(sums, nil) * math.Sqrt(1+1/k)
		low, high = max(0, mean-half), mean+half
	}
	return Span{mean, low, high}
}

// Sample picks the nets to time for a Pace: the one with most multiply-adds a
// step, the one with fewest, and one half-way between.
func Sample(plans []*transfer.Plan) []transfer.Net {
	if len(plans) == 0 {
		return nil
	}
	sorted := slices.Clone(plans)
	slices.SortStableFunc(sorted, func(a, b *transfer.Plan) int { return int(b.TrainImage - a.TrainImage) })
	first, last := sorted[0], sorted[len(sorted)-1]
	nets := []transfer.Net{first.Net}
	if last.TrainImage == first.TrainImage {
		return nets
	}
	middle := (first.TrainImage + last.TrainImage) / 2
	best := last
	for _, x := range sorted {
		if math.Abs(float64(x.TrainImage-middle)) < math.Abs(float64(best.TrainImage-middle)) {
			best = x
		}
	}
	if best.TrainImage != first.TrainImage && best.TrainImage != last.TrainImage {
		nets = append(nets, best.Net)
	}
	return append(nets, last.Net)
}
