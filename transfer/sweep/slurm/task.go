package slurm

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Task is what one task of a job array trains, one net after the other or
// beside each other, as the command does it.
type Task struct {
	Nets   []string      // by their names, at least one
	Time   time.Duration // that they take, by the plan; 0 where nothing is known
	Memory int64         // bytes that they need, by the plan; 0 where nothing is known
}

// Level is tasks whose parents are all in the levels before.
type Level struct{ Tasks []Task }

// Group puts up to n tasks that follow each other into one: fewer jobs, and
// fewer starts of the program, at the price of nets that wait for each other. An
// n below 2 changes nothing.
func Group(tasks []Task, n int) []Task {
	if n < 2 {
		return tasks
	}
	var out []Task
	for i, t := range tasks {
		if i%n == 0 {
			out = append(out, Task{})
		}
		g := &out[len(out)-1]
		known := i%n == 0 || g.Time > 0
		g.Nets = append(g.Nets, t.Nets...)
		g.Memory = max(g.Memory, t.Memory)
		if g.Time += t.Time; !known || t.Time <= 0 {
			g.Time = 0 // the sum of what is not known
		}
	}
	return out
}

// Options are what is asked of the scheduler. Texts and numbers that are zero
// are left to the cluster, or to the plan.
type Options struct {
	Name       string // of the jobs, of letters, digits, dot, dash and underscore; "" is coadapt
	Partition  string
	Account    string
	QOS        string
	Constraint string        // features of the nodes, such as a100|h100
	GPUs       int           // of a task
	CPUs       int           // of a task
	Time       time.Duration // limit of every task; 0: one and a half times what the plan says, and ten minutes
	Memory     int64         // bytes of every task; 0: one and a quarter times what the plan says, and 512 MiB
	MaxTime    time.Duration // no limit is above it, as tasks go on after theirs; see Site
	MaxArray   int           // tasks of an array, more become several arrays; 0 is 1001, the cluster's default; see Site
	MaxRunning int           // tasks of an array at once
	Group      int           // tasks that are put into one, see the function
	Grace      time.Duration // from the signal to the time limit; 0 is two minutes. The first step of a large net takes that long to compile
	Requeues   int           // starts of a task after which it is not requeued by its script; 0 is 100
	Retries    int           // starts of a task after which it is not requeued where its program was killed; 0 is 3, below 0 none
	Extra      []string      // more options of sbatch, each as one word such as --mail-type=END
	Dir        string        // where the command runs: an absolute path that the nodes see
	Env        []string      // NAME=value, set for the command
}

const (
	defaultArray    = 1001
	defaultGrace    = 2 * time.Minute
	defaultRequeues = 100
	defaultRetries  = 3
)

// own are the options of sbatch that Extra cannot set, for what the scripts rely on.
var own = []string{"--array", "-a", "--dependency", "-d", "--job-name", "-J", "--output", "-o", "--error", "-e", "--chdir", "-D",
	"--open-mode", "--requeue", "--no-requeue", "--signal", "--parsable", "--wrap", "--test-only", "--wait", "-W"}

// check says what is wrong with a request, and fills in defaults.
func (o *Options) check(command []string, levels []Level) error {
	if len(command) == 0 || command[0] == "" {
		return errors.New("slurm: no command to run")
	}
	if o.Name == "" {
		o.Name = "coadapt"
	}
	if strings.Trim(o.Name, letters+".-_") != "" {
		return fmt.Errorf("slurm: job name %q: want letters, digits, dots, dashes and underscores", o.Name)
	}
	for _, v := range append([]string{o.Partition, o.Account, o.QOS, o.Constraint}, o.Extra...) {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 127 }) {
			return fmt.Errorf("slurm: option %q: a script's options cannot hold line breaks or other control characters", v)
		}
	}
	for _, v := range o.Extra {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(v, "-") || strings.ContainsAny(name, " '\"") {
			return fmt.Errorf("slurm: option %q: want one word such as --mail-type=END or --exclusive", v)
		}
		for _, s := range own {
			if name == s || len(s) == 2 && strings.HasPrefix(name, s) && !strings.HasPrefix(name, "--") {
				return fmt.Errorf("slurm: option %s: the scripts set it themselves", v)
			}
		}
	}
	for _, v := range o.Env {
		if name, _, ok := strings.Cut(v, "="); !ok || name == "" || strings.Trim(name, letters+"_") != "" || strings.Contains(v, "\x00") {
			return fmt.Errorf("slurm: environment %q: want NAME=value", v)
		}
	}
	if o.Dir != "" && !filepath.IsAbs(o.Dir) {
		return fmt.Errorf("slurm: folder %q of the command: want an absolute path", o.Dir)
	}
	for _, v := range append([]string{o.Dir}, command...) {
		if strings.Contains(v, "\x00") {
			return fmt.Errorf("slurm: %q: no command can hold a zero byte", v)
		}
	}
	for _, n := range []struct {
		what  string
		value int64
	}{{"GPUs", int64(o.GPUs)}, {"CPUs", int64(o.CPUs)}, {"time", int64(o.Time)}, {"memory", o.Memory}, {"tasks of an array", int64(o.MaxArray)},
		{"tasks at once", int64(o.MaxRunning)}, {"nets of a task", int64(o.Group)}, {"grace", int64(o.Grace)}, {"requeues", int64(o.Requeues)}} {
		if n.value < 0 {
			return fmt.Errorf("slurm: %s %d: want 0 or more", n.what, n.value)
		}
	}
	o.MaxArray = orElse(o.MaxArray, defaultArray)
	o.Grace = orElse(o.Grace, defaultGrace)
	o.Requeues = orElse(o.Requeues, defaultRequeues)
	o.Retries = orElse(o.Retries, defaultRetries)
	for i, l := range levels {
		for _, t := range l.Tasks {
			if len(t.Nets) == 0 {
				return fmt.Errorf("slurm: level %d has a task without nets", i)
			}
			for _, n := range t.Nets {
				if n == "" || strings.ContainsFunc(n, func(r rune) bool { return r <= ' ' || r == 127 || r == ',' }) {
					return fmt.Errorf("slurm: net %q: a name cannot hold commas, blanks or line breaks", n)
				}
			}
		}
	}
	return nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func orElse[T int | time.Duration](v, zero T) T {
	if v == 0 {
		return zero
	}
	return v
}

// limit is the time that tasks are given, in whole minutes as Slurm counts; 0
// leaves it to the cluster.
func (o *Options) limit(tasks []Task) (time.Duration, error) {
	t := o.Time
	if t == 0 {
		var most time.Duration
		for _, task := range tasks {
			if task.Time <= 0 {
				most = 0
				break
			}
			most = max(most, task.Time)
		}
		if most == 0 {
			return 0, nil
		}
		t = most*3/2 + 10*time.Minute
	}
	t = (t + time.Minute - 1).Truncate(time.Minute)
	if o.MaxTime > 0 {
		t = min(t, o.MaxTime.Truncate(time.Minute))
	}
	if t <= o.Grace {
		return 0, fmt.Errorf("slurm: a time limit of %s: want more than the %s that a task is told of it before", t, o.Grace)
	}
	return t, nil
}

// memory is what tasks are given, in MiB; 0 leaves it to the cluster.
func (o *Options) memory(tasks []Task) int64 {
	const mib = 1 << 20
	if o.Memory > 0 {
		return (o.Memory + mib - 1) / mib
	}
	var most int64
	for _, t := range tasks {
		if t.Memory <= 0 {
			return 0
		}
		most = max(most, t.Memory)
	}
	if most == 0 {
		return 0
	}
	return (most+most/4+mib-1)/mib + 512
}
