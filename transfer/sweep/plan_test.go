package sweep

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"coadapt/transfer"

	"gonum.org/v1/gonum/floats/scalar"
)

func never(*transfer.Plan) bool { return false }

// TestPlanOfPaper adds up the 163 nets another way: by the multiply-adds of CaffeNet's layers as the sizes in the
// recipe of 2014 give them (output values times weights of one), 450,000 steps of 256 images (200,000 on reduced data),
// a test every 1000 steps and one after the last, on 50 images a class.
func TestPlanOfPaper(t *testing.T) {
	layers := []int64{ // conv1 to conv5: height x width x channels x kernel² x channels of a group; fc6 to fc8
		55 * 55 * 96 * 11 * 11 * 3, 27 * 27 * 256 * 5 * 5 * 48, 13 * 13 * 384 * 3 * 3 * 256,
		13 * 13 * 384 * 3 * 3 * 192, 13 * 13 * 256 * 3 * 3 * 192,
		9216 * 4096, 4096 * 4096, 4096 * 1000,
	}
	var forward int64
	for _, l := range layers {
		forward += l
	}
	train, test := new(big.Int), new(big.Int)
	images := int64(0)
	for _, p := range transfer.Paper() {
		frozen := 0
		if p.Net.Treatment.Frozen() {
			frozen = p.Net.N
		}
		one := forward // frozen layers cost this alone
		for i, l := range layers {
			if i >= frozen {
				one += l // gradient of the weights
			}
			if i > frozen {
				one += l // gradient of the input, which the lowest layer that learns does not need
			}
		}
		steps := int64(450000)
		if p.Net.PerClass > 0 {
			steps = 200000
		}
		classes := int64(500)
		switch {
		case p.Net.Split == transfer.WholeSplit:
			classes = 1000
		case p.Net.Split == "natman" && p.Net.Target == transfer.A:
			classes = 449
		case p.Net.Split == "natman":
			classes = 551
		}
		images += steps * 256
		train.Add(train, big.NewInt(one*steps*256))
		test.Add(test, big.NewInt(forward*(steps/1000+1)*50*classes))
	}
	var plans []*transfer.Plan
	for _, p := range transfer.Paper() {
		plan, err := transfer.PaperPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	got := NewPlan(plans, never, nil)
	if got.Nets != 163 || got.Hits != 0 || got.Train.Cmp(train) != 0 || got.Test.Cmp(test) != 0 ||
		got.Images != images {
		t.Errorf("%d nets, %v and %v multiply-adds, %d images; want 163, %v, %v, %d", got.Nets, got.Train, got.Test,
			got.Images, train, test, images)
	}
	if got.Disk < 163*4*60965224 || got.Disk > 163*4*61100000 { // parameters of CaffeNet, in the recipe
		t.Errorf("%d bytes on disk", got.Disk)
	}
}

// TestPace: nets that were timed take what they took, those between lie on the line, and the interval holds the blocks.
func TestPace(t *testing.T) {
	timing := func(trainImage int64, seconds ...float64) transfer.Timing {
		return transfer.Timing{
			Plan: &transfer.Plan{
				Recipe: transfer.Recipe{Batch: 2},
				Cost:   transfer.Cost{TrainImage: trainImage, TestImage: 10},
			},
			Compile: 4 * time.Second,
			Seconds: seconds,
			Tests:   []float64{0.1, 0.1, 0.1},
		}
	}
	pace, err := NewPace([]transfer.Timing{timing(100, 1, 1.1, 0.9), timing(300, 5, 5, 5)})
	if err != nil {
		t.Fatal(err)
	}
	for adds, want := range map[int64]float64{100: 1, 200: 3, 300: 5, 50: 0.5, 600: 10} {
		x := &transfer.Plan{Recipe: transfer.Recipe{Batch: 2, Steps: 7},
			Cost: transfer.Cost{TrainImage: adds, TestImage: 10, Test: 10 * 20}} // 20 test images
		if got := pace.Seconds(x); !scalar.EqualWithinAbs(got, 7*want+2, 1e-9) {
			t.Errorf("%d multiply-adds: %v s, want %v", adds, got, 7*want+2)
		}
	}
	x := &transfer.Plan{Net: net(t, "0/baseA"), Recipe: transfer.Recipe{Batch: 2, Steps: 10},
		Cost: transfer.Cost{TrainImage: 100}}
	p := NewPlan([]*transfer.Plan{x}, never, pace)
	// Blocks of 10, 11 and 9 s: mean 10, standard deviation 1, t(0.975, 2) = 4.302653 (R: qt(0.975, 2)), and 4 s of
	// compiling.
	half := 4.302653 * math.Sqrt(1+1.0/3)
	if !scalar.EqualWithinAbs(p.Hours.Value, 14, 1e-9) || !scalar.EqualWithinAbs(p.Hours.High, 14+half, 1e-4) ||
		!scalar.EqualWithinAbs(p.Hours.Low, 14-half, 1e-4) {
		t.Errorf("%+v, want 14 ± %v", p.Hours, half)
	}
	if fixed := FixedPace(50, 100); !scalar.EqualWithinAbs(fixed.Seconds(x), 20.0/50, 1e-9) {
		t.Errorf("20 images at 50 a second: %v s", fixed.Seconds(x))
	}
	if _, err := NewPace(nil); err == nil {
		t.Error("a pace of nothing")
	}
}

// TestMakespan against a slow twin that steps through time, and against what no schedule can beat.
func TestMakespan(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 20 {
		var jobs []Job
		for _, p := range transfer.Mini()[:20+rng.IntN(60)] {
			jobs = append(jobs, Job{p.Net, float64(1 + rng.IntN(9))})
		}
		var sum float64
		for _, j := range jobs {
			sum += j.Seconds
		}
		critical := familyOf(jobs).critical
		for _, workers := range []int{1, 2, 5, 1000} {
			got := familyOf(jobs).makespan(workers)
			if want := slowMakespan(jobs, workers); got != want {
				t.Fatalf("round %d, %d workers: %v, want %v", round, workers, got, want)
			}
			if got < max(critical, sum/float64(workers)) || workers == 1 && got != sum ||
				workers == 1000 && got != critical {
				t.Fatalf("round %d, %d workers: %v, critical path %v, sum %v", round, workers, got, critical, sum)
			}
		}
	}
}

// slowMakespan is the same rule, second by second.
func slowMakespan(jobs []Job, workers int) float64 {
	paths := map[transfer.Net]float64{}
	for _, j := range jobs {
		longest := 0.0
		for _, c := range jobs {
			if p, ok := c.Net.Parent(); ok && p == j.Net {
				longest = max(longest, c.Seconds)
			}
		}
		paths[j.Net] = j.Seconds + longest
	}
	path := func(j Job) float64 { return paths[j.Net] }
	finished, began := map[transfer.Net]bool{}, map[transfer.Net]bool{}
	left := map[transfer.Net]float64{}
	var ready []Job
	for now := 0.0; ; now++ {
		var done []transfer.Net
		for n, s := range left {
			if s == 0 {
				done = append(done, n)
			}
		}
		for _, n := range done {
			finished[n] = true
			delete(left, n)
		}
		for _, j := range jobs {
			p, has := j.Net.Parent()
			waits := has && !finished[p] && slices.ContainsFunc(jobs, func(o Job) bool { return o.Net == p })
			if !began[j.Net] && !waits && !slices.ContainsFunc(ready, func(r Job) bool { return r.Net == j.Net }) {
				ready = append(ready, j)
			}
		}
		slices.SortStableFunc(ready, func(a, b Job) int { return int(path(b) - path(a)) })
		for len(ready) > 0 && len(left) < workers {
			left[ready[0].Net], began[ready[0].Net] = ready[0].Seconds, true
			ready = ready[1:]
		}
		if len(left) == 0 {
			return now
		}
		for n := range left {
			left[n]--
		}
	}
}

// TestSample: the largest, the smallest and the one between, each once.
func TestSample(t *testing.T) {
	var plans []*transfer.Plan
	for _, x := range []struct {
		name string
		adds int64
	}{{"0/A7B", 10}, {"0/baseA", 100}, {"0/baseB", 100}, {"0/A3B", 60}, {"0/A5B", 20}} {
		plans = append(plans, &transfer.Plan{Net: net(t, x.name), Cost: transfer.Cost{TrainImage: x.adds}})
	}
	want := []transfer.Net{net(t, "0/baseA"), net(t, "0/A3B"), net(t, "0/A7B")}
	if got := Sample(plans); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Sample(plans[1:3]); len(got) != 1 || len(Sample(nil)) != 0 {
		t.Errorf("all alike: %v", got)
	}
}
