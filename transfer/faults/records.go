//go:build unix

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// tornRecords damages what a store has of a run beside results: its record, the files of its workers, or all of it.
// The next start must not need it, and leave a record from which the state of the run can be read.
func tornRecords(ctx context.Context, t *trial, _ int) (tried int, err error) {
	if _, ok, err := t.caught(ctx); err != nil || !ok {
		return 0, err
	}
	runs, err := filepath.Glob(filepath.Join(t.store, "runs", "*"))
	if err != nil {
		return 0, err
	}
	if len(runs) != 1 {
		return 0, fmt.Errorf("runs %v, want the one that was begun", runs)
	}
	switch t.rng.IntN(4) {
	case 0:
		t.seen["all of it gone"]++
		err = os.RemoveAll(runs[0])
	case 1:
		t.seen["a worker's file"]++
		_, err = t.harm(filepath.Join(runs[0], "workers"), []damage{cut, blank, flip})
	default:
		t.seen["the record"]++
		_, err = t.harm(runs[0], []damage{cut, blank, gone, flip}, "workers")
	}
	if err != nil {
		return 1, err
	}
	if _, err := t.finish(ctx); err != nil {
		return 1, err
	}
	l, err := t.tool(ctx, "status", "-json")
	if err := errors.Join(err, l.want(0)); err != nil {
		return 1, err
	}
	var status struct {
		Total    int  `json:"total"`
		Finished bool `json:"finished"`
	}
	if err := json.Unmarshal([]byte(l.out.String()), &status); err != nil {
		return 1, fmt.Errorf("%v: %w:\n%s", l, err, l.tail())
	}
	if !status.Finished || status.Total != len(t.sweep.lines) {
		return 1, fmt.Errorf("%v tells of %d nets, finished %v, want %d that are:\n%s", l, status.Total,
			status.Finished, len(t.sweep.lines), l.tail())
	}
	return 1, nil
}
