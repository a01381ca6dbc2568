//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// nobody is the user without rights, as whom root has the program run: root itself is denied nothing.
const nobody = 65534

// another starts programs as a user to whom permissions apply.
func another() *syscall.SysProcAttr {
	if os.Getuid() != 0 {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

// canDeny says whether the program can be run so.
func canDeny(ctx context.Context, h *harness) error {
	l, err := h.start(ctx, launch{args: []string{"version"}, attr: another()})
	if err == nil {
		err = errors.Join(l.wait(limitLeast), l.want(0))
	}
	if err != nil {
		return fmt.Errorf("no other user can run the program: %w", err)
	}
	return nil
}

// denied takes the permission to write, or to read as well, from a folder of the store, for a while or from the start.
func denied(ctx context.Context, t *trial, left int) (tried int, err error) {
	t.how.attr = another()
	if err := os.MkdirAll(t.store, 0o755); err != nil {
		return 0, err
	}
	if t.how.attr != nil {
		if err := os.Chown(t.store, nobody, nobody); err != nil {
			return 0, err
		}
	}
	tried, err = t.lives(ctx, left, func(l *life) (bool, error) {
		folder, mode, err := t.folder()
		if err != nil {
			return false, err
		}
		if err := os.Chmod(folder, mode); errors.Is(err, os.ErrNotExist) { // a work folder that is gone by now
			return false, l.kill()
		} else if err != nil {
			return false, err
		}
		return t.lingers(l, syscall.EACCES, func() error {
			if err := os.Chmod(folder, 0o755); !errors.Is(err, os.ErrNotExist) {
				return err
			}
			return nil
		})
	})
	if err != nil || tried == left {
		return tried, err
	}
	if err := os.Chmod(t.store, 0); err != nil {
		return tried, err
	}
	for _, f := range []func(context.Context) (*life, error){
		func(ctx context.Context) (*life, error) { return t.begin(ctx) },
		func(ctx context.Context) (*life, error) { return t.tool(ctx, "store", "verify") },
	} {
		l, err := f(ctx)
		if err != nil {
			return tried, err
		}
		if err := errors.Join(l.wait(t.limit()), l.want(1)); err != nil {
			return tried, err
		}
		if !strings.Contains(l.errs.String(), t.store) || !strings.Contains(l.errs.String(), syscall.EACCES.Error()) {
			return tried, fmt.Errorf("%v does not name the folder that it may not read:\n%s", l, l.tail())
		}
	}
	t.seen["from the start"]++
	return tried + 1, os.Chmod(t.store, 0o755)
}

// folder is one that the program needs, as long as there is any.
func (t *trial) folder() (dir string, mode os.FileMode, err error) {
	kinds := []struct {
		pattern string
		mode    os.FileMode
	}{{"stage", 0o555}, {"stage", 0}, {"work/*", 0o555}, {"work/*", 0}, {"work", 0}, {"entries", 0o555}, {"entries", 0},
		{"entries/*", 0}, {".", 0}}
	kind := kinds[t.rng.IntN(len(kinds))]
	found, err := filepath.Glob(filepath.Join(t.store, kind.pattern))
	if err != nil || len(found) == 0 {
		return t.store, kind.mode, err
	}
	return found[t.rng.IntN(len(found))], kind.mode, nil
}
