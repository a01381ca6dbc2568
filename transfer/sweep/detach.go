package sweep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"coadapt/transfer/store"
)

const outputFile = "output.txt"

// Detach starts coadapt as a process that outlives this one and its terminal. It
// waits until that process works on the run, has finished it, or has failed, and
// returns its process ID. Its output goes to the run's folder, see [Output]. Of cmd
// only path, arguments, environment and folder are used.
func Detach(ctx context.Context, s *store.Store, r Record, cmd *exec.Cmd) (pid int, err error) {
	fail := func(err error) (int, error) { return 0, fmt.Errorf("run %s in the background: %w", r.ID, err) }
	file := filepath.Join(Folder(s, r.ID), outputFile)
	out, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return fail(err)
	}
	defer out.Close()
	began, err := out.Seek(0, 2)
	if err != nil {
		return fail(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownSession()
	if err := cmd.Start(); err != nil {
		return fail(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case err := <-ended:
			if err == nil {
				return cmd.Process.Pid, nil // all nets were hits
			}
			text, _ := os.ReadFile(file) // without it the error says less
			return fail(fmt.Errorf("it ended at once (%w): %s", err,
				strings.TrimSpace(string(text[min(int(began), len(text)):]))))
		case <-ctx.Done():
			return fail(errors.Join(ctx.Err(), cmd.Process.Kill()))
		case <-t.C:
		}
		workers, err := Workers(s, r.ID)
		if err != nil {
			return fail(err)
		}
		for _, w := range workers {
			if w.PID == cmd.Process.Pid {
				return w.PID, nil
			}
		}
	}
}

// Output is what the background processes of a run have printed.
func Output(s *store.Store, id string) (string, error) {
	text, err := os.ReadFile(filepath.Join(Folder(s, id), outputFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("run %s was never started in the background; its terminal has what it printed", id)
	}
	return string(text), err
}

// Kill ends workers on this machine at once. Workers elsewhere go on.
func Kill(workers []WorkerState) error {
	self := store.ThisProcess()
	var all error
	for _, w := range workers {
		if w.Host != self.Host || w.Space != self.Space || w.PID == self.PID || w.Gone() {
			continue
		}
		p, err := os.FindProcess(w.PID)
		if err == nil {
			err = p.Kill()
		}
		if err != nil && !errors.Is(err, os.ErrProcessDone) {
			all = errors.Join(all, fmt.Errorf("process %d: %w", w.PID, err))
		}
	}
	return all
}
