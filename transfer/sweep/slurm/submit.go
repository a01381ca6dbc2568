package slurm

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Submit gives the arrays to the scheduler, those that do not have an ID yet:
// interrupted, or refused half way, it goes on where it was, and nothing is
// submitted twice. Each array of a level waits for all of the level before to
// end. Where ctx ends, the array that is being submitted still is.
func (s *Submission) Submit(ctx context.Context) error {
	return s.locked(func() error {
		if s.Cancelled {
			return fmt.Errorf("slurm: %s was cancelled; make a new submission", s.dir)
		}
		for i := range s.Jobs {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("slurm: %d of %d job arrays are submitted, and the others when it is tried again: %w", i, len(s.Jobs), err)
			}
			if s.Jobs[i].ID != "" {
				continue
			}
			if err := s.submit(context.WithoutCancel(ctx), i); err != nil {
				return fmt.Errorf("%w; %d of %d job arrays are submitted, and the others when it is tried again", err, i, len(s.Jobs))
			}
		}
		return nil
	})
}

func (s *Submission) submit(ctx context.Context, i int) error {
	j := &s.Jobs[i]
	if !j.Tried.IsZero() { // and nobody knows how that ended
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

// before are the jobs of the last level before this one that has any.
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

// find is the ID of the job with a name, "" where the scheduler knows none.
func find(ctx context.Context, name string) (string, error) {
	out, err := ask(ctx, "", nil, "squeue", "--noheader", "--all", "--states=all", "--name="+name, "--Format=ArrayJobID:\t")
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

// Cancel takes all jobs from the scheduler that are not at their end, those
// that run with their programs, which keep what they have. The submission is
// over with it. Jobs that wait for others go first, so that none is let loose by it.
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

// cancel cancels what is live of a job.
func (s *Submission) cancel(ctx context.Context, j Job) error {
	// The name too: a number may have become another's job.
	_, refused := ask(ctx, "", nil, "scancel", "--name="+j.Name, j.ID)
	if refused == nil {
		return nil
	}
	// It refuses jobs that are at their end.
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
