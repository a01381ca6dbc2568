//go:build unix

package faults

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"coadapt/transfer/store"
)

// subcommand is the one that trains a sweep.
const subcommand = "run"

// sweep is nets to be trained, and what an undisturbed run made of them.
type sweep struct {
	name  string
	args  []string
	more  []string      // those of args that say which nets of what
	steps int           // of a net
	took  time.Duration // undisturbed, one worker
	first time.Duration // until the first net was finished
	lines map[string]string
	kept  map[string]entry // by key
}

// entry is what an entry holds, for comparison: by file, its digest, or for the result its text without what clocks
// had a part in.
type entry map[string]string

// newSweep is nets of a few hundred weights on a few pictures. More flags say which.
func newSweep(name, backend string, steps int, more ...string) *sweep {
	return &sweep{name: name, steps: steps, more: more,
		args: append([]string{"-widths", "4,4,4,4,4,8,8", "-batch", "4", "-steps", strconv.Itoa(steps),
			"-backend", backend, "-json"}, more...)}
}

// shapes is the data of sweeps that need no files.
func shapes() []string { return []string{"-data", "shapes:classes=4,train=12,test=8,size=24"} }

// undisturbed runs the sweep and keeps what comes of it.
func (h *harness) undisturbed(ctx context.Context, s *sweep) error {
	if s.lines != nil {
		return nil
	}
	dir, began := filepath.Join(h.dir, "undisturbed-"+s.name), time.Now()
	l, err := h.start(ctx, launch{args: h.train(s, dir, "-workers", "1")})
	if err != nil {
		return err
	}
	if _, err := l.until(limitUnknown, "net", func() (bool, error) { return l.out.String() != "", nil }); err != nil {
		return err
	}
	s.first = time.Since(began)
	if err := errors.Join(l.wait(limitUnknown), l.want(0)); err != nil {
		return fmt.Errorf("undisturbed run: %w", err)
	}
	s.took = time.Since(began)
	kept, err := readStore(dir)
	if err != nil {
		return err
	}
	lines, _, err := readLines(l.out.String())
	if err != nil {
		return err
	}
	if len(lines) == 0 || len(kept) == 0 {
		return fmt.Errorf("undisturbed run: %d nets, %d entries, want some:\n%s", len(lines), len(kept), l.tail())
	}
	s.lines, s.kept = lines, kept
	h.sayf("undisturbed %s: %d nets of %d steps in %.1f s", s.name, len(lines), s.steps, s.took.Seconds())
	return nil
}

// train are the arguments that train a sweep into a store.
func (h *harness) train(s *sweep, dir string, more ...string) []string {
	return append(append(append([]string{subcommand}, s.args...), "-store", dir), more...)
}

// readLines reads what the program printed, by net, without what a rerun may change; the second map counts the lines
// that say that the net was trained now. A line that was cut off is left out.
func readLines(out string) (lines map[string]string, trained map[string]int, err error) {
	lines, trained = make(map[string]string), make(map[string]int)
	for line := range bytes.Lines([]byte(out)) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var net struct {
			Name   string `json:"name"`
			Status string `json:"status"`
			Hit    bool   `json:"hit"`
		}
		if err := json.Unmarshal(line, &net); err != nil {
			return nil, nil, fmt.Errorf("line %q: %w", line, err)
		}
		if lines[net.Name], err = timeless(line); err != nil {
			return nil, nil, err
		}
		if !net.Hit && net.Status != "blocked" {
			trained[net.Name]++
		}
	}
	return lines, trained, nil
}

// timeless is a result without the time that it took and whether it was there already. Numbers stay as they were
// written.
func timeless(result []byte) (string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(result, &fields); err != nil {
		return "", fmt.Errorf("result %q: %w", result, err)
	}
	delete(fields, "seconds")
	delete(fields, "hit")
	text, err := json.Marshal(fields)
	return string(text), err
}

// readStore reads all entries of a store, each file checked against its digest.
func readStore(dir string) (map[string]entry, error) {
	s, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	all := make(map[string]entry)
	for key, err := range s.Keys() {
		if err != nil {
			return nil, err
		}
		files, err := s.Get(key)
		if err != nil {
			return nil, err
		}
		all[key] = make(entry)
		for name, data := range files {
			switch name {
			case "log.txt": // tells of the faults
			case "result.json":
				if all[key][name], err = timeless(data); err != nil {
					return nil, fmt.Errorf("entry %s: %w", key, err)
				}
			default:
				all[key][name] = fmt.Sprintf("sha256 %x", sha256.Sum256(data))
			}
		}
	}
	return all, nil
}

// differences lists what is not as it was when nobody disturbed the sweep.
func differences[V any](what string, got, want map[string]V, equal func(key string, a, b V) error) (err error) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		g, ok := got[key]
		if !ok {
			err = errors.Join(err, fmt.Errorf("%s %s is missing", what, key))
			continue
		}
		err = errors.Join(err, equal(key, g, want[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			err = errors.Join(err, fmt.Errorf("%s %s is one too many", what, key))
		}
	}
	return err
}

func sameLine(name, got, want string) error {
	if got != want {
		return fmt.Errorf("net %s: %s, undisturbed %s", name, got, want)
	}
	return nil
}

func sameEntry(key string, got, want entry) error {
	return differences("entry "+key+", file", got, want, func(name, g, w string) error {
		if g != w {
			return fmt.Errorf("entry %s: %s is not that of the undisturbed run: %s, want %s", key, name, g, w)
		}
		return nil
	})
}
