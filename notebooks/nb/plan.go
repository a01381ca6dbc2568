package nb

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/sweep"
)

// calibration is how long each of up to three nets is timed, after compiling.
const calibration = 2 * time.Second

// Plan shows what a work will take: nets, multiply-adds, hours with their interval from some steps timed here, disk.
// Where the store has everything, it says so at once.
func (l *Lab) Plan(w Work) { must(l.plan(w, calibration)).show() }

func (l *Lab) plan(w Work, long time.Duration) (table, error) {
	if err := l.ready(); err != nil {
		return table{}, err
	}
	nets, err := l.nets(w)
	if err != nil {
		return table{}, err
	}
	plans, err := l.plans(nets)
	if err != nil {
		return table{}, err
	}
	hit := func(p *transfer.Plan) bool { return l.store.Has(p.Key) }
	pace, timed, err := l.pace(plans, hit, long)
	if err != nil {
		return table{}, err
	}
	p := sweep.NewPlan(plans, hit, pace)
	t := table{head: []string{"", ""}}
	row := func(what, format string, args ...any) {
		t.rows = append(t.rows, []string{what, fmt.Sprintf(format, args...)})
	}
	row("nets", "%d with the base nets they need: %d in the store, %d to train", p.Nets, p.Hits, p.Nets-p.Hits)
	if p.Nets == p.Hits {
		row("time", "none: lab.Run shows them at once")
		return t, nil
	}
	row("multiply-adds", "%s in training, %s in tests", sweep.Scientific(p.Train), sweep.Scientific(p.Test))
	row("images", "%d in training", p.Images)
	row("time", "%s for one worker (95%%: %s to %s)", sweep.Hours(p.Hours.Value/3600), sweep.Hours(p.Hours.Low/3600),
		sweep.Hours(p.Hours.High/3600))
	var chain []string
	for _, n := range p.Chain {
		chain = append(chain, n.String())
	}
	row("critical path", "%s: %s", sweep.Hours(p.Critical/3600), strings.Join(chain, ", then "))
	var workers []string
	for _, x := range p.ByWorkers {
		workers = append(workers, fmt.Sprintf("%d: %s", x.Workers, sweep.Hours(x.Seconds/3600)))
	}
	row("workers", "%s", strings.Join(workers, ", "))
	row("disk", "%s, of which %s stay where weights of nets that are nobody's parent are dropped",
		sweep.Megabytes(p.Disk), sweep.Megabytes(p.Parents))
	t.notes = []string{timed}
	return t, nil
}

// plans are those of nets and the parents that they need.
func (l *Lab) plans(nets []transfer.Net) ([]*transfer.Plan, error) {
	var plans []*transfer.Plan
	for _, n := range transfer.WithParents(nets) {
		p, err := l.lab.Plan(l.ctx, n)
		if err != nil {
			return nil, err
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// pace times what is to be trained; nil where nothing is.
func (l *Lab) pace(
	plans []*transfer.Plan,
	hit func(*transfer.Plan) bool,
	long time.Duration,
) (*sweep.Pace, string, error) {
	var todo []*transfer.Plan
	for _, p := range plans {
		if !hit(p) {
			todo = append(todo, p)
		}
	}
	nets := sweep.Sample(todo)
	if len(nets) == 0 {
		return nil, "", nil
	}
	trainer, err := l.trainer()
	if err != nil {
		return nil, "", err
	}
	defer trainer.Close()
	var timings []transfer.Timing
	var names []string
	for _, n := range nets {
		t, err := trainer.Time(l.ctx, n, long)
		if err != nil {
			return nil, "", err
		}
		timings, names = append(timings, t), append(names, n.String())
	}
	pace, err := sweep.NewPace(timings)
	return pace, fmt.Sprintf("Times from %v of each of %s on this machine (%d cores); multiply-adds, images and "+
		"disk are exact.", long, strings.Join(names, ", "), runtime.NumCPU()), err
}
