package slurm

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Task is what one task of a job array trains. Whether its nets are trained one
// after the other or at once is up to the command.
type Task struct {
	Nets   []string      // the names of its nets, at least one
	Time   time.Duration // that they take, by the plan; 0 if unknown
	Memory int64         // bytes that they need, by the plan; 0 if unknown
}

// Level is a list of tasks whose parents are all in earlier levels.
type Level struct{ Tasks []Task }

// Group joins up to n consecutive tasks into one. That makes fewer jobs and fewer
// starts of the program, but nets wait for each other. n below 2 changes nothing.
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
			g.Time = 0 // a sum with an unknown term is unknown
		}
	}
	return out
}

// Options are requests to the scheduler. Zero fields are left to the cluster, or to
// the plan.
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
	MaxTime    time.Duration // the largest time limit; tasks go on after theirs; see Site
	// tasks of an array, more become several arrays; 0 is 1001, the cluster's default; see Site
	MaxArray   int
	MaxRunning int           // tasks of an array at once
	Group      int           // tasks that are joined into one, see [Group]
	Grace      time.Duration // from the signal to the time limit; 0: two minutes, the time to compile a large net
	Requeues   int           // starts of a task after which its script does not requeue it; 0: 100
	Retries    int           // the same, where the program was killed; 0: 3, below 0: none
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

// own lists the options of sbatch that Extra cannot set, as the scripts rely on them.
var own = []string{"--array", "-a", "--dependency", "-d", "--job-name", "-J", "--output", "-o", "--error", "-e",
	"--chdir", "-D",
	"--open-mode", "--requeue", "--no-requeue", "--signal", "--parsable", "--wrap", "--test-only", "--wait", "-W"}

// check fills in defaults, and returns what is wrong with the options.
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
			return fmt.Errorf("slurm: option %q: a script's options cannot hold line breaks or other "+
				"control characters", v)
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
		if name, _, ok := strings.Cut(v, "="); !ok || name == "" || strings.Trim(name, letters+"_") != "" ||
			strings.Contains(v, "\x00") {
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
	}{{"GPUs", int64(o.GPUs)}, {"CPUs", int64(o.CPUs)}, {"time", int64(o.Time)}, {"memory", o.Memory},
		{"tasks of an array", int64(o.MaxArray)},
		{"tasks at once", int64(o.MaxRunning)}, {"nets of a task", int64(o.Group)}, {"grace", int64(o.Grace)},
		{"requeues", int64(o.Requeues)}} {
		if n.value < 0 {
			return fmt.Errorf("slurm: %s %d: want 0 or more", n.what, n.value)
		}
	}
	o.MaxArray = cmp.Or(o.MaxArray, defaultArray)
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	o.Requeues = cmp.Or(o.Requeues, defaultRequeues)
	o.Retries = cmp.Or(o.Retries, defaultRetries)
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

// mostOf is the most that a task needs of something, 0 where that of one is not known.
func mostOf[T int64 | time.Duration](tasks []Task, need func(Task) T) (most T) {
	for _, t := range tasks {
		if need(t) <= 0 {
			return 0
		}
		most = max(most, need(t))
	}
	return most
}

// limit is the time limit of tasks, in whole minutes as Slurm counts; 0 leaves it
// to the cluster.
func (o *Options) limit(tasks []Task) (time.Duration, error) {
	t := o.Time
	if t == 0 {
		most := mostOf(tasks, func(t Task) time.Duration { return t.Time })
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
		return 0, fmt.Errorf("slurm: a time limit of %s: want more than the %s that a task is told of it before", t,
			o.Grace)
	}
	return t, nil
}

// memory is the memory of tasks in MiB; 0 leaves it to the cluster.
func (o *Options) memory(tasks []Task) int64 {
	const mib = 1 << 20
	if o.Memory > 0 {
		return (o.Memory + mib - 1) / mib
	}
	most := mostOf(tasks, func(t Task) int64 { return t.Memory })
	if most == 0 {
		return 0
	}
	return (most+most/4+mib-1)/mib + 512
}
