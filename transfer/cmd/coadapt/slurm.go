package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/sweep"
	"coadapt/transfer/sweep/slurm"

	"github.com/spf13/cobra"
)

// slurmFlags are the flags of run that speak to a scheduler, as typed.
type slurmFlags struct {
	on     string
	dry    bool
	memory string
	speed  float64 // images a second
	slurm.Options
}

func (f *slurmFlags) flags(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.on, "on", "", "slurm: give the nets to a cluster as job arrays, parents first, and return; "+
		"needs a store that its nodes share")
	fl.BoolVar(&f.dry, "dry-run", false, "with --on slurm: print the scripts and submit nothing")
	fl.StringVar(&f.Partition, "partition", "", "with --on slurm: partition (default: the cluster's)")
	fl.StringVar(&f.Account, "account", "", "with --on slurm: account that is charged")
	fl.StringVar(&f.QOS, "qos", "", "with --on slurm: quality of service")
	fl.StringVar(&f.Constraint, "constraint", "", "with --on slurm: features of the nodes, such as a100")
	fl.IntVar(&f.GPUs, "gpus", 0, "with --on slurm: GPUs of a task")
	fl.IntVar(&f.CPUs, "cpus", 0, "with --on slurm: cores of a task (default: the cluster's)")
	fl.DurationVar(&f.Time, "time", 0, "with --on slurm: time limit of a task, such as 4h; what is not done by then "+
		"is gone on with\n(default: one and a half times what coadapt plan says for this machine, and ten minutes)")
	fl.StringVar(&f.memory, "memory", "", "with --on slurm: memory of a task, such as 8G (default: one and a "+
		"quarter times what timing for --time took, and 512 MiB;\nwithout that, the cluster's)")
	fl.Float64Var(&f.speed, "images-per-second", 0,
		"with --on slurm: training speed of a whole net on a node, for --time, instead of timing this machine")
	fl.IntVar(&f.Group, "group", 0,
		"with --on slurm: nets of a task (default: one, or as many as the cluster's limits ask for)")
	fl.IntVar(&f.MaxArray, "max-array", 0,
		"with --on slurm: tasks of a job array (default: as many as the cluster allows)")
	fl.IntVar(&f.MaxRunning, "max-running", 0, "with --on slurm: tasks of a job array that run at once (default: all)")
	fl.StringArrayVar(&f.Extra, "sbatch", nil,
		"with --on slurm: one more option of sbatch, such as --sbatch=--exclusive; may be given again")
}

// schedulerOnly are the flags that mean nothing without -on slurm.
func schedulerOnly() []string {
	return []string{
		"dry-run",
		"partition",
		"account",
		"qos",
		"constraint",
		"gpus",
		"cpus",
		"time",
		"memory",
		"images-per-second",
		"group",
		"max-array",
		"max-running",
		"sbatch",
	}
}

// check says what is wrong with the flags; it fills in the options.
func (f *slurmFlags) check(c *cobra.Command) error {
	if f.on == "" {
		for _, name := range schedulerOnly() {
			if c.Flags().Changed(name) {
				return fmt.Errorf("-%s: only with -on slurm", name)
			}
		}
		return nil
	}
	if f.on != "slurm" {
		return fmt.Errorf("-on %q: want slurm, or leave it out to train on this machine", f.on)
	}
	if f.speed < 0 || f.speed == 0 && c.Flags().Changed("images-per-second") {
		return fmt.Errorf("-images-per-second %v: want a number above 0", f.speed)
	}
	if f.memory != "" {
		n, err := parseBytes(f.memory)
		if err != nil {
			return fmt.Errorf("-memory %q: want a number of bytes above 0 with K, M, G or T, such as 8G", f.memory)
		}
		f.Memory = n
	}
	return nil
}

// parseBytes reads a size: a whole number with K, M, G or T for powers of 1024.
func parseBytes(text string) (int64, error) {
	shift := map[string]int{"K": 10, "M": 20, "G": 30, "T": 40}[strings.ToUpper(text[len(text)-1:])]
	if shift > 0 {
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (n < 1 || n > 1<<62>>shift) {
		err = strconv.ErrRange
	}
	return n << shift, err
}

// submit gives the nets of a run that are not done to the cluster, or prints what it would give.
func (f *runFlags) submit(c *cobra.Command, stdout, stderr io.Writer) error {
	ctx := c.Context()
	show := newProgress(stderr, isTerminal(stderr))
	o, err := f.prepare(c, stderr, show.event)
	if err != nil {
		return err
	}
	show.clear()
	defer o.lab.Close()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	site, warnings, missing := slurm.Check(ctx, f.Partition, program, o.store.Dir(), o.record.Dir)
	if missing != nil && !f.dry {
		return missing
	}
	run := sweep.Folder(o.store, o.record.ID)
	var has map[string]slurm.TaskState
	if missing == nil {
		if has, err = f.before(ctx, run); err != nil {
			return err
		}
	}
	levels, todo, err := o.levels(has)
	if err != nil {
		return err
	}
	if todo == 0 {
		_, err := fmt.Fprintf(stdout,
			"run %s: nothing to submit, all of its %d nets are done or with the scheduler; coadapt status %s tells\n",
			o.record.ID, len(o.record.Nets), o.record.ID)
		return err
	}
	if err := f.foresee(ctx, o, levels, stderr); err != nil {
		return err
	}
	options, notes := site.Fit(levels, f.Options)
	options.Dir, options.Env = o.record.Dir, passedOn()
	for _, n := range append(warnings, notes...) {
		fmt.Fprintln(stderr, "note:", n)
	}
	s, err := slurm.New(f.taskCommand(c, program, o.record.ID), levels, options)
	if err != nil {
		return err
	}
	if f.dry {
		if missing != nil {
			fmt.Fprintf(stderr, "note: %v; the cluster's limits are not known\n", missing)
		}
		return printScripts(stdout, s)
	}
	if err := o.record.Save(o.store); err != nil {
		return err
	}
	if err := s.Save(run); err != nil {
		return err
	}
	id := o.record.ID
	if err := s.Submit(ctx); err != nil {
		if s.Jobs[0].ID == "" { // another try may come with other options
			return errors.Join(err, s.Cancel(context.WithoutCancel(ctx)))
		}
		return fmt.Errorf("%w: by the same command; coadapt stop %s cancels", err, id)
	}
	_, err = fmt.Fprintf(stdout, "run %s: %d of %d nets are given to Slurm as %s\n"+
		"  coadapt status %s --watch    how far it is\n  coadapt logs --run %s        what its tasks print\n  coadapt "+
		"stop %s             cancel; what is begun keeps a checkpoint\n",
		id, todo, len(o.record.Nets), jobNumbers(s), id, id, id)
	return err
}

// before goes on with submissions of the run that were interrupted, and says what the scheduler has of it.
func (f *runFlags) before(ctx context.Context, run string) (map[string]slurm.TaskState, error) {
	all, err := slurm.List(run)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Cancelled || f.dry {
			continue
		}
		if err := s.Submit(ctx); err != nil {
			return nil, err
		}
	}
	return slurm.Nets(ctx, run)
}

func printScripts(w io.Writer, s *slurm.Submission) error {
	for i, text := range s.Scripts() {
		if _, err := fmt.Fprintf(w, "# %s: %d tasks of level %d\n%s\n", s.Jobs[i].Script, s.Jobs[i].Count,
			s.Jobs[i].Level, text); err != nil {
			return err
		}
	}
	return nil
}

func jobNumbers(s *slurm.Submission) string {
	var ids []string
	for _, j := range s.Jobs {
		ids = append(ids, fmt.Sprintf("job %s (%s, %d tasks)", j.ID, j.Name, j.Count))
	}
	return strings.Join(ids, ", ")
}

// taskCommand is this command for one task of an array: the same experiment, but nets that the script names, of the run
// it joins.
func (f *runFlags) taskCommand(c *cobra.Command, program, id string) []string {
	drop := append(schedulerOnly(), "on", "detach", "json", "csv", "grid", "nets", "splits", "seeds", "conditions",
		"cuts")
	return append([]string{program}, append(commandLine(c, drop...), "--join="+id)...)
}

// passedOn are the variables that say where things are, for nodes on which jobs do not inherit the environment.
func passedOn() (env []string) {
	for _, name := range []string{home.EnvHome, home.EnvRoot, home.EnvStore, "PJRT_PLUGIN_LIBRARY_PATH",
		"GOMLX_BACKEND", "GOMLX_NO_AUTO_INSTALL", "XLA_FLAGS"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// foresee fills in what each task will take, as coadapt plan says it, where no time limit is given.
func (f *runFlags) foresee(ctx context.Context, o *opened, levels []slurm.Level, stderr io.Writer) error {
	if f.Time > 0 {
		return nil
	}
	plan := planFlags{experimentFlags: f.experimentFlags, rate: f.speed, calibration: 3 * time.Second}
	pace, _, err := plan.pace(ctx, o, func(p *transfer.Plan) bool { return o.store.Has(p.Key) }, stderr)
	if err != nil || pace == nil {
		return err
	}
	var memory int64
	if f.speed == 0 { // something was trained here
		if memory, err = peakMemory(); err != nil {
			return err
		}
	}
	times := map[string]time.Duration{}
	for _, p := range o.plans {
		times[p.Net.String()] = time.Duration((pace.Seconds(p) + pace.Compile) * float64(time.Second))
	}
	for _, l := range levels {
		for i := range l.Tasks {
			l.Tasks[i].Time, l.Tasks[i].Memory = times[l.Tasks[i].Nets[0]], memory
		}
	}
	return nil
}

// levels are the nets to submit, each a task: not what is done or cannot be, nor what the scheduler has.
func (o *opened) levels(has map[string]slurm.TaskState) (levels []slurm.Level, todo int, err error) {
	st, err := sweep.NewReader(o.store, o.record).Read()
	if err != nil {
		return nil, 0, err
	}
	level, done := map[string]int{}, map[string]bool{}
	for i, n := range st.Nets { // parents stand before their children
		parent := o.record.Nets[i].Parent
		if up, ok := level[parent]; ok {
			level[n.Key] = up + 1
		}
		at := level[n.Key]
		level[n.Key], done[n.Key] = at, n.Phase == sweep.Done
		// A child of one that failed may yet be, of one that diverged it cannot.
		if done[n.Key] || n.Phase == sweep.Blocked && done[parent] || has[n.Net.String()].State.Live() {
			continue
		}
		for len(levels) <= at {
			levels = append(levels, slurm.Level{})
		}
		levels[at].Tasks = append(levels[at].Tasks, slurm.Task{Nets: []string{n.Net.String()}})
		todo++
	}
	return levels, todo, nil
}
