package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// These tests stand in for what the cluster of TestSweep does not have:
// refusals, accounts, limits of users. There the commands are Slurm's own.

// three is a submission of three arrays: two of level 0, one of level 1.
func three(t *testing.T) *Submission {
	t.Helper()
	s, err := New([]string{"true"},
		[]Level{{[]Task{{Nets: []string{"a"}}, {Nets: []string{"b"}}}}, {}, {[]Task{{Nets: []string{"c"}}}}},
		Options{MaxArray: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return s
}

// sbatch is a fake that numbers jobs from 101, and refuses where there is a file "full". It forgets to answer where
// there is one "silent".
const sbatch = `cd "$(dirname "$0")"
echo "$*" "$SBATCH_ARRAY_INX" >>asked
if [ -e full ]; then echo "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy" >&2; exit 1; fi
n=$((101 + $(wc -l <jobs)))
case $* in *level0.0.sh) name=level0.0;; *level0.1.sh) name=level0.1;; *) name=level2;; esac
echo "$n $name" >>jobs
if [ -e silent ]; then echo "sbatch: error: Socket timed out" >&2; exit 1; fi
echo "$n;cluster"`

// squeue is a fake that finds jobs by their name.
const squeue = `cd "$(dirname "$0")"
for a in "$@"; do case $a in --name=*) while read -r id name; do case $a in *-"$name") printf '%s\t\n' "$id";; esac; done <jobs;; esac; done`

// TestSubmitGoesOn: refused half way, interrupted, answered by nobody: each array is submitted once, and after those it
// waits for.
func TestSubmitGoesOn(t *testing.T) {
	t.Setenv("SBATCH_ARRAY_INX", "7") // would be preferred to the script's
	dir := fake(t, map[string]string{"sbatch": sbatch, "squeue": squeue, "sacct": "exit 1"})
	file := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file("jobs", "")
	s := three(t)
	file("full", "")
	if err := s.Submit(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "Job violates accounting/QOS policy (exit status 1); 0 of 3") {
		t.Errorf("%v, want sbatch's reason", err)
	}
	if err := os.Remove(filepath.Join(dir, "full")); err != nil {
		t.Fatal(err)
	}
	file("silent", "")
	if err := s.Submit(t.Context()); err == nil || !strings.Contains(err.Error(), "Socket timed out") {
		t.Errorf("%v, want sbatch's reason", err)
	}
	if err := os.Remove(filepath.Join(dir, "silent")); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Submit(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want canceled", err)
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := again.Submit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, j := range again.Jobs {
		ids = append(ids, j.ID)
	}
	if !slices.Equal(ids, []string{"101", "102", "103"}) {
		t.Errorf("jobs %v, want the three that sbatch made, one of them found again", ids)
	}
	text, err := os.ReadFile(filepath.Join(dir, "asked"))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err != nil || len(lines) != 4 || !strings.Contains(lines[3], "--dependency=afterany:101:102 level2.sh") ||
		strings.Contains(lines[2], "dependency") ||
		strings.HasSuffix(lines[0], " 7") {
		t.Errorf("sbatch was asked, %v:\n%s", err, text)
	}
}

// TestAccounts: what the controller has forgotten is taken from sacct, jobs of other names are not ours, the rest is
// gone.
func TestAccounts(t *testing.T) {
	s := three(t)
	for i := range s.Jobs {
		s.Jobs[i].ID = fmt.Sprint(101 + i)
	}
	if err := s.record(); err != nil {
		t.Fatal(err)
	}
	fake(t, map[string]string{
		"squeue": `printf '101\t0\tsomebody-elses\tRUNNING\t0\t0\tn7\tNone\t\n'`,
		"sacct": "printf '%s\\n' '102_0|" + s.Jobs[1].Name + "|OUT_OF_MEMORY|0:125|n3' '103_0|" + s.Jobs[2].Name +
			"|CANCELLED by 1000|0:0|None assigned'",
	})
	got, err := s.Tasks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got[0].State != Gone || got[1].State != Failed || got[1].Node != "n3" ||
		got[1].String() != "failed by signal 125 (out_of_memory)" || got[2].State != Cancelled {
		t.Errorf("%+v", got)
	}
	fake(t, map[string]string{"squeue": `echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1`})
	if _, err := s.Tasks(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "Unable to contact slurm controller") {
		t.Errorf("%v, want squeue's reason", err)
	}
}

// TestStates: words of squeue(1) that the test's cluster does not come to.
func TestStates(t *testing.T) {
	for word, want := range map[string]string{
		"PENDING": "pending (Why)", "REQUEUE_HOLD": "requeued (Why)", "CONFIGURING": "running on n1 (configuring)",
		"SUSPENDED": "running on n1 (suspended)",
		"NODE_FAIL": "failed with status 1 (node_fail)", "PREEMPTED": "failed with status 1 (preempted)",
		"TIMEOUT": "timed out", "COMPLETED": "done (Why)",
	} {
		var got TaskState
		said{state: word, reason: "Why", node: "n1", exit: 1}.fill(&got)
		if got.String() != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

// TestSite: what a cluster allows, where it keeps accounts and has no arrays longer than ten.
func TestSite(t *testing.T) {
	programs := map[string]string{
		"scontrol": `case $* in
*config) printf 'KillWait                = 30 sec\nMaxArraySize            = 10\n';;
*partition) echo "PartitionName=a Default=NO MaxTime=UNLIMITED TotalNodes=2"; echo "PartitionName=b Default=YES MaxTime=2-03:04:05 TotalNodes=40";;
*) echo "slurm_load_partitions error: Invalid partition name specified" >&2; exit 1;;
esac`,
		"sacctmgr": `printf '\n200\n12\n'`, "sbatch": "", "squeue": "", "scancel": "",
	}
	dir := fake(t, programs)
	site, _, err := Check(t.Context(), "", filepath.Join(dir, "sbatch"), dir)
	// 2-03:04:05
	if want := (Site{MaxArray: 10, MaxTime: 51*time.Hour + 4*time.Minute + 5*time.Second, MaxSubmit: 12,
		Nodes: 40}); err != nil || site != want {
		t.Errorf("%+v, %v, want %+v", site, err, want)
	}
	if _, _, err := Check(t.Context(), "z", filepath.Join(dir, "sbatch")); err == nil ||
		!strings.Contains(err.Error(), "Invalid partition name") {
		t.Errorf("%v, want scontrol's reason", err)
	}
	if _, _, err := Check(t.Context(), "", "sbatch"); err == nil || !strings.Contains(err.Error(), "absolute path") {
		t.Errorf("%v, want an absolute path", err)
	}
	var level Level
	for range 25 {
		level.Tasks = append(level.Tasks, Task{Nets: []string{"x"}})
	}
	o, notes := site.Fit([]Level{level, level}, Options{})
	if tasks := 2 * len(Group(level.Tasks, o.Group)); tasks > 12 || o.MaxArray != 10 || o.MaxTime != site.MaxTime ||
		len(notes) != 1 {
		t.Errorf("%+v, %q: %d tasks, want 12 at most", o, notes, tasks)
	}
	if o, notes := site.Fit([]Level{level}, Options{Group: 3, MaxArray: 4}); o.Group != 3 || o.MaxArray != 4 ||
		len(notes) != 0 {
		t.Errorf("%+v, %q, want what was asked for", o, notes)
	}
	t.Setenv("PATH", t.TempDir())
	if _, _, err := Check(t.Context(), "", "/bin/sh"); err == nil ||
		!strings.Contains(err.Error(), "no sbatch in PATH") {
		t.Errorf("%v, want what is missing", err)
	}
}

// TestOneAtATime: two processes at one submission would give it twice.
func TestOneAtATime(t *testing.T) {
	s := three(t)
	err := s.locked(func() error {
		other, err := Open(s.Dir())
		if err != nil {
			return err
		}
		if err := other.Submit(t.Context()); err == nil || !strings.Contains(err.Error(), "by another process") {
			t.Errorf("%v, want to be told of the other", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
