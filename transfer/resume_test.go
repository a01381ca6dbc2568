package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coadapt/transfer/store"
)

// resumed is an experiment with dropout, tests on the way and 24 steps, kept in dir.
func resumed(t *testing.T, backend, dir string) Config {
	t.Helper()
	cfg := tinyOn(t, backend)
	var err error
	if cfg.Store, err = store.Open(dir); err != nil {
		t.Fatal(err)
	}
	cfg.Recipe = cfg.Recipe.WithSteps(24)
	cfg.Recipe.TestEvery = 5
	return cfg
}

// sameEntry compares what the stores of two labs hold of a net, bit for bit, but for clocks.
func sameEntry(t *testing.T, name string, got, want *store.Store, key string) {
	t.Helper()
	a, err := got.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{specFile, metricsFile, weightsFile} {
		if !bytes.Equal(a[file], b[file]) {
			t.Errorf("%s: %s is not that of the undisturbed net", name, file)
		}
	}
	var x, y Result
	if err := errors.Join(json.Unmarshal(a[resultFile], &x), json.Unmarshal(b[resultFile], &y)); err != nil {
		t.Fatal(err)
	}
	if x.Seconds <= 0 {
		t.Errorf("%s: %v seconds", name, x.Seconds)
	}
	if x.Seconds = y.Seconds; x != y {
		t.Errorf("%s: %+v, undisturbed %+v", name, x, y)
	}
}

// TestInterruptedNetGoesOn: a net whose context ends keeps the step it had reached, and ends in the same bits.
// The second is one whose layers are thawed on the way.
func TestInterruptedNetGoesOn(t *testing.T) {
	for _, name := range []string{"baseB", "A3B+g"} {
		t.Run(name, func(t *testing.T) {
			interrupted(t, name, func(t *testing.T) Config { return resumed(t, "go", t.TempDir()) })
		})
	}
}

// interrupted compares a net of an experiment, made anew in a store of its own each time, that is stopped over and over
// with one that is not.
func interrupted(t *testing.T, name string, experiment func(*testing.T) Config) {
	t.Helper()
	plain := experiment(t)
	want, err := lab(t, plain).Train(t.Context(), net(t, name))
	if err != nil {
		t.Fatal(err)
	}
	cfg := experiment(t)
	if parent, ok := want.Net.Parent(); ok { // undisturbed
		if _, err := lab(t, cfg).Train(t.Context(), parent); err != nil {
			t.Fatal(err)
		}
	}
	reached := 0
	for from := 0; ; {
		ctx, cancel := context.WithCancel(t.Context())
		cfg.Progress = func(e Event) {
			if e.Step > from {
				reached = e.Step
				cancel()
			}
		}
		r, err := lab(t, cfg).Train(ctx, net(t, name))
		cancel()
		if err == nil {
			if from < 3 {
				t.Fatalf("never stopped: %+v", r)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if reached <= from {
			t.Fatalf("stopped at step %d, having begun at %d", reached, from)
		}
		from = reached
		if log, err := cfg.Store.Log(want.Key); err != nil ||
			!strings.Contains(string(log), "stopped, to go on later") {
			t.Errorf("log %q, %v", log, err)
		}
	}
	sameEntry(t, name, cfg.Store, plain.Store, want.Key)
	files, err := cfg.Store.Get(want.Key, logFile)
	if err != nil {
		t.Fatal(err)
	}
	// A batch that was ready when the context ended may have been trained on.
	log := string(files[logFile])
	var last int
	if _, err := fmt.Sscanf(log[max(0, strings.LastIndex(log, "goes on from step")):], "goes on from step %d",
		&last); err != nil ||
		last < reached {
		t.Errorf("log %s, %v: want to go on from step %d at least", log, err, reached)
	}
	if left, err := os.ReadDir(filepath.Join(cfg.Store.Dir(), "work")); err != nil || len(left) != 0 {
		t.Errorf("work folder: %v, %v", left, err)
	}
}

const (
	childBackend = "COADAPT_TEST_CHILD_BACKEND"
	childStore   = "COADAPT_TEST_CHILD_STORE"
	childNet     = "COADAPT_TEST_CHILD_NET"
)

// TestChild is the worker that TestKilledNetGoesOn kills; alone it does nothing.
func TestChild(t *testing.T) {
	if os.Getenv(childNet) == "" {
		t.Skip("not a test of its own")
	}
	cfg := resumed(t, os.Getenv(childBackend), os.Getenv(childStore))
	cfg.CheckpointSteps = 1
	if _, err := lab(t, cfg).Train(t.Context(), net(t, os.Getenv(childNet))); err != nil {
		t.Fatal(err)
	}
}

// TestKilledNetGoesOn: SIGKILL at random steps and starting again gives bit-equal weights, metrics and results, for
// base nets, frozen and fine-tuned ones and those trained twice.
func TestKilledNetGoesOn(t *testing.T) {
	for backend, names := range map[string][]string{"go": {"baseA", "baseB", "A3B", "A3B+", "R2B", "baseB+"},
		"xla:cpu": {"baseB", "B3B", "B3B+"}} {
		t.Run(backend, func(t *testing.T) {
			plain, cfg := resumed(t, backend, t.TempDir()), resumed(t, backend, t.TempDir())
			kills := 0
			for _, name := range names {
				want, err := lab(t, plain).Train(t.Context(), net(t, name))
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					kills += killOnce(t, backend, cfg.Store.Dir(), name, want.Key)
				}
				if _, err := lab(t, cfg).Train(t.Context(), net(t, name)); err != nil {
					t.Fatal(err)
				}
				sameEntry(t, name, cfg.Store, plain.Store, want.Key)
			}
			if t.Logf("%d kills", kills); kills < 3 {
				t.Errorf("only %d kills hit a net in training", kills)
			}
		})
	}
}

// killOnce starts a worker and kills it at a random moment after a random number of steps; it returns 1 where the
// net was not finished then.
func killOnce(t *testing.T, backend, dir, name, key string) int {
	t.Helper()
	work := filepath.Join(dir, "work", key)
	until := 1 + rand.IntN(8)
	if had := steps(t, work); len(had) > 0 {
		until += had[len(had)-1]
	}
	c := exec.Command(os.Args[0], "-test.run=^TestChild$")
	c.Env = append(
		os.Environ(),
		childBackend+"="+backend,
		childStore+"="+dir,
		childNet+"="+name,
		"TMPDIR="+t.TempDir(),
	) // what it leaves is removed
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("worker: %v\n%s", err, out.Bytes())
			}
			return 0
		default:
		}
		if all := steps(t, work); len(all) > 0 && all[len(all)-1] >= until {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no step %d of %s\n%s", until, name, out.Bytes())
		}
	}
	time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
	if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		return 0
	}
	return 1
}

// steps are those of the checkpoints in a work folder, in order.
func steps(t *testing.T, work string) []int {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(work, "step-*"))
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, p := range paths {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(p), "step-%d", &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// noFolder puts a file in the place of one of a store's folders: nothing can be written there, by root neither.
func noFolder(t *testing.T, s *store.Store, name string) {
	t.Helper()
	dir := filepath.Join(s.Dir(), name)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCheckpointsThatCannotBeWritten cost a notice, not the net.
func TestCheckpointsThatCannotBeWritten(t *testing.T) {
	cfg := resumed(t, "go", t.TempDir())
	cfg.CheckpointSteps = 4
	var notices []string
	l := lab(t, cfg)
	cfg.Progress = func(e Event) {
		if e.Notice != "" {
			notices = append(notices, e.Notice)
		}
	}
	l.told = newTold(cfg.Progress)
	run := l.run
	l.run = func(ctx context.Context, w *slot, p *Plan, donor *donated, k *keeper) (*outcome, error) {
		noFolder(t, cfg.Store, "stage")
		out, err := run(ctx, w, p, donor, k)
		if err := os.Remove(filepath.Join(cfg.Store.Dir(), "stage")); err != nil {
			t.Error(err)
		}
		if err := os.Mkdir(filepath.Join(cfg.Store.Dir(), "stage"), 0o755); err != nil {
			t.Error(err)
		}
		return out, err
	}
	r, err := l.Train(t.Context(), net(t, "baseB"))
	if err != nil || !r.HasWeights() {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(notices) != 5 || !strings.Contains(notices[0], "step 4 was not kept") { // after 4, 8, ..., 20
		t.Errorf("notices %q, want five", notices)
	}
}
