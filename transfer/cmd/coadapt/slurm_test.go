package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
	"coadapt/transfer/sweep/slurm/slurmtest"
)

// TestRunOnSlurm gives a run to a real Slurm, stops it in the middle, gives it again, and ends with the nets of a run
// on this machine.
func TestRunOnSlurm(t *testing.T) {
	slurmtest.Start(t, slurmtest.Options{MaxArray: 2})
	program := filepath.Join(t.TempDir(), "coadapt")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	args := []string{"run", "-grid", "curve", "-n", "3", "-treatments", "BnB,AnB,RnB", "-data",
		"shapes:classes=4,train=12,test=8,size=24", "-widths", "4,4,4,4,4,8,8",
		"-steps", "400", "-batch", "4", "-backend", "go", "-workers", "1", "-checkpoint", "200ms"}
	dir := t.TempDir()
	t.Setenv("COADAPT_STORE", filepath.Join(dir, "here"))
	if status, _, said := coadapt(t, t.Context(), args...); status != 0 {
		t.Fatal(said)
	}
	t.Setenv("COADAPT_STORE", filepath.Join(dir, "cluster"))
	submit := func() string {
		t.Helper()
		out, err := exec.Command(program,
			append(args, "-on", "slurm", "-memory", "100M", "-time", "1h")...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	// Two arrays for the bases and R3B, which has no parent, and one for A3B and B3B.
	if out := submit(); !strings.Contains(out, "5 of 5 nets are given to Slurm as job ") ||
		strings.Count(out, " tasks)") != 3 {
		t.Errorf("submitted: %s", out)
	}
	waiting := until(t, func(n map[string]sweep.NetStatus) bool {
		return n["0/baseA"].Step > 0 && n["0/baseA"].Phase == sweep.Running
	})
	if s := waiting["0/A3B"].Scheduler; !strings.Contains(s, "pending (Dependency)") {
		t.Errorf("0/A3B is %q for the scheduler while its parent is trained", s)
	}
	if s := waiting["0/baseA"].Scheduler; !strings.HasPrefix(s, "job ") || !strings.HasSuffix(s, " running on n1") {
		t.Errorf("0/baseA is %q for the scheduler", s)
	}
	if out := submit(); !strings.Contains(out, "nothing to submit") {
		t.Errorf("submitted twice: %s", out)
	}
	if status, out, said := coadapt(t, t.Context(), "stop"); status != 0 ||
		!strings.Contains(out, "nobody works on run") {
		t.Errorf("stop: %d %s %s", status, out, said)
	}
	until(t, func(n map[string]sweep.NetStatus) bool {
		return !slices.ContainsFunc([]string{"0/baseA", "0/baseB", "0/A3B", "0/B3B", "0/R3B"}, func(name string) bool {
			s := n[name].Scheduler
			return n[name].Phase != sweep.Done && (strings.Contains(s, "running") || strings.Contains(s, "pending"))
		})
	})
	if out := submit(); !strings.Contains(out, "nets are given to Slurm") {
		t.Errorf("submitted again: %s", out)
	}
	if status, _, said := coadapt(t, t.Context(), "attach"); status != 0 ||
		!strings.Contains(said, "is finished: 5 of 5 done") {
		t.Errorf("attach: %d %s", status, said)
	}
	if status, out, said := coadapt(t, t.Context(), "logs"); status != 0 ||
		!strings.Contains(out, "ended with status 0") {
		t.Errorf("logs: %d %s %s", status, out, said)
	}
	if got, want := entries(t, filepath.Join(dir, "cluster")), entries(t, filepath.Join(dir, "here")); len(want) != 5 ||
		!slices.Equal(got, want) {
		t.Errorf("from the cluster:\n%s\nfrom here:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if status, out, said := coadapt(t, t.Context(), "store", "verify"); status != 0 {
		t.Errorf("verify: %s %s", out, said)
	}
	if runs, err := os.ReadDir(filepath.Join(dir, "cluster", "runs")); err != nil || len(runs) != 1 {
		t.Errorf("runs %v, %v, want one that all tasks joined", runs, err)
	}
}

// until asks coadapt status until the nets are as wanted.
func until(t *testing.T, ok func(map[string]sweep.NetStatus) bool) map[string]sweep.NetStatus {
	t.Helper()
	for end := time.Now().Add(4 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		status, out, said := coadapt(t, t.Context(), "status", "-json")
		if status != 0 {
			t.Fatalf("status: %s", said)
		}
		var st statusRecord
		if err := json.Unmarshal([]byte(out), &st); err != nil {
			t.Fatal(err)
		}
		nets := map[string]sweep.NetStatus{}
		for _, n := range st.Nets {
			nets[n.Net.String()] = n
		}
		if ok(nets) {
			return nets
		}
		if time.Now().After(end) {
			_, logs, _ := coadapt(t, t.Context(), "logs")
			t.Fatalf("not so after four minutes: %s\n%s", out, logs)
		}
	}
}

// entries is what a store has: each result but for its seconds, and the digest of its weights.
func entries(t *testing.T, dir string) (out []string) {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := transfer.Results(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		files, err := s.Get(r.Key, "weights.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		digest, err := store.Key(files["weights.safetensors"])
		if err != nil {
			t.Fatal(err)
		}
		r.Seconds = 0
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(line)+" "+digest)
	}
	return out
}

// TestDryRun prints scripts where there is no Slurm, and writes nothing.
func TestDryRun(t *testing.T) {
	args := tiny(t, "-on", "slurm", "-dry-run", "-gpus", "1", "-time", "2h", "-memory", "8G", "-group", "2",
		"-sbatch=--mail-type=END")
	args[0] = "run"
	args = append(args, "-grid", "curve")
	t.Setenv("PATH", t.TempDir())
	status, out, said := coadapt(t, t.Context(), args...)
	if status != 0 || !strings.Contains(said, "there is no sbatch in PATH") {
		t.Fatalf("status %d: %s", status, said)
	}
	for _, want := range []string{"# level0.sh: 2 tasks of level 0", "# level1.sh: 1 tasks of level 1",
		"#SBATCH --array=0-0\n", "#SBATCH --gres=gpu:1", "#SBATCH --time=120",
		"#SBATCH --mem=8192M", "#SBATCH --mail-type=END", " --join=curve-shapes-", "export COADAPT_STORE=",
		" --steps=3 "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	// 3 steps of 4 images at 0.01 images a second are 20 minutes, 16 test images less than 27 more, as they go
	// forward only: two bases in one task, one and a half times, and 10 minutes.
	args = slices.Concat(slices.DeleteFunc(slices.Clone(args),
		func(a string) bool { return a == "-time" || a == "2h" || a == "-memory" || a == "8G" }),
		[]string{"-images-per-second", "0.01"})
	status, slow, said := coadapt(t, t.Context(), args...)
	var minutes int
	_, rest, _ := strings.Cut(slow, "#SBATCH --time=")
	if _, err := fmt.Sscan(rest, &minutes); err != nil || status != 0 || minutes < 70 || minutes > 150 ||
		strings.Contains(slow, "--mem=") {
		t.Errorf("status %d, %d minutes, %v: %s\n%s", status, minutes, err, said, slow)
	}
	for _, not := range []string{"--grid=", "--n=3", "--treatments=", "--gpus", "--on="} {
		if strings.Contains(out, not) {
			t.Errorf("%q in:\n%s", not, out)
		}
	}
	if _, err := os.Stat(filepath.Join(os.Getenv("COADAPT_STORE"), "runs")); err == nil {
		t.Error("a dry run made a run")
	}
	if status, _, said := coadapt(t, t.Context(),
		slices.DeleteFunc(args, func(a string) bool { return a == "-dry-run" })...); status == 0 ||
		!strings.Contains(said, "there is no sbatch in PATH") {
		t.Errorf("without Slurm: status %d: %s", status, said)
	}
}

// TestSlurmFlags: what cannot be is refused by its flag.
func TestSlurmFlags(t *testing.T) {
	for want, args := range map[string][]string{
		"-gpus: only with -on slurm": {"-gpus", "1"},
		`-on "pbs": want slurm`:      {"-on", "pbs"},
		`-memory "8X"`:               {"-on", "slurm", "-memory", "8X"},
		`-memory "0G"`:               {"-on", "slurm", "-memory", "0G"},
		"[detach on]":                {"-on", "slurm", "-detach"},
	} {
		base := append(tiny(t), "-grid", "curve")
		base[0] = "run"
		if status, _, said := coadapt(t, t.Context(), append(base, args...)...); status == 0 ||
			!strings.Contains(said, want) {
			t.Errorf("%v: status %d, %s, want %q", args, status, said, want)
		}
	}
}

// TestJoinWants the same nets: under another recipe they have other keys.
func TestJoinWants(t *testing.T) {
	args := tiny(t)
	args[0] = "run"
	if status, _, said := coadapt(t, t.Context(), append(args, "-grid", "curve")...); status != 0 {
		t.Fatal(said)
	}
	runs, err := os.ReadDir(filepath.Join(os.Getenv("COADAPT_STORE"), "runs"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	join := []string{"run", "-data", "shapes:classes=4,train=12,test=8,size=24", "-widths", "4,4,4,4,4,8,8", "-batch",
		"4", "-backend", "go", "-nets", "0/A3B", "-join", runs[0].Name(), "-json", "-steps"}
	if status, out, said := coadapt(t, t.Context(), append(join, "3")...); status != 0 ||
		!strings.Contains(out, `"name":"0/A3B"`) {
		t.Errorf("status %d: %s %s", status, out, said)
	}
	if status, _, said := coadapt(t, t.Context(), append(join, "4")...); status == 0 ||
		!strings.Contains(said, "net 0/baseA is another one here") {
		t.Errorf("status %d: %s", status, said)
	}
	join[slices.Index(join, "-join")+1] = "none"
	if status, _, said := coadapt(t, t.Context(), append(join, "3")...); status == 0 ||
		!strings.Contains(said, "no such run") {
		t.Errorf("status %d: %s", status, said)
	}
}
