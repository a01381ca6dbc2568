package slurm

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Submit gives the arrays that have no ID yet to the scheduler. After an
// interruption or a refusal it goes on where it was, and submits nothing twice.
// Each array waits for all arrays of the level before to end. If ctx ends, the
// array that is being submitted is submitted still.
func (s *Submission) Submit(ctx context.Context) error {
	return s.locked(func() error {
		if s.Cancelled {
			return fmt.Errorf("slurm: %s was cancelled; make a new submission", s.dir)
		}
		for i := range s.Jobs {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("slurm: %d of %d job arrays are submitted, and the others when it is tried again: %w",
					i, len(s.Jobs), err)
			}
			if s.Jobs[i].ID != "" {
				continue
			}
			if err := s.submit(context.WithoutCancel(ctx), i); err != nil {
				return fmt.Errorf("%w; %d of %d job arrays are submitted, and the others when it is tried again", err,
					i, len(s.Jobs))
			}
		}
		return nil
	})
}

func (s *Submission) submit(ctx context.Context, i int) error {
	j := &s.Jobs[i]
	if !j.Tried.IsZero() { // it is unknown how that ended
		id, err := find(ctx, j.Name)
		if err != nil {
			return err
		}
		if id != "" {
			j.ID = id
			return s.record()
		}
	}
	j.Tried = time.Now().UTC()
	if err := s.record(); err != nil {
		return err
	}
	args := []string{"--parsable", "--chdir=" + s.dir}
	if wait := s.before(j.Level); len(wait) > 0 {
		args = append(args, "--dependency=afterany:"+strings.Join(wait, ":"))
	}
	out, err := ask(ctx, s.dir, overrides(s.scripts[i]), "sbatch", append(args, j.Script)...)
	if err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a cluster's name may follow
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return fmt.Errorf("slurm: sbatch of %s said %q, want the number of a job", j.Script, out)
	}
	j.ID = id
	return s.record()
}

// before lists the IDs of the jobs in the last earlier level that has any.
func (s *Submission) before(level int) (ids []string) {
	last := -1
	for _, j := range s.Jobs {
		if j.Level < level {
			last = max(last, j.Level)
		}
	}
	for _, j := range s.Jobs {
		if j.Level == last {
			ids = append(ids, j.ID)
		}
	}
	return ids
}

// find is the ID of the job with this name; "" if the scheduler knows none.
func find(ctx context.Context, name string) (string, error) {
	out, err := ask(ctx, "", nil, "squeue", "--noheader", "--all", "--states=all", "--name="+name,
		"--Format=ArrayJobID:\t")
	if err != nil {
		return "", err
	}
	if ids := strings.Fields(out); len(ids) > 0 {
		return ids[0], nil
	}
	out, ok, err := account(ctx, "--name="+name, "--format=JobID")
	if err != nil || !ok {
		return "", err
	}
	for line := range strings.Lines(out) {
		id, _, _ := strings.Cut(strings.TrimSpace(line), "_")
		return id, nil
	}
	return "", nil
}

// Cancel cancels all jobs that have not ended, and so ends the submission. Programs
// that run keep their checkpoints. Jobs that wait for others are cancelled first, so
// that none starts because another has ended.
func (s *Submission) Cancel(ctx context.Context) error {
	return s.locked(func() error {
		s.Cancelled = true
		if err := s.record(); err != nil {
			return err
		}
		for i := len(s.Jobs) - 1; i >= 0; i-- {
			j := &s.Jobs[i]
			if j.ID == "" && !j.Tried.IsZero() {
				id, err := find(ctx, j.Name)
				if err != nil {
					return err
				}
				j.ID = id
			}
			if j.ID == "" {
				continue
			}
			if err := s.cancel(ctx, *j); err != nil {
				return err
			}
		}
		return s.record()
	})
}

// cancel cancels the live tasks of a job.
func (s *Submission) cancel(ctx context.Context, j Job) error {
	// By name, too: the scheduler may have given the number to another job.
	_, refused := ask(ctx, "", nil, "scancel", "--name="+j.Name, j.ID)
	if refused == nil {
		return nil
	}
	// scancel fails for jobs that have ended.
	tasks, err := s.Tasks(ctx)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if id, _, _ := strings.Cut(t.ID, "_"); id == j.ID && t.State.Live() && t.Reason != completing {
			return refused
		}
	}
	return nil
}
