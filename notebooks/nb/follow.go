package nb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coadapt/transfer/sweep"
)

// follow shows the run until all its nets came to an end, and has somebody work on it all the while. The status is
// never nil.
func (r *background) follow() (*sweep.Status, error) {
	l := r.lab
	asked := sweep.Asked(l.store, r.record.ID)
	var started chan error // by the run that this cell starts
	begin := func() {
		started = make(chan error, 1)
		go func() { started <- l.start(r.record) }()
	}
	tick := time.NewTicker(refresh / 2)
	defer tick.Stop()
	done, joined := -1, false // nets, when the run was last started; somebody else's run
	st, err := r.read()
	for {
		switch {
		case err != nil:
			return &sweep.Status{Record: r.record}, err
		case r.over(st, started == nil && (done >= 0 || joined)):
			return st, nil
		case started == nil && len(st.Workers) == 0: // nobody is at work
			if sweep.Asked(l.store, r.record.ID) != asked {
				return st, errStopped
			}
			if done >= 0 {
				said := r.lastWords()
				r.died++
				if r.died > 1 && st.Counts[sweep.Done] == done {
					return st,
						fmt.Errorf("the run in the background ended twice before its time; the last it said: %s", said)
				}
				r.notes = append(r.notes,
					"a run in the background ended before its time and was started again; the last it said: "+said)
			}
			done = st.Counts[sweep.Done]
			begin()
		}
		joined = joined || len(st.Workers) > 0
		r.draw(st, started != nil)
		select {
		case <-l.ctx.Done():
			return st, r.interrupted(started)
		case e := <-started:
			if started = nil; e != nil {
				return st, e
			}
		case <-tick.C:
		}
		st, err = r.read()
	}
}

// over says that no net is left. Nets that failed in an earlier run are tried again by one of this cell.
func (r *background) over(st *sweep.Status, tried bool) bool {
	return st.Finished() && (tried && len(st.Workers) == 0 || st.Counts[sweep.Done] == len(st.Nets))
}

// draw shows where the run is.
func (r *background) draw(st *sweep.Status, starting bool) {
	l := r.lab
	results := r.results(st)
	if l.live.redraw() {
		if png, err := soFar(results); err == nil { // a curve without its base yet is no error
			l.live.picture(png)
		}
	}
	f := frame{share: st.Share, done: st.Counts[sweep.Done], total: len(st.Nets), left: st.Left}
	for _, w := range st.Workers {
		if w.Said != "" && len(w.Nets) == 0 {
			f.lines = append(f.lines, w.Said)
		}
	}
	running := 0
	for _, n := range st.Nets {
		if n.Phase != sweep.Running {
			continue
		}
		if running++; running > 4 {
			continue // a worker trains one at a time; more are elsewhere
		}
		line := fmt.Sprintf("%s: step %d of %d", n.Net, n.Step, n.Steps)
		if n.Loss != nil && *n.Loss > 0 {
			line += fmt.Sprintf(", loss %.2f", *n.Loss)
		}
		if n.Rate > 0 {
			line += fmt.Sprintf(", %.0f images/s", n.Rate)
		}
		f.lines = append(f.lines, line)
	}
	if starting && len(st.Workers) == 0 {
		f.lines = append(f.lines, "starting the run in the background")
	}
	f.lines = append(f.lines, append(notNumbers(results), r.notes...)...)
	f.lines = append(f.lines, fmt.Sprintf("as of %s. The run %s is in the background and goes on without this page; "+
		"running the cell again shows where it is.",
		time.Now().Format("15:04:05"), r.record.ID))
	l.live.draw(f)
}

// lastWords is the last line that the run printed.
func (r *background) lastWords() string {
	text, err := sweep.Output(r.lab.store, r.record.ID)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); err == nil && last != "" {
		return last
	}
	return "nothing"
}

// interrupted leaves the run going, or stops it as the lab was told, and says so. started is nil where this cell is
// not just starting it.
func (r *background) interrupted(started chan error) error {
	id := r.record.ID
	if started != nil {
		select {
		case err := <-started: // while it was built, or as the lab was told
			if err != nil {
				return err
			}
		case <-time.After(patience / 3):
		}
	}
	if !r.lab.set.stop {
		return fmt.Errorf("interrupted; the run %s goes on in the background: lab.Stop() in a cell ends it, as does "+
			"`coadapt stop %s`, and this cell shows it again", id, id)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience/2)
	defer cancel()
	err := r.lab.halt(ctx, id)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("interrupted; the run %s finishes its step, keeps a checkpoint and ends: this cell goes on "+
			"from there when it is run again", id)
	case err != nil:
		return err
	}
	return fmt.Errorf("interrupted, and the run %s stopped: this cell goes on from there when it is run again", id)
}
