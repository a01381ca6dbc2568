package slurm

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"coadapt/gomlxnet/durable"

	"github.com/gofrs/flock"
)

// Submission is the job arrays of a run: their scripts, and their jobs in the scheduler.
type Submission struct {
	Token     string    `json:"token"` // part of the names of its jobs, and only of these
	Jobs      []Job     `json:"jobs"`  // by level
	Made      time.Time `json:"made"`
	Cancelled bool      `json:"cancelled,omitempty"`

	dir     string
	scripts []string            // of Jobs
	files   map[string][]string // lines of the task files
}

// Job is one job array.
type Job struct {
	Name   string    `json:"name"`
	Script string    `json:"script"` // file
	Tasks  string    `json:"tasks"`  // file of the nets, one task a line
	Level  int       `json:"level"`
	Offset int       `json:"offset"` // of its task 0 in that file
	Count  int       `json:"count"`  // of its tasks
	Tried  time.Time `json:"tried,omitzero"`
	ID     string    `json:"id,omitempty"` // given by the scheduler; "" until it is submitted
}

// New makes the scripts for a command, which is run with -nets and a list of nets.
// Levels without tasks are left out. Nothing is saved yet.
func New(command []string, levels []Level, o Options) (*Submission, error) {
	if err := o.check(command, levels); err != nil {
		return nil, err
	}
	s := &Submission{Token: strings.ToLower(rand.Text()[:8]), Made: time.Now().UTC(), files: map[string][]string{}}
	for i, l := range levels {
		tasks := Group(l.Tasks, o.Group)
		file := fmt.Sprintf("level%d.tasks", i)
		for _, t := range tasks {
			s.files[file] = append(s.files[file], strings.Join(t.Nets, ","))
		}
		for offset := 0; offset < len(tasks); offset += o.MaxArray {
			part := tasks[offset:min(offset+o.MaxArray, len(tasks))]
			label := fmt.Sprintf("level%d", i)
			if len(tasks) > o.MaxArray {
				label += fmt.Sprintf(".%d", offset/o.MaxArray)
			}
			j := Job{Name: fmt.Sprintf("%s-%s-%s", o.Name, s.Token, label), Script: label + ".sh", Tasks: file,
				Level: i, Offset: offset, Count: len(part)}
			text, err := o.script(j.Name, file, offset, part, command)
			if err != nil {
				return nil, err
			}
			s.Jobs, s.scripts = append(s.Jobs, j), append(s.scripts, text)
		}
	}
	if len(s.Jobs) == 0 {
		return nil, errors.New("slurm: no nets to train")
	}
	return s, nil
}

// Scripts gives the texts of the scripts, in the order of Jobs.
func (s *Submission) Scripts() []string { return slices.Clone(s.scripts) }

// Dir is the folder in which the submission is saved.
func (s *Submission) Dir() string { return s.dir }

// Logs lists the files with what its tasks have printed so far, in the order of the tasks.
func (s *Submission) Logs() ([]string, error) {
	var out []string
	for _, j := range s.Jobs {
		for k := range j.Count {
			file := s.log(j, k)
			if _, err := os.Stat(file); err == nil {
				out = append(out, file)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("slurm: %w", err)
			}
		}
	}
	return out, nil
}

// log is the log file of a task.
func (s *Submission) log(j Job, task int) string {
	return filepath.Join(s.dir, logsDir, fmt.Sprintf("%s_%d.out", j.ID, task))
}

const (
	folder   = "slurm"
	jobsFile = "jobs.json"
	lockFile = "jobs.lock"
	logsDir  = "logs"
)

// Save writes everything into a new folder RUN/slurm/N.
func (s *Submission) Save(run string) error {
	run, err := filepath.Abs(run)
	if err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(run, folder), 0o755); err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	numbers, err := numbered(run)
	if err != nil {
		return err
	}
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	for ; ; next++ {
		s.dir = filepath.Join(run, folder, strconv.Itoa(next))
		if err := os.Mkdir(s.dir, 0o755); !errors.Is(err, fs.ErrExist) {
			if err != nil {
				return fmt.Errorf("slurm: %w", err)
			}
			break
		}
	}
	if err := os.Mkdir(filepath.Join(s.dir, logsDir), 0o755); err != nil { // Slurm does not create it
		return fmt.Errorf("slurm: %w", err)
	}
	for file, lines := range s.files {
		if err := writeFile(filepath.Join(s.dir, file), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return fmt.Errorf("slurm: %w", err)
		}
	}
	for i, j := range s.Jobs {
		if err := writeFile(filepath.Join(s.dir, j.Script), []byte(s.scripts[i]), 0o755); err != nil {
			return fmt.Errorf("slurm: %w", err)
		}
	}
	return s.record() // last: without it the folder is unfinished, and nothing of it was submitted
}

// record writes jobs.json atomically.
func (s *Submission) record() error {
	data, err := json.MarshalIndent(s, "", " ")
	if err == nil {
		err = writeFile(filepath.Join(s.dir, jobsFile), append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	return nil
}

// writeFile writes a file atomically, also for nodes that read it from a shared folder.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// numbered lists the folders of a run's submissions in order.
func numbered(run string) ([]int, error) {
	entries, err := os.ReadDir(filepath.Join(run, folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("slurm: %w", err)
	}
	var out []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// List opens the submissions of a run, oldest first. A run that was never given to
// a scheduler has none. Folders whose writing was interrupted are left out.
func List(run string) ([]*Submission, error) {
	numbers, err := numbered(run)
	if err != nil {
		return nil, err
	}
	var out []*Submission
	for _, n := range numbers {
		s, err := Open(filepath.Join(run, folder, strconv.Itoa(n)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Open reads a submission from its folder.
func Open(dir string) (*Submission, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("slurm: %w", err)
	}
	s := &Submission{dir: dir}
	return s, s.read()
}

// read reads jobs.json and the files that it names.
func (s *Submission) read() error {
	data, err := os.ReadFile(filepath.Join(s.dir, jobsFile))
	if err != nil {
		return fmt.Errorf("slurm: %w", err)
	}
	fresh := Submission{dir: s.dir, files: map[string][]string{}}
	if err := json.Unmarshal(data, &fresh); err != nil {
		return fmt.Errorf("slurm: %s: %w", filepath.Join(s.dir, jobsFile), err)
	}
	for _, j := range fresh.Jobs {
		script, err := os.ReadFile(filepath.Join(s.dir, j.Script))
		if err != nil {
			return fmt.Errorf("slurm: %w", err)
		}
		fresh.scripts = append(fresh.scripts, string(script))
		if fresh.files[j.Tasks] == nil {
			lines, err := os.ReadFile(filepath.Join(s.dir, j.Tasks))
			if err != nil {
				return fmt.Errorf("slurm: %w", err)
			}
			fresh.files[j.Tasks] = strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")
		}
		if j.Offset < 0 || j.Count < 1 || j.Offset+j.Count > len(fresh.files[j.Tasks]) {
			return fmt.Errorf("slurm: %s: %s has tasks %d to %d, %s has %d lines", filepath.Join(s.dir, jobsFile),
				j.Script,
				j.Offset, j.Offset+j.Count-1, j.Tasks, len(fresh.files[j.Tasks]))
		}
	}
	*s = fresh
	return nil
}

// locked reads the submission from disk and runs f, while no other process may change it.
func (s *Submission) locked(f func() error) (err error) {
	lock := flock.New(filepath.Join(s.dir, lockFile))
	ok, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("slurm: %s: %w", lock.Path(), err)
	}
	if !ok {
		return fmt.Errorf("slurm: %s is being submitted or cancelled by another process; wait until that one ends",
			s.dir)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if err := s.read(); err != nil {
		return err
	}
	return f()
}
