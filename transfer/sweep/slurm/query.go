package slurm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// State is a task's state in the scheduler.
type State string

// The states. Gone is a task that the scheduler has forgotten: it ended long ago,
// or was cancelled before it began.
const (
	Unsubmitted State = "not submitted"
	Pending     State = "pending"
	Requeued    State = "requeued" // pending again
	Running     State = "running"
	Done        State = "done"
	Failed      State = "failed"
	TimedOut    State = "timed out"
	Cancelled   State = "cancelled"
	Gone        State = "gone"
)

// Live says that the scheduler has the task, so that it need not be run elsewhere.
func (s State) Live() bool { return s == Pending || s == Requeued || s == Running }

// TaskState is what the scheduler knows of one task of an array.
type TaskState struct {
	ID       string   `json:"id"` // such as 123_4; "" where it is not submitted
	Level    int      `json:"level"`
	Nets     []string `json:"nets"`
	State    State    `json:"state"`
	Reason   string   `json:"reason,omitempty"` // why it waits or failed, in the scheduler's word
	Node     string   `json:"node,omitempty"`
	Exit     int      `json:"exit,omitempty"`   // status of a script that failed
	Signal   int      `json:"signal,omitempty"` // that ended the script
	Restarts int      `json:"restarts,omitempty"`
	Log      string   `json:"log,omitempty"` // file
}

// String is a line for readers, such as "running on n1" or "pending (Resources)".
func (t TaskState) String() string {
	b := string(t.State)
	switch {
	case t.State == Running && t.Node != "":
		b += " on " + t.Node
	case t.State == Failed && t.Exit > 0:
		b += fmt.Sprintf(" with status %d", t.Exit)
	case t.State == Failed && t.Signal > 0:
		b += fmt.Sprintf(" by signal %d", t.Signal)
	}
	if t.Reason != "" && t.Reason != "NonZeroExitCode" {
		b += " (" + t.Reason + ")"
	}
	switch {
	case t.Restarts == 1:
		b += ", started again once"
	case t.Restarts > 1:
		b += fmt.Sprintf(", started again %d times", t.Restarts)
	}
	return b
}

// Tasks asks the scheduler for the state of every task, in the order of Jobs.
func (s *Submission) Tasks(ctx context.Context) ([]TaskState, error) {
	var ids []string
	for _, j := range s.Jobs {
		if j.ID != "" {
			ids = append(ids, j.ID)
		}
	}
	answers, err := query(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []TaskState
	for _, j := range s.Jobs {
		for k := range j.Count {
			t := TaskState{Level: j.Level, Nets: strings.Split(s.files[j.Tasks][j.Offset+k], ","), State: Unsubmitted}
			if j.ID != "" {
				t.ID = j.ID + "_" + strconv.Itoa(k)
				t.Log, t.State = s.log(j, k), Gone
				if r, ok := answers[t.ID]; ok && r.name == j.Name {
					r.fill(&t)
				}
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// Nets gives the scheduler's last word on every net of a run, over all of its
// submissions. Of two tasks for one net the live one counts, otherwise the later.
func Nets(ctx context.Context, run string) (map[string]TaskState, error) {
	all, err := List(run)
	if err != nil {
		return nil, err
	}
	out := map[string]TaskState{}
	for _, s := range all {
		tasks, err := s.Tasks(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range tasks {
			for _, n := range t.Nets {
				if was, ok := out[n]; !ok || t.State.Live() || !was.State.Live() {
					out[n] = t
				}
			}
		}
	}
	return out, nil
}

// completing is the reason of a running task whose processes are being ended.
const completing = "completing"

// said is a line of output of squeue or sacct.
type said struct {
	name, state, reason, node string
	exit, signal, restarts    int
}

// fill copies the line into a TaskState. The states are those of squeue(1), "JOB STATE CODES".
func (r said) fill(t *TaskState) {
	t.Restarts, t.Reason = r.restarts, r.reason
	if r.reason == "None" {
		t.Reason = ""
	}
	state, _, _ := strings.Cut(r.state, " ") // CANCELLED by 1000
	switch state {
	case "PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT":
		t.State = Pending
		if r.restarts > 0 || state != "PENDING" {
			t.State = Requeued
		}
		return
	case "RUNNING", "COMPLETING", "CONFIGURING", "RESIZING", "SIGNALING", "STAGE_OUT", "SUSPENDED", "STOPPED":
		t.State, t.Node = Running, r.node
		if t.Reason = ""; state != "RUNNING" {
			t.Reason = strings.ToLower(state)
		}
		return
	case "COMPLETED":
		t.State = Done
	case "CANCELLED":
		t.State = Cancelled
	case "TIMEOUT":
		t.State, t.Reason = TimedOut, ""
	default: // FAILED, NODE_FAIL, BOOT_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED and states of newer versions
		t.State, t.Exit, t.Signal = Failed, r.exit, r.signal
		if state != "FAILED" {
			t.Reason = strings.ToLower(state)
		}
	}
	t.Node = r.node
}

// query asks for jobs by ID. Its result is by task, such as 123_4. Jobs that the
// controller has forgotten may still be in the accounts.
func query(ctx context.Context, ids []string) (map[string]said, error) {
	out := map[string]said{}
	if len(ids) == 0 {
		return out, nil
	}
	list := strings.Join(ids, ",")
	text, err := ask(ctx, "", nil, "squeue", "--noheader", "--all", "--array", "--states=all", "--jobs="+list,
		"--Format=ArrayJobID:\t,ArrayTaskID:\t,Name:\t,State:\t,exit_code:\t,RestartCnt:\t,NodeList:\t,Reason:\t")
	var refused *toolError
	if errors.As(err, &refused) && strings.Contains(refused.said, "Invalid job id") { // of one that is forgotten
		err = nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) < 8 {
			continue
		}
		code, _ := strconv.Atoi(f[4])
		restarts, _ := strconv.Atoi(f[5])
		out[f[0]+"_"+f[1]] = said{name: f[2], state: f[3], exit: code >> 8 & 0xff, signal: code & 0x7f,
			restarts: restarts, node: f[6], reason: f[7]}
	}
	text, ok, err := account(ctx, "--jobs="+list, "--array", "--format=JobID,JobName,State,ExitCode,NodeList")
	if err != nil || !ok {
		return out, err
	}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 5 {
			continue
		}
		if _, ok := out[f[0]]; ok {
			continue
		}
		exit, signal, _ := strings.Cut(f[3], ":")
		r := said{name: f[1], state: f[2], node: f[4]}
		r.exit, _ = strconv.Atoi(exit)
		r.signal, _ = strconv.Atoi(signal)
		out[f[0]] = r
	}
	return out, nil
}

// account asks sacct. ok is false where the cluster keeps no accounts, or does not show them.
func account(ctx context.Context, args ...string) (text string, ok bool, err error) {
	text, err = ask(ctx, "", nil, "sacct", append([]string{"--noheader", "--parsable2", "--allocations"}, args...)...)
	if ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	return text, err == nil, nil
}
