package slurm_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coadapt/transfer/sweep/slurm"
	"coadapt/transfer/sweep/slurm/slurmtest"
)

// TestSweep gives sweeps to a real Slurm of one node, and does to their tasks
// what may happen to them on a cluster. All end in the nets of an undisturbed run on this machine.
func TestSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	slurmtest.Start(t, slurmtest.Options{CPUs: 12, GPUs: 2, MaxArray: 3})
	deaf := deafTask(t) // first, as its limit is the longest wait
	e := newExperiment(t, "0/baseA", "0/baseB", "0/A3B", "0/B3B", "0/B3B+", "0/R3B")
	plain := slurm.Options{Memory: 100 << 20}

	// The scenarios run beside each other, and not as few as there are cores: most of the time of each goes by in
	// waiting.
	var all sync.WaitGroup
	for name, f := range map[string]func(*testing.T, *experiment, string, slurm.Options){
		"undisturbed": undisturbed, "cancelled": cancelled, "requeued": requeued, "killed": killed,
		"killed for good": killedForGood,
		"time limit":      timeLimit, "preempted": preempted,
		"time limit for good": func(t *testing.T, e *experiment, name string,
			o slurm.Options) {
			timeLimitForGood(t, e, name, o, deaf)
		},
	} {
		all.Go(func() { t.Run(name, func(t *testing.T) { f(t, e, "store "+name, plain) }) })
	}
	all.Wait()
}

// undisturbed: arrays of at most three tasks, and children that begin when all parents have ended.
func undisturbed(t *testing.T, e *experiment, name string, o slurm.Options) {
	site, warnings, err := slurm.Check(t.Context(), "", e.program, e.dir)
	if err != nil {
		t.Fatal(err)
	}
	// as slurmtest's configuration says
	if site.MaxArray != 3 || site.MaxTime != 24*time.Hour || site.Nodes != 1 || site.MaxSubmit != 0 ||
		len(warnings) != 0 {
		t.Errorf("site %+v, warnings %q", site, warnings)
	}
	children := []string{"0/A3B", "0/B3B", "0/B3B+", "0/R3B"}
	plan := levels([]string{"0/baseA", "0/baseB"}, children)
	o, _ = site.Fit(plan, o)
	s := e.submit(t, name, o, []string{"0/baseA", "0/baseB"}, children)
	if len(s.Jobs) != 3 || s.Jobs[1].Count != 3 || s.Jobs[2].Count != 1 || s.Jobs[2].Offset != 3 {
		t.Errorf("jobs %+v, want one for the bases and two of three and one for their children", s.Jobs)
	}
	// From the submission on, until both bases have ended; they may be over when a first task is seen to run.
	before := until(t, s, "waiting for the bases", func(tasks []slurm.TaskState) bool {
		return tasks[5].State == slurm.Pending && tasks[5].Reason == "Dependency"
	})
	if k := before[5]; !slices.Equal(k.Nets, []string{"0/R3B"}) {
		t.Errorf("%+v waits for the bases, want 0/R3B to", k)
	}
	// An interrupted submission is gone on with, and submits nothing twice.
	forget(t, s, 2)
	if s, err = slurm.Open(s.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(t.Context()); err != nil || s.Jobs[2].ID == "" {
		t.Errorf("submitting again: %v, %+v", err, s.Jobs[2])
	}
	if n := strings.Count(tool(t, "squeue", "--noheader", "--states=all", "--array", "--name="+s.Jobs[2].Name),
		"\n"); n != 1 {
		t.Errorf("%d tasks of the last array, want 1", n)
	}
	done(t, s)
	logs := e.same(t, name, "0/baseA", "0/baseB", "0/A3B", "0/B3B", "0/B3B+", "0/R3B")
	for net, log := range logs {
		if strings.Count(log, "\n") != 2 { // begins, finished
			t.Errorf("log of %s:\n%s", net, log)
		}
	}
	ends := last(t, logs["0/baseA"], logs["0/baseB"])
	for _, c := range children[:3] {
		begins, _, _ := strings.Cut(logs[c], " ")
		if at, err := time.Parse(time.RFC3339, begins); err != nil || at.Before(ends) {
			t.Errorf("%s began at %s, before its parents ended at %s: %v", c, begins, ends, err)
		}
	}
}

// cancelled: a task is cancelled in the middle, its child goes on without; all
// is cancelled; what is left is submitted again.
func cancelled(t *testing.T, e *experiment, name string, o slurm.Options) {
	s := e.submit(t, name, o, []string{"0/baseB"}, []string{"0/B3B"})
	e.freeze(t, name, "0/baseB")
	tool(t, "scancel", s.Jobs[0].ID+"_0") // which ends the stop
	tasks := until(t, s, "at the child", func(tasks []slurm.TaskState) bool {
		return tasks[0].State == slurm.Cancelled && tasks[1].State == slurm.Running
	})
	if tasks[0].Restarts != 0 {
		t.Errorf("%+v: a cancelled task came back", tasks[0])
	}
	e.freeze(t, name, "0/baseB") // by the child, which needs it
	if err := s.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, k := range ended(t, s) {
		if k.State != slurm.Cancelled {
			t.Errorf("%+v, want it cancelled", k)
		}
	}
	if err := s.Submit(t.Context()); err == nil || !strings.Contains(err.Error(), "was cancelled") {
		t.Errorf("submitting what was cancelled: %v", err)
	}
	again := e.submit(t, name, o, []string{"0/baseB"}, []string{"0/B3B"})
	done(t, again)
	wentOn(t, "0/baseB", e.same(t, name, "0/baseB", "0/B3B")["0/baseB"])
	nets, err := slurm.Nets(t.Context(), filepath.Dir(filepath.Dir(again.Dir())))
	if err != nil || nets["0/baseB"].State != slurm.Done || nets["0/B3B"].ID != again.Jobs[1].ID+"_0" {
		t.Errorf("nets %+v, %v, want those of the second submission", nets, err)
	}
}

// requeued: scontrol requeue in the middle, as for a node that is taken away.
func requeued(t *testing.T, e *experiment, name string, o slurm.Options) {
	s := e.submit(t, name, o, []string{"0/baseB"}, []string{"0/B3B+"})
	e.freeze(t, name, "0/baseB")
	tool(t, "scontrol", "requeue", s.Jobs[0].ID+"_0")
	k := until(t, s, "requeued", func(tasks []slurm.TaskState) bool { return tasks[0].State == slurm.Requeued })
	if k[0].Restarts != 1 || !strings.HasPrefix(k[0].String(), "requeued (") || k[1].State != slurm.Pending {
		t.Errorf("%v and %v, want the first requeued and its child waiting", k[0], k[1])
	}
	done(t, s)
	wentOn(t, "0/baseB", e.same(t, name, "0/baseB", "0/B3B+")["0/baseB"])
}

// killed: kill -9 of the program; its script requeues the task.
func killed(t *testing.T, e *experiment, name string, o slurm.Options) {
	s := e.submit(t, name, o, []string{"0/baseB"})
	kill(t, e.freeze(t, name, "0/baseB"))
	done(t, s)
	if k, err := s.Tasks(t.Context()); err != nil || k[0].Restarts != 1 {
		t.Errorf("%+v, %v, want a task that was started again", k, err)
	}
	wentOn(t, "0/baseB", e.same(t, name, "0/baseB")["0/baseB"])
}

// killedForGood: the same where scripts must not requeue; the next submission goes on.
func killedForGood(t *testing.T, e *experiment, name string, o slurm.Options) {
	o.Retries = -1
	s := e.submit(t, name, o, []string{"0/baseB"})
	kill(t, e.freeze(t, name, "0/baseB"))
	if k := ended(t, s)[0]; k.State != slurm.Failed || k.Exit != 137 || k.String() != "failed with status 137" {
		t.Errorf("%+v, want it failed with 128 and 9", k)
	}
	done(t, e.submit(t, name, o, []string{"0/baseB"}))
	wentOn(t, "0/baseB", e.same(t, name, "0/baseB")["0/baseB"])
}

// timeLimit: the signal that comes before the limit; the script requeues its task.
func timeLimit(t *testing.T, e *experiment, name string, o slurm.Options) {
	o.Time, o.Grace = 2*time.Minute, 115*time.Second // Slurm looks every half minute, so it comes within that
	s := e.submit(t, name, o, []string{"0/baseB"})
	pid := e.freeze(t, name, "0/baseB")
	for end := time.Now().Add(patience); !pending(t, pid, syscall.SIGTERM); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no signal after %s", patience)
		}
	}
	thaw(t, pid)
	done(t, s)
	log, err := os.ReadFile(filepath.Join(s.Dir(), "logs", s.Jobs[0].ID+"_0.out"))
	if err != nil || !strings.Contains(string(log), "stopped for its time limit; requeued") {
		t.Errorf("%v, log of the task:\n%s", err, log)
	}
	wentOn(t, "0/baseB", e.same(t, name, "0/baseB")["0/baseB"])
}

// deafTask is a task whose program hears no signal, with the shortest limit that Slurm knows.
func deafTask(t *testing.T) *slurm.Submission {
	t.Helper()
	return submit(t, t.TempDir(), []string{"/bin/sh", "-c", `trap "" TERM; while :; do sleep 1; done`},
		slurm.Options{Time: time.Minute, Grace: 30 * time.Second, Memory: 10 << 20}, []string{"0/baseB"})
}

// timeLimitForGood: a program that hears no signal is ended by the limit, and the next submission trains its nets.
func timeLimitForGood(t *testing.T, e *experiment, name string, o slurm.Options, deaf *slurm.Submission) {
	if k := ended(t, deaf)[0]; k.State != slurm.TimedOut {
		tell(t, deaf)
		t.Errorf("%+v, want it timed out", k)
	}
	done(t, e.submit(t, name, o, []string{"0/baseB"}))
	e.same(t, name, "0/baseB")
}

// preempted: tasks with a GPU each that have to make room for one that needs both; Slurm requeues them.
func preempted(t *testing.T, e *experiment, name string, o slurm.Options) {
	o.GPUs = 1
	s := e.submit(t, name, o, []string{"0/baseA", "0/baseB"}, []string{"0/A3B"})
	for _, n := range []string{"0/baseA", "0/baseB"} {
		e.freeze(t, name, n)
	}
	tool(t, "sbatch", "--partition=high", "--gres=gpu:2", "--mem=50M", "--output=/dev/null", "--wrap=true")
	k := until(t, s, "preempted",
		func(tasks []slurm.TaskState) bool { return tasks[0].Restarts == 1 && tasks[1].Restarts == 1 })
	if k[2].State != slurm.Pending {
		t.Errorf("%v while its parent is trained, want it waiting", k[2])
	}
	done(t, s)
	logs := e.same(t, name, "0/baseA", "0/baseB", "0/A3B")
	wentOn(t, "0/baseA", logs["0/baseA"])
	wentOn(t, "0/baseB", logs["0/baseB"])
}
