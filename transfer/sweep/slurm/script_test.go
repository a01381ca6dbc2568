package slurm

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fake puts a program of sh text into a folder that is first in PATH.
func fake(t *testing.T, programs map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return dir
}

// shells are those that a batch script may be run by.
func shells(t *testing.T) (paths []string) {
	for _, name := range []string{"sh", "dash", "bash"} {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		t.Skip("no shell")
	}
	return paths
}

// job is a script that runs as a batch job would.
type job struct {
	*exec.Cmd
	out bytes.Buffer
}

// begin runs the only script of a submission as task 1.
func begin(t *testing.T, shell string, s *Submission, env ...string) *job {
	t.Helper()
	j := &job{Cmd: exec.Command(shell, s.Jobs[0].Script)}
	j.Dir, j.Stdout, j.Stderr = s.Dir(), &j.out, &j.out
	j.Env = append(append(os.Environ(), "SLURM_ARRAY_JOB_ID=7", "SLURM_ARRAY_TASK_ID=1"), env...)
	j.WaitDelay = time.Minute
	if err := j.Start(); err != nil {
		t.Fatal(err)
	}
	return j
}

// status waits for the end.
func (j *job) status(t *testing.T) int {
	t.Helper()
	err := j.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return j.ProcessState.ExitCode()
}

// saved is a submission of two tasks that run a command.
func saved(t *testing.T, o Options, command ...string) *Submission {
	t.Helper()
	s, err := New(command, []Level{{[]Task{{Nets: []string{"0/baseA"}}, {Nets: []string{"0/baseB", "0/B3B+"}}}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(filepath.Join(t.TempDir(), "it's a \"run\"")); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestScriptPassesWordsOn: whatever is in the words, the folder and the environment comes through the shell as it is.
func TestScriptPassesWordsOn(t *testing.T) {
	fake(t, nil)
	words := []string{"", " ", "it's", `a"b`, "$HOME `id` $(id)", "line\nbreak\n#SBATCH --exclusive", `back\slash`, "*",
		"-n", "ünï"}
	dir := filepath.Join(t.TempDir(), "a 'folder'\nof \"two\" lines")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	value := "x'y\nz\"$A"
	s := saved(t, Options{Dir: dir, Env: []string{"GIVEN=" + value}},
		append([]string{"/bin/sh", "-c", `printf '%s\0' "$PWD" "$GIVEN" "$@"; exit 3`, "sh"}, words...)...)
	for _, shell := range shells(t) {
		j := begin(t, shell, s)
		if got := j.status(t); got != 3 {
			t.Fatalf("%s: status %d, want the program's 3\n%s", shell, got, &j.out)
		}
		_, out, _ := strings.Cut(j.out.String(), "0/baseB,0/B3B+\n") // the script's own line
		out, _, _ = strings.Cut(out, "\x00"+time.Now().UTC().Format("2006"))
		want := strings.Join(append(append([]string{dir, value}, words...), "-nets", "0/baseB,0/B3B+"), "\x00")
		if out != want {
			t.Errorf("%s: the program got %q, want %q", shell, out, want)
		}
	}
}

// obstinate is a program that tells when it is ready, counts TERMs, and ends with 130 after the first.
const obstinate = `trap 'n=$((n+1)); echo "TERM $n"; exit 130' TERM; : >"$0.ready"; while :; do sleep 0.02; done`

// TestScriptSignals: what the script does about each way of being stopped, as package slurm says.
func TestScriptSignals(t *testing.T) {
	dir := fake(t, map[string]string{"scontrol": `echo "$@" >>"$(dirname "$0")/asked"`})
	asked := filepath.Join(dir, "asked")
	for _, shell := range shells(t) {
		for _, c := range []struct {
			name     string
			script   syscall.Signal // to the script
			program  syscall.Signal // to the program
			restarts string
			status   int
			requeues bool
		}{
			{"time limit", syscall.SIGUSR1, 0, "0", 130, true},
			{"time limit, once too often", syscall.SIGUSR1, 0, "100", 130, false},
			{"cancelled", syscall.SIGTERM, 0, "0", 130, false},
			{"killed", 0, syscall.SIGKILL, "2", 137, true},
			{"killed, once too often", 0, syscall.SIGKILL, "3", 137, false},
			{"stopped by others", 0, syscall.SIGTERM, "0", 130, false},
		} {
			t.Run(filepath.Base(shell)+" "+c.name, func(t *testing.T) {
				ready := filepath.Join(t.TempDir(), "program")
				s := saved(t, Options{}, "/bin/sh", "-c", `echo $$ >"$0.pid"; `+obstinate, ready)
				j := begin(t, shell, s, "SLURM_RESTART_COUNT="+c.restarts)
				for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
					if _, err := os.Stat(ready + ".ready"); err == nil {
						break
					}
					if time.Now().After(end) {
						t.Fatal("the program was not begun")
					}
				}
				if c.script != 0 {
					if err := j.Process.Signal(c.script); err != nil {
						t.Fatal(err)
					}
				}
				if c.program != 0 {
					if err := syscall.Kill(number(t, ready+".pid"), c.program); err != nil {
						t.Fatal(err)
					}
				}
				if got := j.status(t); got != c.status {
					t.Errorf("status %d, want %d\n%s", got, c.status, &j.out)
				}
				text, err := os.ReadFile(asked)
				if had := err == nil && string(text) == "requeue 7_1\n"; had != c.requeues {
					t.Errorf("scontrol was asked %q, want a requeue: %v\n%s", text, c.requeues, &j.out)
				}
				if err := os.RemoveAll(asked); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func number(t *testing.T, file string) (n int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range strings.TrimSpace(string(text)) {
		n = 10*n + int(d-'0')
	}
	return n
}

// TestScriptWithoutNets: a task beyond its file's end is an error, not a run of nothing.
func TestScriptWithoutNets(t *testing.T) {
	s := saved(t, Options{}, "true")
	j := begin(t, shells(t)[0], s, "SLURM_ARRAY_TASK_ID=2")
	if got := j.status(t); got != 2 || !strings.Contains(j.out.String(), "no line 3 in level0.tasks") {
		t.Errorf("status %d\n%s", got, &j.out)
	}
}

// TestOptions: what a plan and a request come to.
func TestOptions(t *testing.T) {
	tasks := []Task{{Nets: []string{"a"}, Time: 10 * time.Minute, Memory: 1 << 30},
		{Nets: []string{"b"}, Time: time.Hour + time.Second, Memory: 4 << 30}}
	for _, c := range []struct {
		name  string
		o     Options
		tasks []Task
		want  string // lines of options, the fixed ones left out
	}{
		// 1.5 x 60:01 + 10:00 = 100:01.5, up to whole minutes; 1.25 x 4096 + 512 MiB.
		{"of the plan", Options{}, tasks, "--time=101 --mem=5632M"},
		{"unknown", Options{}, []Task{tasks[0], {Nets: []string{"c"}}}, ""},
		{"given", Options{Time: 90*time.Second + 3*time.Minute, Memory: 1<<20 + 1, CPUs: 4, GPUs: 2}, tasks,
			"--time=5 --mem=2M --cpus-per-task=4 --gres=gpu:2"},
		{"as long as the partition allows", Options{MaxTime: time.Hour}, tasks, "--time=60 --mem=5632M"},
		{"named", Options{Partition: "p", Account: "a b", QOS: "q", Constraint: "x|y&z",
			Extra: []string{"--comment=say \"hi\" \\o/"}, Time: time.Hour, Memory: 1 << 20}, tasks,
			`--time=60 --mem=1M --partition=p "--account=a b" --qos=q --constraint=x|y&z "--comment=say \"hi\" \\o/"`},
	} {
		s, err := New([]string{"x"}, []Level{{c.tasks}}, c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for line := range strings.Lines(s.Scripts()[0]) {
			option, ok := strings.CutPrefix(line, "#SBATCH ")
			if ok && !strings.HasPrefix(option, "--job-name=coadapt-"+s.Token) && option != "--array=0-1\n" &&
				option != "--output=logs/%A_%a.out\n" &&
				option != "--open-mode=append\n" && option != "--requeue\n" && option != "--signal=B:USR1@120\n" {
				got = append(got, strings.TrimSpace(option))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: options %s, want %s", c.name, strings.Join(got, " "), c.want)
		}
	}
}

// TestWrong: what cannot be is refused by its name.
func TestWrong(t *testing.T) {
	good := []Level{{[]Task{{Nets: []string{"a"}}}}}
	for want, try := range map[string]func() (*Submission, error){
		"no command":   func() (*Submission, error) { return New(nil, good, Options{}) },
		"no nets":      func() (*Submission, error) { return New([]string{"x"}, []Level{{}}, Options{}) },
		"without nets": func() (*Submission, error) { return New([]string{"x"}, []Level{{[]Task{{}}}}, Options{}) },
		`net "a,b"`: func() (*Submission, error) {
			return New([]string{"x"}, []Level{{[]Task{{Nets: []string{"a,b"}}}}}, Options{})
		},
		`job name "a/b"`: func() (*Submission, error) { return New([]string{"x"}, good, Options{Name: "a/b"}) },
		"control characters": func() (*Submission,
			error) {
			return New([]string{"x"}, good, Options{Partition: "a\n#SBATCH -x"})
		},
		"want one word": func() (*Submission, error) {
			return New([]string{"x"}, good, Options{Extra: []string{"--mail-user me"}})
		},
		"option -a5: the scripts": func() (*Submission,
			error) {
			return New([]string{"x"}, good, Options{Extra: []string{"-a5"}})
		},
		"option --array=0-3: the": func() (*Submission,
			error) {
			return New([]string{"x"}, good, Options{Extra: []string{"--array=0-3"}})
		},
		"absolute": func() (*Submission, error) { return New([]string{"x"}, good, Options{Dir: "x"}) },
		"NAME=value": func() (*Submission,
			error) {
			return New([]string{"x"}, good, Options{Env: []string{"A B=c"}})
		},
		"GPUs -1":   func() (*Submission, error) { return New([]string{"x"}, good, Options{GPUs: -1}) },
		"zero byte": func() (*Submission, error) { return New([]string{"x\x00"}, good, Options{}) },
		"a time limit of 2m0s": func() (*Submission,
			error) {
			return New([]string{"x"}, good, Options{Time: 61 * time.Second})
		},
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestGroup(t *testing.T) {
	var tasks []Task
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		tasks = append(tasks, Task{Nets: []string{n}, Time: time.Hour, Memory: int64(n[0])})
	}
	tasks[3].Time = 0
	got := Group(tasks, 2)
	if len(got) != 3 || strings.Join(got[0].Nets, "") != "ab" || got[0].Time != 2*time.Hour || got[0].Memory != 'b' ||
		got[1].Time != 0 || strings.Join(got[2].Nets, "") != "e" {
		t.Errorf("%+v, want ab of two hours, cd of unknown time, e", got)
	}
	if got := Group(tasks, 0); len(got) != 5 {
		t.Errorf("%d tasks, want them as they were", len(got))
	}
}
