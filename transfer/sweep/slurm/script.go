package slurm

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Quote makes any text one word for sh.
func Quote(s string) string {
	if s != "" && strings.Trim(s, letters+"_-./:=,+@%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quoteOption makes any text one word for the options that sbatch reads from a script.
func quoteOption(s string) string {
	if strings.Trim(s, letters+"_-./:=,+@%|&[]*") == "" {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// options gives the options of an array as sbatch takes them.
func (o *Options) options(name string, tasks []Task) ([]string, error) {
	limit, err := o.limit(tasks)
	if err != nil {
		return nil, err
	}
	array := fmt.Sprintf("--array=0-%d", len(tasks)-1)
	if o.MaxRunning > 0 {
		array += fmt.Sprintf("%%%d", o.MaxRunning)
	}
	out := []string{"--job-name=" + name, array, "--output=logs/%A_%a.out", "--open-mode=append", "--requeue",
		fmt.Sprintf("--signal=B:USR1@%d", int(o.Grace/time.Second))}
	add := func(format string, v any, given bool) {
		if given {
			out = append(out, fmt.Sprintf(format, v))
		}
	}
	add("--time=%d", int(limit/time.Minute), limit > 0)
	mem := o.memory(tasks)
	add("--mem=%dM", mem, mem > 0)
	add("--cpus-per-task=%d", o.CPUs, o.CPUs > 0)
	add("--gres=gpu:%d", o.GPUs, o.GPUs > 0)
	add("--partition=%s", o.Partition, o.Partition != "")
	add("--account=%s", o.Account, o.Account != "")
	add("--qos=%s", o.QOS, o.QOS != "")
	add("--constraint=%s", o.Constraint, o.Constraint != "")
	return append(out, o.Extra...), nil
}

// script is the text of an array's script. Its tasks are the lines of the task file from offset+1 on.
func (o *Options) script(name, taskFile string, offset int, tasks []Task, command []string) (string, error) {
	options, err := o.options(name, tasks)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, opt := range options {
		fmt.Fprintf(&b, "#SBATCH %s\n", quoteOption(opt))
	}
	words := slices.Clone(command)
	for i := range words {
		words[i] = Quote(words[i])
	}
	var set strings.Builder
	for _, e := range o.Env {
		k, v, _ := strings.Cut(e, "=")
		fmt.Fprintf(&set, "export %s=%s\n", k, Quote(v))
	}
	if o.Dir != "" {
		fmt.Fprintf(&set, "cd -- %s || exit 2\n", Quote(o.Dir))
	}
	b.WriteString(strings.NewReplacer("@TASKS@", taskFile, "@LINE@", fmt.Sprint(offset+1), "@REQUEUES@",
		fmt.Sprint(o.Requeues),
		"@RETRIES@", fmt.Sprint(max(0, o.Retries)), "@SET@", set.String(), "@COMMAND@",
		strings.Join(words, " ")).Replace(body))
	return b.String(), nil
}

// body runs the command and handles the scheduler's signals. A signal's trap ends
// the wait, so the script waits for the program again. If the program had ended at
// that very moment, the second wait says 127, and the status of the first counts.
const body = `# Trains the nets in one line of @TASKS@. Give it to sbatch from the folder in which it lies.
limit= stopped= child= status=
trap 'limit=1 stopped=1 signalled=1; pass' USR1
trap 'stopped=1 signalled=1; pass' TERM
pass() { [ -z "$child" ] || kill -TERM "$child" 2>/dev/null; }
say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $task: $1"; }
requeue() {
	if [ "${SLURM_RESTART_COUNT:-0}" -ge "$1" ]; then
		say "$2; not requeued, having been started again $1 times"
	elif scontrol requeue "$task"; then
		say "$2; requeued"
	else
		say "$2; could not be requeued"
	fi
}
task=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}
nets=$(sed -n "$((SLURM_ARRAY_TASK_ID + @LINE@))p" @TASKS@)
if [ -z "$nets" ]; then
	say "no line $((SLURM_ARRAY_TASK_ID + @LINE@)) in @TASKS@ in $PWD"
	exit 2
fi
say "on $(uname -n), start $((${SLURM_RESTART_COUNT:-0} + 1)): $nets"
@SET@@COMMAND@ -nets "$nets" &
child=$!
[ -z "$stopped" ] || pass
while :; do
	signalled=
	wait "$child"
	code=$?
	[ "$code" -eq 127 ] && [ -n "$status" ] || status=$code
	[ -n "$signalled" ] || break
done
say "ended with status $status"
if [ -n "$limit" ]; then
	case $status in 130 | 143) requeue @REQUEUES@ "stopped for its time limit" ;; esac
elif [ -z "$stopped" ] && [ "$status" -gt 128 ] && [ "$status" -ne 130 ]; then
	requeue @RETRIES@ "the program was killed"
fi
exit "$status"
`
