package sweep

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"

	"golang.org/x/sync/errgroup"
)

// Phase says how far a net of a run is.
type Phase string

// The phases. The last three are final, but the next run tries a failed net and
// its children again.
const (
	Waiting Phase = "waiting"
	Running Phase = "running"
	Stopped Phase = "stopped" // begun, with checkpoints, and no worker is at it
	Done    Phase = "done"    // it has a result, which may say that it diverged
	Failed  Phase = "failed"
	Blocked Phase = "blocked" // its parent diverged or failed
)

// Phases lists the phases in the order in which a summary counts them.
func Phases() []Phase { return []Phase{Done, Running, Stopped, Waiting, Failed, Blocked} }

// NetStatus is the state of a net of a run, as the store knows it.
type NetStatus struct {
	Member
	Phase     Phase            `json:"phase"`
	Result    *transfer.Result `json:"-"`
	Status    transfer.Status  `json:"status,omitempty"` // of the result
	Accuracy  *float64         `json:"accuracy"`         // null where there is none
	Step      int              `json:"step"`
	Loss      *float64         `json:"loss"` // of the last step that was reported
	Rate      float64          `json:"images_per_second,omitempty"`
	Worker    string           `json:"worker,omitempty"`    // who trains it
	Reason    string           `json:"reason,omitempty"`    // why it failed, diverged or is blocked
	Scheduler string           `json:"scheduler,omitempty"` // what the cluster's scheduler says
}

// Status is how far a run is.
type Status struct {
	Record
	Nets    []NetStatus
	Workers []WorkerState
	Counts  map[Phase]int
	Share   float64       // the fraction of the multiply-adds that is done, 0..1
	Left    time.Duration // until all is done, by the pace of the finished nets; 0 if unknown
}

// Finished says whether no net is left that could be trained.
func (s *Status) Finished() bool {
	return s.Counts[Waiting]+s.Counts[Running]+s.Counts[Stopped] == 0
}

// Reader reads the status of a run repeatedly. Finished nets are read once, as
// entries never change. It must be used by one goroutine at a time.
type Reader struct {
	store  *store.Store
	record Record
	done   map[string]NetStatus
	took   time.Duration // by the last Read
}

// NewReader makes a Reader for a run.
func NewReader(s *store.Store, r Record) *Reader {
	return &Reader{store: s, record: r, done: make(map[string]NetStatus)}
}

// Pause is how long to wait before the next Read: a second, or twenty times as long as the last one took, so that those
// who watch a large run, or a slow file system, take little of its time.
func (rd *Reader) Pause() time.Duration { return max(time.Second, 20*rd.took) }

// Read collects the status of the run from the store, its leases and the workers'
// files. It reads a few small files for each net that is not done.
func (rd *Reader) Read() (*Status, error) {
	began := time.Now()
	defer func() { rd.took = time.Since(began) }()
	r := rd.record
	st := &Status{Record: r, Counts: map[Phase]int{}}
	var err error
	if st.Workers, err = Workers(rd.store, r.ID); err != nil {
		return nil, err
	}
	live := map[transfer.Net]transfer.Progress{}
	at := map[transfer.Net]string{}
	for _, w := range st.Workers {
		for _, n := range w.Nets {
			live[n.Net], at[n.Net] = n, fmt.Sprintf("%s, process %d", w.Host, w.PID)
		}
	}
	nets := make(map[string]*NetStatus, len(r.Nets))
	if st.Nets, err = rd.nets(); err != nil {
		return nil, err
	}
	for i, m := range r.Nets { // parents come before their children
		n := &st.Nets[i]
		if p, ok := live[m.Net]; ok && n.Phase != Done {
			n.Phase, n.Step, n.Loss, n.Rate, n.Worker = Running, p.Step, &p.Loss, p.ImagesPerSecond, at[m.Net]
		}
		if parent := nets[m.Parent]; parent != nil && (n.Phase == Waiting || n.Phase == Stopped) && parent.barren() {
			n.Phase, n.Reason = Blocked, fmt.Sprintf("its parent %s %s: %s", parent.Net, parent.Word(), parent.Reason)
		}
		if nets[m.Key] = n; n.Phase == Done {
			rd.done[m.Key] = *n
		}
		st.Counts[n.Phase]++
	}
	st.estimate()
	return st, nil
}

// nets reads the status of each net by itself, several at a time: a file system far away takes its time for each.
func (rd *Reader) nets() ([]NetStatus, error) {
	all := make([]NetStatus, len(rd.record.Nets))
	var group errgroup.Group
	group.SetLimit(8)
	for i, m := range rd.record.Nets {
		if known, ok := rd.done[m.Key]; ok {
			all[i] = known
			continue
		}
		group.Go(func() error {
			all[i] = NetStatus{Member: m}
			if err := all[i].read(rd.store); err != nil {
				return fmt.Errorf("run %s, net %s: %w", rd.record.ID, m.Net, err)
			}
			return nil
		})
	}
	return all, group.Wait()
}

// read reads the status of one net.
func (n *NetStatus) read(s *store.Store) error {
	state, err := s.State(n.Key)
	if err != nil {
		return err
	}
	switch state.Status {
	case store.Stored:
		r, err := transfer.Lookup(s, n.Key)
		var broken *store.BrokenError
		switch {
		case errors.As(err, &broken) || errors.Is(err, store.ErrMissing):
			n.Phase = Waiting // set aside; it is computed again
			if broken != nil {
				n.Reason = broken.Error()
			}
			return nil
		case err != nil:
			return err
		}
		r.Net = n.Net
		n.Phase, n.Result, n.Status, n.Step, n.Reason = Done, &r, r.Status, n.Steps, r.Reason
		if r.Status == transfer.OK {
			n.Accuracy = &r.Accuracy
		}
	case store.Running:
		n.Phase, n.Worker, n.Step = Running, state.Holder.String(), state.Step
		if p, ok := transfer.ProgressOf(state.Holder); ok {
			n.Step, n.Loss = p.Step, &p.Loss
		}
	case store.Failed:
		n.Phase, n.Step, n.Reason = Failed, state.Step, state.Failure
	case store.Stopped:
		n.Phase, n.Step = Stopped, state.Step
	default:
		n.Phase = Waiting
	}
	return nil
}

// barren says that the net cannot become a parent: no child can be trained from it.
func (n *NetStatus) barren() bool {
	return n.Phase == Failed || n.Phase == Blocked || n.Phase == Done && !n.Result.HasWeights()
}

// Word is the phase or, for a result that is not OK, the result's status.
func (n *NetStatus) Word() string {
	if n.Phase == Done && n.Status != transfer.OK {
		return string(n.Status)
	}
	return string(n.Phase)
}

// estimate fills in Share and Left.
func (st *Status) estimate() {
	var all, done, paid, seconds float64
	for i, n := range st.Nets {
		cost := st.Record.Nets[i].Cost
		all += cost
		switch {
		case n.Phase == Done:
			done += cost
			if n.Result.HasWeights() {
				paid, seconds = paid+cost, seconds+n.Result.Seconds
			}
		case n.Phase == Blocked || n.Phase == Failed:
			done += cost
		case n.Steps > 0:
			done += cost * float64(min(n.Step, n.Steps)) / float64(n.Steps)
		}
	}
	if all > 0 {
		st.Share = done / all
	}
	if running := st.Counts[Running]; running > 0 && paid > 0 {
		st.Left = time.Duration(seconds / paid * (all - done) / float64(running) * float64(time.Second))
	}
}

// Summary is one line: "37 of 180 done, 2 running, 141 waiting".
func (s *Status) Summary() string {
	parts := []string{fmt.Sprintf("%d of %d done", s.Counts[Done], len(s.Nets))}
	for _, p := range Phases()[1:] {
		if s.Counts[p] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", s.Counts[p], p))
		}
	}
	return strings.Join(parts, ", ")
}
