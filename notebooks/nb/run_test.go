//go:build unix

package nb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// tiny is data of which the Go backend trains a net in seconds.
const tiny = "shapes:classes=4,train=8,test=8,size=24"

// clone sets the environment of a clone whose set-up is new, on the Go backend.
func clone(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{home.EnvRoot: root, home.EnvHome: t.TempDir(), home.EnvStore: "",
		plugins.EnvBackend: "go", plugins.EnvPlugins: ""} {
		t.Setenv(k, v)
	}
}

// work is two base nets and a transfer net.
func work() Work { return Grid{Conditions: "AnB", Cuts: "3"} }

// lab is a new one, as every cell has.
func lab(t *testing.T, steps int, opts ...Option) *Lab {
	t.Helper()
	l := Open(tiny, append(opts, Steps(steps))...)
	if err := l.ready(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.stop)
	return l
}

// asCell has this program run one cell, the number of steps being its value.
const asCell = "NB_TEST_CELL"

func TestMain(m *testing.M) {
	if steps := os.Getenv(asCell); steps != "" {
		n := 0
		_, _ = fmt.Sscan(steps, &n)
		l := Open(tiny, Steps(n))
		l.Run(work())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// cell starts a cell in a process of its own, at the head of a process group, as GoNB's are.
func cell(t *testing.T, steps int) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", asCell, steps))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, &out
}

// eventually waits for something that takes a while, a minute at most.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not after a minute", what)
		}
	}
}

// worker is who works on the only run of a store, nil where nobody does.
func worker(t *testing.T, s *store.Store) *sweep.WorkerState {
	t.Helper()
	ids, err := sweep.List(s)
	if err != nil || len(ids) != 1 {
		return nil
	}
	workers, err := sweep.Workers(s, ids[0])
	if err != nil || len(workers) == 0 {
		return nil
	}
	t.Cleanup(func() { _ = sweep.Kill(workers) })
	return &workers[0]
}

// begun starts a cell in a clone that has trained nothing, with a lab that looks at the same store.
func begun(t *testing.T, steps int) (l *Lab, first *exec.Cmd, out *strings.Builder) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds coadapt and trains")
	}
	clone(t)
	l = lab(t, steps)
	first, out = cell(t, steps)
	return l, first, out
}

// The cell and all of its process group are killed in the middle: the run goes on, a second cell joins it, and a
// third one has all from the store, without a run or a backend.
func TestCellKilledInTheMiddle(t *testing.T) {
	l, first, out := begun(t, 40)
	var w *sweep.WorkerState
	eventually(t, "a worker that trains", func() bool {
		w = worker(t, l.store)
		return w != nil && len(w.Nets) > 0 && w.Nets[0].Step > 0
	})
	if err := syscall.Kill(-first.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err == nil {
		t.Fatalf("the first cell had ended before it was killed: %s", out)
	}
	results, err := l.run(work())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(netsOf(results)), "[0/baseA 0/baseB 0/A3B]"; got != want {
		t.Errorf("results of %s, want %s", got, want)
	}
	for _, r := range results {
		if !r.HasWeights() || r.Steps != 40 || r.Experiment != l.lab.Experiment() || r.Tested != 2*8 {
			t.Errorf("%+v", r)
		}
	}
	ids, err := sweep.List(l.store)
	if err != nil || len(ids) != 1 {
		t.Fatalf("runs %v, %v; want the one of the first cell", ids, err)
	}
	again := lab(t, 40)
	if _, err := again.run(work()); err != nil {
		t.Fatal(err)
	}
	printed, err := sweep.Output(l.store, ids[0])
	if err != nil || strings.Count(printed, "coadapt status") != 1 || again.opened != nil || l.opened != nil {
		t.Errorf("the run was started more than once: %q, %v, backend %v", printed, err, again.opened)
	}
}

func netsOf(results []transfer.Result) []string {
	var out []string
	for _, r := range results {
		out = append(out, r.Net.String())
	}
	return out
}

// A worker that is killed is replaced, and the cell says so.
func TestWorkerKilled(t *testing.T) {
	l, first, out := begun(t, 40)
	var w *sweep.WorkerState
	eventually(t, "a worker that trains", func() bool {
		w = worker(t, l.store)
		return w != nil && len(w.Nets) > 0
	})
	if err := syscall.Kill(w.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if text := out.String(); !strings.Contains(text, "3 nets") ||
		!strings.Contains(text, "ended before its time and was started again") {
		t.Errorf("the cell said %q", text)
	}
}

// A run that is stopped fails its cell with a sentence, and nobody starts it again but the cell's next run.
func TestStopped(t *testing.T) {
	l, first, out := begun(t, 400)
	eventually(t, "a worker", func() bool { return worker(t, l.store) != nil })
	lines, err := l.stopAll(time.Minute)
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0], "is stopped") {
		t.Fatalf("Stop says %q, %v", lines, err)
	}
	if err := first.Wait(); err == nil || !strings.Contains(out.String(), errStopped.Error()) {
		t.Errorf("the cell ended with %v and said %q", err, out)
	}
	if lines, err := l.stopAll(time.Minute); err != nil || len(lines) != 1 ||
		lines[0] != "no run is in the background" {
		t.Errorf("a second Stop says %q, %v", lines, err)
	}
}

// An interrupt leaves the run going and says how to end it.
func TestInterruptLeavesTheRun(t *testing.T) {
	l, first, out := begun(t, 400)
	eventually(t, "a worker", func() bool { return worker(t, l.store) != nil })
	if err := first.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err == nil || !strings.Contains(out.String(), "goes on in the background: lab.Stop()") {
		t.Errorf("the cell ended with %v and said %q", err, out)
	}
	if worker(t, l.store) == nil {
		t.Error("the run is gone")
	}
	if _, err := l.stopAll(time.Minute); err != nil {
		t.Error(err)
	}
}
