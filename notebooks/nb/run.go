package nb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/sweep"
)

// Run returns the results of a work, in its order, and has what the store lacks trained by a run in the background,
// which it starts or, where one is at work already, joins. Meanwhile the cell shows a bar, an estimate and the figure
// as it fills in; in the end one line is left. The run belongs to no cell: it goes on when the browser is closed, the
// cell interrupted or the kernel restarted, and the same cell shows it again. See [StopOnInterrupt] and [Lab.Stop].
// Where the store has everything, neither run nor backend is started.
//
// Nets that diverged, failed or are blocked by one that did are among the results, as what they are; the line names
// them.
func (l *Lab) Run(w Work) []transfer.Result { return must(l.run(w)) }

func (l *Lab) run(w Work) ([]transfer.Result, error) {
	l.live.start()
	if err := l.ready(); err != nil {
		return nil, err
	}
	r, err := l.newRun(w)
	if err != nil {
		return nil, err
	}
	st, err := r.read()
	if err != nil {
		return nil, err
	}
	r.hits = st.Counts[sweep.Done]
	if r.hits < len(st.Nets) { // failed nets are tried again
		if err := r.record.Save(l.store); err != nil {
			return nil, err
		}
		st, err = r.follow()
		r.trained = st.Counts[sweep.Done] - r.hits
		if err = r.full(st, err); err != nil {
			l.live.end(fmt.Sprintf("%s, from the run %s in the background", st.Summary(), r.record.ID))
			return nil, err
		}
	}
	results := r.results(st)
	l.live.end(r.last(results)...)
	return results, nil
}

// background is a run of the nets of a cell.
type background struct {
	lab    *Lab
	nets   []transfer.Net // asked for
	record sweep.Record   // with the parents
	reader *sweep.Reader
	hits   int // nets that were there before, parents among them
	died   int // how often the run ended before its time
	notes  []string

	trained int // nets that came to a result
}

func (l *Lab) newRun(w Work) (*background, error) {
	nets, err := l.nets(w)
	if err != nil {
		return nil, err
	}
	plans, err := l.plans(nets)
	if err != nil {
		return nil, err
	}
	// A reader of runs wants parents before their children, however they were named.
	slices.SortStableFunc(plans, func(a, b *transfer.Plan) int {
		return rank(a.Net) - rank(b.Net)
	})
	name, _, _ := strings.Cut(l.source.Name(), ".")
	r := &background{lab: l, nets: nets, record: sweep.NewRecord(notebookGrid, name, l.lab.Experiment(), plans)}
	r.record.Command, r.record.Dir = l.command(r.record), l.home.Root
	r.reader = sweep.NewReader(l.store, r.record)
	return r, nil
}

// notebookGrid is what runs of notebooks have for the name of a grid.
const notebookGrid = "notebook"

func rank(n transfer.Net) int {
	if n.Treatment == transfer.Base {
		return 0
	}
	return 1
}

func (r *background) read() (*sweep.Status, error) { return r.reader.Read() }

// results are those of the nets asked for that came to an end, in their order.
func (r *background) results(st *sweep.Status) []transfer.Result {
	at := map[transfer.Net]sweep.NetStatus{}
	for _, n := range st.Nets {
		at[n.Net] = n
	}
	var out []transfer.Result
	for _, n := range r.nets {
		s, ok := at[n], false
		result := transfer.Result{Net: n, Key: s.Key, Reason: s.Reason, Data: r.lab.source.Name(),
			Arch: r.lab.config.Arch.Name}
		switch s.Phase {
		case sweep.Done:
			result, ok = *s.Result, true
		case sweep.Failed:
			result.Status, ok = transfer.Failed, true
		case sweep.Blocked:
			result.Status, ok = transfer.Blocked, true
		}
		if ok {
			result.Net, result.Experiment = n, r.lab.lab.Experiment()
			out = append(out, result)
		}
	}
	return out
}

// last is what stays in the cell.
func (r *background) last(results []transfer.Result) []string {
	v := &r.lab.live
	line := fmt.Sprintf("%s, all from the store", count(len(results)))
	if r.hits < len(r.record.Nets) {
		line = fmt.Sprintf("%s: %d trained now, with the base nets they need, %d from the store, in %s",
			count(len(results)), r.trained, r.hits, time.Since(v.began).Round(100*time.Millisecond))
	}
	return append([]string{line}, append(notNumbers(results), r.notes...)...)
}

// notNumbers names the nets that are in no mean, a line a status and reason; of what many nets are alike in (not
// trained, blocked), the reasons stand below figures.
func notNumbers(results []transfer.Result) []string {
	var lines []string
	at := map[string]int{}
	for _, x := range results {
		if x.Status == transfer.OK {
			continue
		}
		says := string(x.Status)
		if x.Status == transfer.Diverged || x.Status == transfer.Failed {
			says += " (" + x.Reason + ")"
		}
		if i, ok := at[says]; ok {
			lines[i] += ", " + x.Net.String()
			continue
		}
		at[says] = len(lines)
		lines = append(lines, "in no mean, "+says+": "+x.Net.String())
	}
	return lines
}

// errStopped says that somebody else had the run stop.
var errStopped = errors.New("the run in the background was stopped: what is finished and the steps of the others are " +
	"kept, and this cell goes on from there when it is run again")

func count(nets int) string {
	if nets == 1 {
		return "1 net"
	}
	return fmt.Sprint(nets, " nets")
}
