package slurm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coadapt/kernel-setup/home"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep/slurm"
	"coadapt/transfer/sweep/slurm/slurmtest"
)

// patience is how long a test waits for one thing: the machine may be busy with others.
const patience = 4 * time.Minute

// experiment is a command that trains nets of four seconds on the pure Go
// backend, and what they come to when nobody disturbs them.
type experiment struct {
	program string
	dir     string            // the command's folder
	env     []string          // for the command
	keys    map[string]string // by net
	want    *store.Store
}

// newExperiment builds the program and trains the nets.
func newExperiment(t *testing.T, nets ...string) *experiment {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a folder's \"name\"")
	e := &experiment{program: filepath.Join(dir, "co adapt"), dir: dir, keys: map[string]string{}}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", e.program, "coadapt/transfer/cmd/coadapt").CombinedOutput(); err != nil {
		t.Fatalf("building coadapt: %v\n%s", err, out)
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	e.env = append(e.env, home.EnvRoot+"="+root)
	command := e.command("undisturbed", "-nets", strings.Join(nets, ","))
	c := exec.Command(command[0], command[1:]...)
	c.Dir, c.Env = dir, append(os.Environ(), e.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	e.want = e.store(t, "undisturbed")
	all, err := transfer.Results(e.want)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		e.keys[r.Net.String()] = r.Key
	}
	return e
}

// command trains into a store below the experiment's folder, which it names relative to that.
func (e *experiment) command(name string, args ...string) []string {
	return append([]string{e.program, "curve", "-store", name, "-data", "shapes:classes=4,train=12,test=8,size=24", "-widths", "4,4,4,4,4,8,8",
		"-steps", "150", "-batch", "4", "-backend", "go", "-workers", "1", "-checkpoint", "200ms"}, args...)
}

func (e *experiment) store(t *testing.T, name string) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(e.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// same compares nets with the undisturbed ones: weights and metrics bit for bit,
// results but for the seconds. It returns their logs.
func (e *experiment) same(t *testing.T, name string, nets ...string) (logs map[string]string) {
	t.Helper()
	got, logs := e.store(t, name), map[string]string{}
	for _, n := range nets {
		key, ok := e.keys[n]
		if !ok {
			t.Fatalf("no undisturbed %s", n)
		}
		a, err := got.Get(key)
		if err != nil {
			t.Errorf("%s: %v", n, err)
			continue
		}
		b, err := e.want.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"spec.json", "metrics.json", "weights.safetensors"} {
			if len(b[file]) == 0 || !bytes.Equal(a[file], b[file]) {
				t.Errorf("%s: %s is not that of the undisturbed net", n, file)
			}
		}
		var x, y transfer.Result
		if err := json.Unmarshal(a["result.json"], &x); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b["result.json"], &y); err != nil {
			t.Fatal(err)
		}
		if x.Seconds = y.Seconds; x != y || y.Status != transfer.OK {
			t.Errorf("%s: %+v, undisturbed %+v", n, x, y)
		}
		logs[n] = string(a["log.txt"])
	}
	return logs
}

// levels puts each net into a task of its own.
func levels(nets ...[]string) []slurm.Level {
	var out []slurm.Level
	for _, l := range nets {
		var level slurm.Level
		for _, n := range l {
			level.Tasks = append(level.Tasks, slurm.Task{Nets: []string{n}})
		}
		out = append(out, level)
	}
	return out
}

// submit gives nets to the scheduler, to be trained into a store.
func (e *experiment) submit(t *testing.T, name string, o slurm.Options, nets ...[]string) *slurm.Submission {
	t.Helper()
	o.Dir, o.Env = e.dir, e.env
	return submit(t, filepath.Join(e.dir, name, "runs", "x"), e.command(name), o, nets...)
}

func submit(t *testing.T, run string, command []string, o slurm.Options, nets ...[]string) *slurm.Submission {
	t.Helper()
	s, err := slurm.New(command, levels(nets...), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(run); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// until asks for the state of all tasks until they are as wanted.
func until(t *testing.T, s *slurm.Submission, what string, ok func([]slurm.TaskState) bool) []slurm.TaskState {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		tasks, err := s.Tasks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if ok(tasks) {
			return tasks
		}
		if time.Now().After(end) {
			tell(t, s)
			t.Fatalf("not %s after %s: %+v", what, patience, tasks)
		}
	}
}

// tell logs what the tasks' logs say.
func tell(t *testing.T, s *slurm.Submission) {
	logs, _ := filepath.Glob(filepath.Join(s.Dir(), "logs", "*"))
	for _, name := range logs {
		text, _ := os.ReadFile(name)
		t.Logf("%s:\n%s", filepath.Base(name), text)
	}
}

// ended waits until no task is live and returns their states.
func ended(t *testing.T, s *slurm.Submission) []slurm.TaskState {
	t.Helper()
	return until(t, s, "ended", func(tasks []slurm.TaskState) bool {
		return !slices.ContainsFunc(tasks, func(k slurm.TaskState) bool { return k.State.Live() })
	})
}

// done waits for the end and wants all tasks to have succeeded.
func done(t *testing.T, s *slurm.Submission) {
	t.Helper()
	for _, k := range ended(t, s) {
		if k.State != slurm.Done {
			tell(t, s)
			t.Errorf("task %+v, want it done", k)
		}
	}
}

// freeze waits until a net in training has a checkpoint, and stops its program
// there by SIGSTOP, so that what comes strikes in the middle. It returns the program's number.
func (e *experiment) freeze(t *testing.T, name, net string) int {
	t.Helper()
	s, key := e.store(t, name), e.keys[net]
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if s.Has(key) {
			t.Fatalf("%s was finished before it could be disturbed", net)
		}
		steps, err := filepath.Glob(filepath.Join(s.Dir(), "work", key, "step-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(steps) == 0 {
			continue
		}
		h, ok := s.Holder(key)
		if !ok {
			continue
		}
		if err := syscall.Kill(h.PID, syscall.SIGSTOP); err != nil {
			t.Fatalf("stopping %s: %v", h, err)
		}
		return h.PID
	}
	t.Fatalf("%s was not begun after %s", net, patience)
	return 0
}

func thaw(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

// tool runs one of Slurm's commands.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// wentOn wants a net to have been gone on with from a step above 0.
func wentOn(t *testing.T, net, log string) {
	t.Helper()
	_, from, _ := strings.Cut(log, "goes on from step ")
	var step int
	if n, err := fmt.Sscanf(from, "%d of 150", &step); n != 1 || err != nil || step < 1 {
		t.Errorf("%s did not go on from where it was:\n%s", net, log)
	}
}

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

	// The scenarios run beside each other, and not as few as there are cores: most of the time of each goes by in waiting.
	var all sync.WaitGroup
	for name, f := range map[string]func(*testing.T, *experiment, string, slurm.Options){
		"undisturbed": undisturbed, "cancelled": cancelled, "requeued": requeued, "killed": killed, "killed for good": killedForGood,
		"time limit": timeLimit, "preempted": preempted,
		"time limit for good": func(t *testing.T, e *experiment, name string, o slurm.Options) { timeLimitForGood(t, e, name, o, deaf) },
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
	if site.MaxArray != 3 || site.MaxTime != 24*time.Hour || site.Nodes != 1 || site.MaxSubmit != 0 || len(warnings) != 0 { // as slurmtest's configuration says
		t.Errorf("site %+v, warnings %q", site, warnings)
	}
	children := []string{"0/A3B", "0/B3B", "0/B3B+", "0/R3B"}
	plan := levels([]string{"0/baseA", "0/baseB"}, children)
	o, _ = site.Fit(plan, o)
	s := e.submit(t, name, o, []string{"0/baseA", "0/baseB"}, children)
	if len(s.Jobs) != 3 || s.Jobs[1].Count != 3 || s.Jobs[2].Count != 1 || s.Jobs[2].Offset != 3 {
		t.Errorf("jobs %+v, want one for the bases and two of three and one for their children", s.Jobs)
	}
	before := until(t, s, "waiting for the bases", func(tasks []slurm.TaskState) bool { return tasks[0].State == slurm.Running })
	if k := before[5]; k.State != slurm.Pending || k.Reason != "Dependency" || !slices.Equal(k.Nets, []string{"0/R3B"}) {
		t.Errorf("%+v while a base is trained, want 0/R3B to wait for it", k)
	}
	// An interrupted submission is gone on with, and submits nothing twice.
	forget(t, s, 2)
	if s, err = slurm.Open(s.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(t.Context()); err != nil || s.Jobs[2].ID == "" {
		t.Errorf("submitting again: %v, %+v", err, s.Jobs[2])
	}
	if n := strings.Count(tool(t, "squeue", "--noheader", "--states=all", "--array", "--name="+s.Jobs[2].Name), "\n"); n != 1 {
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

// last is the time of the last line of logs.
func last(t *testing.T, logs ...string) (at time.Time) {
	t.Helper()
	for _, log := range logs {
		lines := strings.Split(strings.TrimSpace(log), "\n")
		stamp, _, _ := strings.Cut(lines[len(lines)-1], " ")
		x, err := time.Parse(time.RFC3339, stamp)
		if err != nil {
			t.Fatal(err)
		}
		if x.After(at) {
			at = x
		}
	}
	return at
}

// forget takes a job's ID out of jobs.json: a submission that was interrupted between sbatch and its record.
func forget(t *testing.T, s *slurm.Submission, i int) {
	t.Helper()
	file := filepath.Join(s.Dir(), "jobs.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	was := fmt.Sprintf("\"id\": %q", s.Jobs[i].ID)
	if !bytes.Contains(data, []byte(was)) {
		t.Fatalf("no %s in %s", was, data)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte(was), []byte(`"id": ""`), 1), 0o644); err != nil {
		t.Fatal(err)
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

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
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

// pending says whether a process that is stopped has a signal waiting for it.
func pending(t *testing.T, pid int, sig syscall.Signal) bool {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "ShdPnd:")
	var mask uint64
	if _, err := fmt.Sscanf(strings.TrimSpace(rest), "%x", &mask); err != nil {
		t.Fatal(err)
	}
	return mask&(1<<(uint(sig)-1)) != 0
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
	k := until(t, s, "preempted", func(tasks []slurm.TaskState) bool { return tasks[0].Restarts == 1 && tasks[1].Restarts == 1 })
	if k[2].State != slurm.Pending {
		t.Errorf("%v while its parent is trained, want it waiting", k[2])
	}
	done(t, s)
	logs := e.same(t, name, "0/baseA", "0/baseB", "0/A3B")
	wentOn(t, "0/baseA", logs["0/baseA"])
	wentOn(t, "0/baseB", logs["0/baseB"])
}
