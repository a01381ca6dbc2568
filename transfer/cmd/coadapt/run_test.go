package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// asProgram makes this test's program the command itself, so that what starts coadapt again, such as -detach, works.
const asProgram = "COADAPT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// small is a run of 12 nets on the Go backend: two bases and base+, and one cut.
func small(steps string) []string {
	return []string{
		"run",
		"-grid",
		"balanced",
		"-n",
		"3",
		"-data",
		"shapes:classes=4,train=12,test=8,size=24",
		"-widths",
		"4,4,4,4,4,8,8",
		"-steps",
		steps,
		"-batch",
		"4",
		"-backend",
		"go",
	}
}

// status asks coadapt status -json.
func status(t *testing.T, args ...string) statusRecord {
	t.Helper()
	code, out, errs := coadapt(t, t.Context(), append([]string{"status", "-json"}, args...)...)
	if code != 0 {
		t.Fatalf("status: %d, %s", code, errs)
	}
	var r statusRecord
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// testStore names a new store for the test.
func testStore(t *testing.T) *store.Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	t.Setenv(home.EnvStore, dir)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// facts are what two runs must agree on: every result but for its time, and the digests of all files that make it.
func facts(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for key, err := range s.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		files, err := s.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := transfer.Lookup(s, key)
		if err != nil {
			t.Fatal(err)
		}
		r.Seconds = 0
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		weights, err := store.Key(files["weights.safetensors"])
		if err != nil {
			t.Fatal(err)
		}
		all[r.Net.String()] = string(data) + weights + string(files["metrics.json"])
	}
	return all
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d entries, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: %s is not that of the undisturbed run", what, name)
		}
	}
}

// TestRun: a line a net, all of them; again, all hits; status says the same from outside.
func TestRun(t *testing.T) {
	testStore(t)
	code, out, errs := coadapt(t, t.Context(), small("3")...)
	if code != 0 || strings.Count(out, "\n") != 12 || !strings.Contains(out, "12/12 ") ||
		!strings.Contains(errs, "12 trained now, 0 from the store") {
		t.Fatalf("status %d\n%s\n%s", code, out, errs)
	}
	st := status(t)
	if st.Total != 12 || st.Counts[sweep.Done] != 12 || !st.Finished || st.Share != 1 || len(st.Workers) != 0 {
		t.Errorf("%+v", st)
	}
	code, out, errs = coadapt(t, t.Context(), append(small("3"), "-json")...)
	if code != 0 || strings.Count(out, `"hit":true`) != 12 ||
		!strings.Contains(errs, "0 trained now, 12 from the store") {
		t.Errorf("again: status %d\n%s\n%s", code, out, errs)
	}
	_, text, _ := coadapt(t, t.Context(), "status", st.ID[:8])
	for _, want := range []string{st.ID + ": 12 of 12 done", "100%", "base+        2/2", "AnB+                   2/2"} {
		if !strings.Contains(text, want) {
			t.Errorf("status lacks %q:\n%s", want, text)
		}
	}
	if _, list, _ := coadapt(t, t.Context(), "status", "-all"); !strings.HasPrefix(list,
		st.ID+"  12 of 12 done, 0 at work") {
		t.Errorf("status -all: %s", list)
	}
	if _, log, _ := coadapt(t, t.Context(), "logs", "0/A3B"); !strings.Contains(log, "begins") ||
		!strings.Contains(log, "finished: ok") {
		t.Errorf("log of a net: %s", log)
	}
	if code, _, errs := coadapt(t, t.Context(), "logs", "0/A7B"); code != 1 || !strings.Contains(errs, "no such net") {
		t.Errorf("log of a net that is not there: %s", errs)
	}
	if code, _, errs := coadapt(t, t.Context(), "logs"); code != 1 ||
		!strings.Contains(errs, "never started in the background") {
		t.Errorf("output of a run in the foreground: %s", errs)
	}
	if code, _, errs := coadapt(t, t.Context(), "attach"); code != 0 ||
		!strings.Contains(errs, "is finished: 12 of 12 done") {
		t.Errorf("attach: %d, %s", code, errs)
	}
}

// TestDetachStopGoOn: a run in the background is seen, stopped from another process and gone on with, to the bits of
// one that was left alone.
func TestDetachStopGoOn(t *testing.T) {
	undisturbed := testStore(t)
	if code, _, errs := coadapt(t, t.Context(), small("30")...); code != 0 {
		t.Fatal(errs)
	}
	want := facts(t, undisturbed)

	s := testStore(t)
	t.Setenv(asProgram, "1")
	code, out, errs := coadapt(t, t.Context(), append(small("30"), "-detach", "-checkpoint", "10ms")...)
	if code != 0 || !strings.Contains(out, "in the background as process") {
		t.Fatalf("detach: status %d\n%s\n%s", code, out, errs)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		st := status(t)
		if len(st.Workers) != 1 {
			t.Fatalf("%d at work; output: %s", len(st.Workers), outputOf(t))
		}
		if st.Counts[sweep.Done] > 0 && st.Counts[sweep.Running] > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing moves: %+v", st)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if code, _, errs := coadapt(t, ctx, "attach"); code != 0 || !strings.Contains(errs, "goes on; coadapt stop") {
		t.Errorf("attach and leave: %d, %s", code, errs)
	}
	if code, out, errs := coadapt(t, t.Context(), "stop"); code != 0 || !strings.Contains(out, "nobody works on run") {
		t.Fatalf("stop: %d\n%s\n%s", code, out, errs)
	}
	st := status(t)
	if len(st.Workers) != 0 || st.Counts[sweep.Done] == st.Total {
		t.Errorf("stopped: %+v", st)
	}
	if text := outputOf(t); !strings.Contains(text, "stopped: finished nets") {
		t.Errorf("output: %s", text)
	}
	if code, _, errs := coadapt(t, t.Context(), small("30")...); code != 0 {
		t.Fatal(errs)
	}
	same(t, "stopped and gone on", facts(t, s), want)
}

func outputOf(t *testing.T) string {
	t.Helper()
	_, text, errs := coadapt(t, t.Context(), "logs")
	return text + errs
}

// TestDetachFails: what a background run cannot do is said where it was started.
func TestDetachFails(t *testing.T) {
	s := testStore(t)
	t.Setenv(asProgram, "1")
	// The workers' folder is a file: the parent writes the record, and the child cannot begin.
	code, _, errs := coadapt(t, t.Context(), small("3")...)
	if code != 0 {
		t.Fatal(errs)
	}
	ids, err := sweep.List(s)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(sweep.Folder(s, ids[0]), "workers")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := coadapt(t, t.Context(), append(small("3"), "-detach")...); code != 1 ||
		!strings.Contains(errs, "workers") {
		t.Errorf("status %d, %s", code, errs)
	}
}

// TestKilled: kill -9 in the middle, and the same command: the same bits.
func TestKilled(t *testing.T) {
	undisturbed := testStore(t)
	if code, _, errs := coadapt(t, t.Context(), small("30")...); code != 0 {
		t.Fatal(errs)
	}
	want := facts(t, undisturbed)
	s := testStore(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(small("30"), "-checkpoint", "10ms")...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		steps, err := filepath.Glob(filepath.Join(s.Dir(), "work", "*", "step-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(steps) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no checkpoint in a minute")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as it should be
	if st := status(t); len(st.Workers) != 0 || st.Counts[sweep.Stopped] == 0 {
		t.Errorf("killed: %+v\n%s", st, out.String())
	}
	if code, _, errs := coadapt(t, t.Context(), small("30")...); code != 0 {
		t.Fatal(errs)
	}
	same(t, "killed and gone on", facts(t, s), want)
	if code, out, _ := coadapt(t, t.Context(), "store", "verify"); code != 0 ||
		!strings.Contains(out, "12 entries whole") {
		t.Errorf("verify: %s", out)
	}
}

// TestPlan: the whole paper without data, a grid on data with some steps timed, and what a budget buys.
func TestPlan(t *testing.T) {
	testStore(t)
	plan := func(args ...string) planRecord {
		t.Helper()
		code, out, errs := coadapt(t, t.Context(), append([]string{"plan", "-json"}, args...)...)
		if code != 0 {
			t.Fatalf("%v: %d, %s", args, code, errs)
		}
		var r planRecord
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	paper := plan("-grid", "paper", "-images-per-second", "1000", "-hour-price", "2")
	// By package sweep's TestPlanOfPaper.
	if paper.Nets != 163 || paper.Misses != 163 || paper.Train.String() != "25838300513894400000" ||
		paper.Hours == nil ||
		*paper.Cost != 2**paper.Hours ||
		*paper.Days != *paper.Hours/24 {
		t.Errorf("%+v", paper)
	}
	if none := plan("-grid", "paper"); none.Hours != nil || none.Images != paper.Images {
		t.Errorf("without a speed: %+v", none)
	}
	args := append([]string{"-calibrate", "200ms", "-budget", "1h"}, small("30")[1:]...)
	before := plan(args...)
	if before.Nets != 12 || before.Misses != 12 || before.Hours == nil || *before.Hours <= 0 ||
		*before.HoursLow > *before.Hours || *before.HoursHigh < *before.Hours ||
		before.Memory == nil || *before.Memory < 1e6 ||
		len(before.Path) != 2 ||
		before.Workers[0].Hours > *before.HoursHigh ||
		*before.Critical > *before.Hours {
		t.Errorf("%+v", before)
	}
	if b := before.Budget; b == nil || len(b.Nets) != 10 || b.Left != 2 || len(b.Intervals) != 4 ||
		b.Intervals[0].Units != 2 ||
		b.SD != 2 {
		t.Errorf("an hour for nets of seconds: %+v; want all but the two base+", b)
	}
	if code, _, errs := coadapt(t, t.Context(), small("30")...); code != 0 {
		t.Fatal(errs)
	}
	after := plan(args...)
	if after.Hits != 12 || after.Misses != 0 || after.Train.Sign() != 0 || after.Hours != nil {
		t.Errorf("all trained: %+v", after)
	}
	code, text, errs := coadapt(t, t.Context(),
		append([]string{"plan", "-calibrate", "200ms", "-budget", "1m", "-sd", "1"}, small("40")[1:]...)...)
	for _, want := range []string{"12: 0 in the store, 12 to train", "critical path", "then 0/", "expected width",
		"fragility", "as given by --sd"} {
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("table lacks %q:\n%s%s", want, text, errs)
		}
	}
}

// TestRunRefusals: each error names the flag and what would be right.
func TestRunRefusals(t *testing.T) {
	testStore(t)
	for args, want := range map[string]string{
		"run -grid none":              "want curve, paper",
		"run -grid mini -n 3":         "-grid mini or -nets settles it",
		"run -data /no/such":          "/no/such",
		"plan -grid paper -budget 8h": "-budget",
		"plan -images-per-second 0":   "above 0",
		"plan -budget -3h":            "above 0",
		"plan -calibrate 1ms":         "100ms",
		"plan -budget soon":           "budget",
		"status":                      "coadapt run",
		"stop":                        "coadapt run",
		"attach x":                    "coadapt run",
		"logs 0/A3B":                  "coadapt run",
		"status a b":                  "1 arg",
	} {
		code, _, errs := coadapt(t, t.Context(), strings.Fields(args)...)
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %q; want 1 and %q", args, code, errs, want)
		}
	}
}
