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
	"time"
)

// fileSizeLimit has all writes beyond a few bytes fail for a while, in a running program.
func fileSizeLimit(ctx context.Context, t *trial, left int) (tried int, err error) {
	return t.lives(ctx, left, func(l *life) (bool, error) {
		if err := limitFiles(l.pid(), uint64(t.rng.IntN(6000))); errors.Is(err, syscall.ESRCH) {
			return false, l.want(0) // it came to its end first
		} else if err != nil {
			return false, err
		}
		return t.lingers(l, syscall.EFBIG, func() error {
			if err := limitFiles(l.pid(), noLimit); !errors.Is(err, syscall.ESRCH) {
				return err
			}
			return nil // it has ended
		})
	})
}

// lingers gives a program some time with a fault, and some without it or none. One that goes on then is killed.
func (t *trial) lingers(l *life, refusal syscall.Errno, undo func() error) (bool, error) {
	on := l.runs(t.upTo(2 * time.Second))
	if err := undo(); err != nil {
		return false, err
	}
	if on && t.rng.IntN(2) == 0 {
		on = l.runs(t.upTo(2 * time.Second))
	}
	if on {
		if err := l.kill(); err != nil {
			return false, err
		}
	} else if err := l.want(0, 1); err != nil {
		return false, err
	}
	return t.refused(l, refusal), nil
}

// refused says whether the program met an error of the system, and counts it.
func (t *trial) refused(l *life, with syscall.Errno) bool {
	if strings.Contains(l.errs.String(), with.Error()) {
		t.seen["reported"]++
	} else {
		t.seen["not noticed by any worker"]++
	}
	return true
}

// full runs a program on a small file system of its own, in which the store is copied first; afterwards it is copied
// back. The program is interrupted after some seconds: there it has much to try again and in vain.
const full = `
store=$0 place=$1 size=$2 seconds=$3
shift 3
mount -t tmpfs -o "size=${size}k" coadapt "$place" && cp -a "$store/." "$place/" || exit 99
timeout --foreground --preserve-status -s INT "$seconds" "$@"
status=$?
rm -rf "$store" && cp -a "$place" "$store" || exit 99
exit "$status"
`

// diskFull fills the disk at a random point of the sweep.
func diskFull(ctx context.Context, t *trial, left int) (tried int, err error) {
	place := filepath.Join(t.dir, "small")
	if err := errors.Join(os.MkdirAll(place, 0o755), os.MkdirAll(t.store, 0o755)); err != nil {
		return 0, err
	}
	for tried < left {
		used, err := blocks(t.store)
		if err != nil {
			return tried, err
		}
		size := used + 40 + t.rng.IntN(160)
		seconds := 1 + 4*t.rng.Float64()
		l, err := t.start(ctx,
			launch{args: t.train(t.sweep, place, "-checkpoint", t.often().String(), t.workers()), attr: mountSpace(),
				under: []string{"sh", "-c", full, t.store, place, fmt.Sprint(size), fmt.Sprintf("%.2f", seconds)}})
		if err != nil {
			return tried, err
		}
		if err := errors.Join(l.wait(t.limit()), l.want(0, 1, 130)); err != nil {
			return tried, err
		}
		if exit, _ := l.status(); exit == 0 {
			return tried, nil // it had room
		}
		if strings.Contains(l.errs.String(), syscall.ENOSPC.Error()) {
			tried++
			t.seen["reported"]++
		}
	}
	return tried, nil
}

// blocks is what a folder takes on a file system in memory, in KiB.
func blocks(dir string) (kib int, err error) {
	err = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			kib += int(info.Size()+4095) / 4096 * 4
		}
		return err
	})
	return kib, err
}
