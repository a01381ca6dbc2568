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
	"syscall"
	"testing"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep/slurm"
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
	if out, err := exec.Command("go", "build", "-o", e.program,
		"coadapt/transfer/cmd/coadapt").CombinedOutput(); err != nil {
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
	return append([]string{e.program, "curve", "-store", name, "-data", "shapes:classes=4,train=12,test=8,size=24",
		"-widths", "4,4,4,4,4,8,8",
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
		if x.Seconds = y.Seconds; x != y || !y.HasWeights() {
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

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
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
