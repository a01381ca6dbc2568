package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
	"coadapt/transfer/sweep/slurm"
)

// scheduler adds to the state of a run what the cluster's scheduler says of its nets.
type scheduler struct {
	run   string // folder
	asked time.Time
	nets  map[string]slurm.TaskState
	fault error
}

func newScheduler(s *store.Store, r sweep.Record) *scheduler {
	return &scheduler{run: sweep.Folder(s, r.ID)}
}

// askEvery is how often it is asked: controllers of large sites have enough to do.
const askEvery = 5 * time.Second

// merge fills in Scheduler of the nets that are not done. Where the scheduler
// cannot be asked, as on a machine that only sees the store, it says that.
func (s *scheduler) merge(ctx context.Context, st *sweep.Status) {
	if s.asked.IsZero() || time.Since(s.asked) >= askEvery {
		s.nets, s.fault = slurm.Nets(ctx, s.run)
		s.asked = time.Now()
	}
	if s.fault != nil {
		all, err := slurm.List(s.run)
		if err != nil || len(all) == 0 {
			return
		}
	}
	for i := range st.Nets {
		n := &st.Nets[i]
		if n.Phase == sweep.Done {
			continue
		}
		if t, ok := s.nets[n.Net.String()]; ok {
			n.Scheduler = t.String()
			if t.ID != "" {
				n.Scheduler = fmt.Sprintf("job %s %s", t.ID, t)
			}
		} else if s.fault != nil {
			n.Scheduler = "Slurm does not answer here"
		}
	}
}

// live says that tasks of the run wait or run.
func (s *scheduler) live() bool {
	for _, t := range s.nets {
		if t.State.Live() {
			return true
		}
	}
	return false
}

// cancelJobs takes the run's tasks from the scheduler, where it was given to one.
func cancelJobs(ctx context.Context, s *store.Store, r sweep.Record) error {
	all, err := slurm.List(sweep.Folder(s, r.ID))
	if err != nil {
		return err
	}
	for _, sub := range all {
		if sub.Cancelled {
			continue
		}
		if err := sub.Cancel(ctx); err != nil {
			return err
		}
	}
	return nil
}

// taskLogs prints what the tasks of the run's last submission printed; ok is false where there is none.
func taskLogs(w io.Writer, s *store.Store, r sweep.Record) (ok bool, err error) {
	all, err := slurm.List(sweep.Folder(s, r.ID))
	if err != nil || len(all) == 0 {
		return false, err
	}
	logs, err := all[len(all)-1].Logs()
	if err != nil {
		return true, err
	}
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err == nil {
			_, err = fmt.Fprintf(w, "== %s\n%s", name, text)
		}
		if err != nil {
			return true, err
		}
	}
	return true, nil
}
