package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/sweep"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// planFlags are the flags of plan, as typed.
type planFlags struct {
	experimentFlags
	json        bool
	budget      time.Duration
	rate        float64 // images a second
	price       float64 // of an hour
	sd          float64 // points
	calibration time.Duration
}

func planCommand(stdout, stderr io.Writer) *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan",
		Short: "Say what a grid of nets will take, before any of it is trained",
		Long: "Say what a grid of nets will take: multiply-adds and images (exact), disk, memory, hours with their " +
			"uncertainty from some steps timed here,\n" +
			"the critical path, and what more workers change. With --budget, which of its nets tell most for so much " +
			"time, and what they leave open.\n" +
			"The grids paper and random need neither data nor backend.",
		Example: "  coadapt plan --grid mini --data shapes\n" +
			"  coadapt plan --grid balanced --splits 0,1 --seeds 0-4 --data cifar100.zip --budget 8h\n" +
			"  coadapt plan --grid paper --images-per-second 3000 --hour-price 2.50",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(c); err != nil {
				return err
			}
			if slices.Contains([]string{"paper", "random", "scale2014"}, f.grid) && f.nets == "" &&
				!c.Flags().Changed("data") {
				return f.paper(c, stdout)
			}
			return f.plan(c, stdout, stderr)
		},
	}
	f.experimentFlags.flags(c, defaultGrid)
	fl := c.Flags()
	fl.DurationVar(&f.budget, "budget", 0,
		"time of one worker, such as 8h: choose the nets that narrow the intervals of the decomposition most")
	fl.Float64Var(&f.rate, "images-per-second", 0,
		"training speed of a whole net on the machine that will train, instead of timing this one")
	fl.Float64Var(&f.price, "hour-price", 0, "what an hour of one worker costs, in any currency")
	fl.Float64Var(&f.sd, "sd", 0, "with --budget: standard deviation of a paired difference between units, in "+
		"points (default: that of the store's results, else 2)")
	fl.DurationVar(&f.calibration, "calibrate", 3*time.Second,
		"how long each of up to three nets is timed, after compiling")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	return c
}

func (f *planFlags) check(c *cobra.Command) error {
	for flag, x := range map[string]float64{"images-per-second": f.rate, "hour-price": f.price, "sd": f.sd,
		"budget": f.budget.Seconds()} {
		if x < 0 || math.IsNaN(x) || math.IsInf(x, 0) || x == 0 && c.Flags().Changed(flag) {
			return fmt.Errorf("-%s %v: want a number above 0", flag, c.Flags().Lookup(flag).Value)
		}
	}
	if f.calibration < 100*time.Millisecond {
		return fmt.Errorf("-calibrate %v: want 100ms at least", f.calibration)
	}
	return f.checkGrid(c)
}

// paper plans the grids of 2014 from their recipe alone.
func (f *planFlags) paper(c *cobra.Command, stdout io.Writer) error {
	var other error
	c.Flags().Visit(func(fl *pflag.Flag) {
		if !slices.Contains([]string{"grid", "json", "images-per-second", "hour-price", "budget"}, fl.Name) {
			other = fmt.Errorf("-%s: without -data the grid %s is priced by CaffeNet and the recipe of 2014 alone; "+
				"name -data, or leave the flag out", fl.Name, f.grid)
		}
	})
	if other != nil {
		return other
	}
	grid, err := gridFlags{grid: f.grid}.planned()
	if err != nil {
		return err
	}
	if f.budget > 0 {
		return errors.New("-budget: the grid paper has one unit of each kind; name -data, or plan -grid balanced")
	}
	var plans []*transfer.Plan
	for _, p := range grid {
		plan, err := transfer.PaperPlan(p)
		if err != nil {
			return err
		}
		plans = append(plans, plan)
	}
	var pace *sweep.Pace
	if f.rate > 0 {
		pace = sweep.FixedPace(f.rate, plans[0].WholeImage)
	}
	plan := sweep.NewPlan(plans, func(*transfer.Plan) bool { return false }, pace)
	return f.print(stdout, planned{plan: plan, timed: f.given()})
}

// given says where hours come from when nothing is timed.
func (f *planFlags) given() string {
	return fmt.Sprintf("at %g images a second of a whole net, others by their multiply-adds", f.rate)
}

// plan plans a grid on data, and times some of its nets.
func (f *planFlags) plan(c *cobra.Command, stdout, stderr io.Writer) error {
	ctx := c.Context()
	show := newProgress(stderr, isTerminal(stderr))
	o, err := f.prepare(c, stderr, show.event)
	if err != nil {
		return err
	}
	defer o.lab.Close()
	hit := func(p *transfer.Plan) bool { return o.store.Has(p.Key) }
	pace, timed, err := f.pace(ctx, o, hit, stderr)
	show.clear()
	if err != nil {
		return err
	}
	out := planned{plan: sweep.NewPlan(o.plans, hit, pace), timed: timed}
	if out.memory, err = peakMemory(); err != nil {
		return err
	}
	if f.budget > 0 && pace != nil {
		s := sweep.Afford(o.plans, hit, pace, f.budget.Seconds())
		out.subset = &s
		out.sd, out.sdFrom = f.spread(o, stderr)
	}
	return f.print(stdout, out)
}

// pace times what is to be trained, or takes the speed that was given. It is nil where there is nothing to train.
func (f *planFlags) pace(
	ctx context.Context,
	o *opened,
	hit func(*transfer.Plan) bool,
	stderr io.Writer,
) (*sweep.Pace, string, error) {
	if f.rate > 0 {
		return sweep.FixedPace(f.rate, o.plans[0].WholeImage), f.given(), nil
	}
	var todo []*transfer.Plan
	for _, p := range o.plans {
		if !hit(p) {
			todo = append(todo, p)
		}
	}
	nets := sweep.Sample(todo)
	if len(nets) == 0 {
		return nil, "", nil
	}
	var timings []transfer.Timing
	var names []string
	for i, n := range nets {
		fmt.Fprintf(stderr, "timing net %d of %d: %s\n", i+1, len(nets), n)
		t, err := o.lab.Time(ctx, n, f.calibration)
		if err != nil {
			return nil, "", err
		}
		timings, names = append(timings, t), append(names, n.String())
	}
	pace, err := sweep.NewPace(timings)
	return pace, fmt.Sprintf("from %v of each of %s on this machine (%d cores), a worker being a machine like it",
		f.calibration, strings.Join(names, ", "), runtime.NumCPU()), err
}

// spread is the standard deviation of a paired difference in points, and where it comes from.
func (f *planFlags) spread(o *opened, stderr io.Writer) (float64, string) {
	if f.sd > 0 {
		return f.sd, "as given by --sd"
	}
	all, _ := readable(stderr, o.store)
	var mine []transfer.Result
	for _, r := range all {
		if r.Experiment == o.lab.Experiment() {
			mine = append(mine, r)
		}
	}
	sd, df, err := sweep.Spread(mine)
	switch {
	case err != nil:
		return 2, fmt.Sprintf("assumed, as the store's results cannot be compared (%v); --sd gives another", err)
	case df == 0:
		return 2, "assumed, as the store has no two units of this experiment; --sd gives another"
	}
	return 100 * sd, fmt.Sprintf("of the %d results of this experiment in the store, %d degrees of freedom", len(mine),
		df)
}

// planned is a plan with what is said around it.
type planned struct {
	plan   sweep.Plan
	timed  string
	memory int64 // bytes; 0 where nothing was timed
	subset *sweep.Subset
	sd     float64 // points
	sdFrom string
}

// planRecord is the JSON form of a plan.
type planRecord struct {
	Grid         string           `json:"grid"`
	Nets         int              `json:"nets"`
	Hits         int              `json:"hits"`
	Misses       int              `json:"misses"`
	MultiplyAdds *big.Int         `json:"multiply_adds"` // of the misses: training, forward and backward, and tests
	Train        *big.Int         `json:"train_multiply_adds"`
	Test         *big.Int         `json:"test_multiply_adds"`
	Images       int64            `json:"images"` // seen in training
	Disk         int64            `json:"disk_bytes"`
	Pruned       int64            `json:"disk_bytes_after_gc"`
	Checkpoints  int64            `json:"checkpoint_bytes"` // of one worker
	Memory       *int64           `json:"memory_bytes"`     // most that the timing took; null where nothing was timed
	Hours        *float64         `json:"hours"`            // of one worker; null without a speed
	HoursLow     *float64         `json:"hours_low"`
	HoursHigh    *float64         `json:"hours_high"`
	Days         *float64         `json:"gpu_days"` // the same in days, with --images-per-second
	Cost         *float64         `json:"cost"`
	Critical     *float64         `json:"critical_hours"`
	Path         []string         `json:"critical_path"`
	Workers      []workloadRecord `json:"workers"`
	From         string           `json:"hours_from,omitempty"`
	Budget       *budgetRecord    `json:"budget,omitempty"`
}

type workloadRecord struct {
	Workers int     `json:"workers"`
	Hours   float64 `json:"hours"`
}

type budgetRecord struct {
	Hours     float64       `json:"hours"`
	Nets      []string      `json:"nets"`
	Left      int           `json:"nets_left_out"`
	SD        float64       `json:"sd_points"`
	SDFrom    string        `json:"sd_from"`
	Intervals []widthRecord `json:"intervals"`
}

type widthRecord struct {
	Quantity string   `json:"quantity"`
	N        int      `json:"n"`
	Units    int      `json:"units"`
	Of       int      `json:"of"`
	Width    *float64 `json:"width_points"` // null: no interval
}

func (f *planFlags) record(x planned) planRecord {
	p := x.plan
	r := planRecord{
		Grid:         f.grid,
		Nets:         p.Nets,
		Hits:         p.Hits,
		Misses:       p.Nets - p.Hits,
		MultiplyAdds: new(big.Int).Add(p.Train, p.Test),
		Train:        p.Train,
		Test:         p.Test,
		Images:       p.Images,
		Disk:         p.Disk,
		Pruned:       p.Parents,
		Checkpoints:  p.Checkpoints,
	}
	if x.memory > 0 {
		r.Memory = &x.memory
	}
	hours := func(seconds float64) *float64 {
		h := seconds / 3600
		return &h
	}
	if len(p.Jobs) > 0 {
		r.Hours, r.HoursLow, r.HoursHigh = hours(p.Hours.Value), hours(p.Hours.Low), hours(p.Hours.High)
		r.Critical, r.From = hours(p.Critical), x.timed
		if f.rate > 0 {
			days := *r.Hours / 24
			r.Days = &days
		}
		if f.price > 0 {
			cost := *r.Hours * f.price
			r.Cost = &cost
		}
		for _, n := range p.Chain {
			r.Path = append(r.Path, n.String())
		}
		for _, w := range p.ByWorkers {
			r.Workers = append(r.Workers, workloadRecord{w.Workers, w.Seconds / 3600})
		}
	}
	if s := x.subset; s != nil {
		b := budgetRecord{Hours: s.Seconds / 3600, Left: s.Left, SD: x.sd, SDFrom: x.sdFrom}
		for _, n := range s.Nets {
			b.Nets = append(b.Nets, n.String())
		}
		for _, k := range s.Known {
			w := widthRecord{Quantity: k.Name, N: k.Cut, Units: k.Units, Of: k.Of}
			if !math.IsInf(k.Width, 0) {
				points := k.Width * x.sd
				w.Width = &points
			}
			b.Intervals = append(b.Intervals, w)
		}
		r.Budget = &b
	}
	return r
}

func (f *planFlags) print(w io.Writer, x planned) error {
	r := f.record(x)
	if f.json {
		return json.NewEncoder(w).Encode(r)
	}
	return f.planTable(w, r)
}
