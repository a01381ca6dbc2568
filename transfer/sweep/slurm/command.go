package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// answer is how long a command of Slurm may take. The commands themselves give up
// on a silent controller after MessageTimeout (10 s, on large sites 100 s).
const answer = 3 * time.Minute

// ask runs a command of Slurm and returns its output. The error has the command's own words.
func ask(ctx context.Context, dir string, drop []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	for _, e := range os.Environ() {
		if k, _, _ := strings.Cut(e, "="); !dropped(k, drop) {
			c.Env = append(c.Env, e)
		}
	}
	var out, fault bytes.Buffer
	c.Stdout, c.Stderr = &out, &fault
	err := c.Run()
	switch {
	case err == nil:
		return out.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("slurm: there is no %s in PATH; log in to a node of the cluster that has Slurm's "+
			"commands, or load their module", name)
	case ctx.Err() != nil:
		return "", fmt.Errorf("slurm: %s did not answer: %w", name, ctx.Err())
	}
	said := strings.TrimSpace(fault.String())
	if said == "" {
		said = strings.TrimSpace(out.String())
	}
	lines := strings.Split(said, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(lines[i], name+": "), "error: ")
	}
	return out.String(), &toolError{name, strings.Join(lines, "; "), err}
}

// toolError says that a command of Slurm failed.
type toolError struct {
	name, said string
	err        error
}

func (e *toolError) Error() string { return fmt.Sprintf("slurm: %s: %s (%v)", e.name, e.said, e.err) }
func (e *toolError) Unwrap() error { return e.err }

// dropped lists the variables that Slurm's commands must not see: those that change
// what squeue and sacct print and what scancel finds, and the given ones.
func dropped(name string, drop []string) bool {
	starts := func(p string) bool { return strings.HasPrefix(name, p) }
	return slices.ContainsFunc([]string{"SQUEUE_", "SCANCEL_", "SACCT_"}, starts) ||
		slices.Contains(drop, name) || name == "SLURM_TIME_FORMAT"
}

// overrides lists the variables that override a script's options in sbatch.
func overrides(script string) []string {
	all := map[string][]string{
		"array": {"SBATCH_ARRAY_INX"}, "job-name": {"SBATCH_JOB_NAME"}, "output": {"SBATCH_OUTPUT"},
		"open-mode": {"SBATCH_OPEN_MODE"},
		"requeue":   {"SBATCH_REQUEUE", "SBATCH_NO_REQUEUE"}, "signal": {"SBATCH_SIGNAL"}, "time": {"SBATCH_TIMELIMIT"},
		"mem":       {"SBATCH_MEM_PER_NODE", "SBATCH_MEM_PER_CPU", "SBATCH_MEM_PER_GPU"},
		"gres":      {"SBATCH_GRES", "SBATCH_GPUS", "SBATCH_GPUS_PER_NODE", "SBATCH_GPUS_PER_TASK"},
		"partition": {"SBATCH_PARTITION"}, "account": {"SBATCH_ACCOUNT"}, "qos": {"SBATCH_QOS"},
		"constraint": {"SBATCH_CONSTRAINT"},
	}
	drop := []string{"SBATCH_WAIT", "SBATCH_DEBUG", "SLURM_EXIT_ERROR"}
	for line := range strings.Lines(script) {
		option, ok := strings.CutPrefix(strings.ReplaceAll(line, `"`, ""), "#SBATCH --")
		if name, _, _ := strings.Cut(strings.TrimSpace(option), "="); ok {
			drop = append(drop, all[name]...)
		}
	}
	return drop
}
