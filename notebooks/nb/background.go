package nb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer/sweep"

	"github.com/gofrs/flock"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// command is what trains a run: the arguments of coadapt.
func (l *Lab) command(r sweep.Record) []string {
	args := append([]string{"run", "--data=" + l.set.Data}, slices.DeleteFunc(l.set.Args(), func(a string) bool {
		return strings.HasPrefix(a, "--data=")
	})...)
	var nets []string
	for _, m := range r.Nets {
		nets = append(nets, m.Net.String())
	}
	return append(args, "--nets="+strings.Join(nets, ","))
}

// start has a process of its own work on a run, and returns when it does, or has done so. The process is asked to
// make sure that its nets are this program's, by their keys (-join).
func (l *Lab) start(r sweep.Record) error {
	program, err := l.program(l.ctx)
	if err != nil {
		return err
	}
	cmd := exec.Command(program, append(l.command(r), "--join="+r.ID, "--store="+l.store.Dir())...)
	cmd.Dir = l.home.Root
	cmd.Env = append(outside(os.Environ()), home.EnvRoot+"="+l.home.Root, home.EnvHome+"="+l.home.Dir)
	ctx := l.ctx
	if !l.set.stop { // an interrupt of the cell is none of the run
		ctx = context.WithoutCancel(ctx)
	}
	_, err = sweep.Detach(ctx, l.store, r, cmd)
	return err
}

// outside is an environment without what belongs to one kernel and goes with it.
func outside(env []string) []string {
	inKernel := os.Getenv(protocol.GONB_PIPE_ENV) != ""
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "GONB_") || strings.HasPrefix(v, "TMPDIR=") && inKernel
	})
}

// program is the coadapt command of the clone's sources as they are now: what set-up built may be older than this cell,
// and would train something else. It is built without what only tables for other programs need. Go's build cache makes
// it a matter of a second where nothing changed. What it replaces may go on running.
func (l *Lab) program(ctx context.Context) (string, error) {
	dir := filepath.Join(l.home.Dir, "notebooks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(filepath.Join(dir, "build.lock")) // two notebooks may start at once
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return "", err
	}
	defer lock.Unlock()
	file := filepath.Join(dir, "coadapt")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags=worker", "-o", file, "./transfer/cmd/coadapt")
	cmd.Dir, cmd.Env = l.home.Root, append(os.Environ(), "GOWORK=off", "CGO_ENABLED=1")
	text, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("no Go on the PATH, so that the program which trains in the background cannot be " +
			"built; `go run ./kernel-setup doctor` says more")
	case err != nil:
		return "", fmt.Errorf("the clone does not build, so that no run can be started: %s",
			strings.Join(strings.Fields(string(text)), " "))
	}
	return file, nil
}

// StopOnInterrupt has an interrupted Run stop what it started, or joined; else that goes on in the background.
func StopOnInterrupt() Option { return func(s *settings) { s.stop = true } }

// Stop asks the runs in the background that notebooks began on this data to finish their step, keep a checkpoint and
// end. It waits for that for half a minute. The cell that began a run goes on from there.
func (l *Lab) Stop() {
	lines, err := l.stopAll(30 * time.Second)
	if err != nil {
		fail(err)
	}
	text := strings.Join(lines, "\n")
	if err := say(text); err != nil {
		fail(err)
	}
}

func (l *Lab) stopAll(wait time.Duration) (lines []string, err error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	ids, err := sweep.List(l.store)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(l.ctx, wait)
	defer cancel()
	for _, id := range ids {
		workers, err := sweep.Workers(l.store, id)
		if err != nil {
			return nil, err
		}
		r, err := sweep.Load(l.store, id)
		if err != nil || len(workers) == 0 || r.Experiment != l.lab.Experiment() {
			continue // a record that is torn belongs to nobody
		}
		if r.Grid != notebookGrid {
			lines = append(lines,
				fmt.Sprintf("run %s was begun in a terminal and goes on; `coadapt stop %s` ends it", id, id))
			continue
		}
		switch err := l.halt(ctx, id); {
		case errors.Is(err, context.DeadlineExceeded):
			lines = append(lines, fmt.Sprintf("run %s was asked to stop and still finishes its step", id))
		case err != nil:
			return nil, err
		default:
			lines = append(lines,
				fmt.Sprintf("run %s is stopped: what is finished is kept, and its cell goes on from there", id))
		}
	}
	if len(lines) == 0 {
		lines = []string{"no run is in the background"}
	}
	return lines, nil
}

// halt asks a run to stop and waits until nobody works on it, or ctx ends.
func (l *Lab) halt(ctx context.Context, id string) error {
	if err := sweep.Stop(l.store, id); err != nil {
		return err
	}
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		workers, err := sweep.Workers(l.store, id)
		if err != nil || len(workers) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}
