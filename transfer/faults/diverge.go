//go:build unix

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// findRate finds a learning rate at which some base nets diverge and others do not: which, depends on the last bits
// of a machine's sums.
func findRate(s *sweep) func(context.Context, *harness) error {
	return func(ctx context.Context, h *harness) error {
		if s.lines != nil {
			return nil
		}
		for _, rate := range []string{"2", "1.5", "3", "1", "2.5", "4", "1.2", "6", "20"} {
			try := newSweep(s.name+"-"+rate, h.Backend, s.steps, append(slices.Clone(s.more), "-rate", rate)...)
			if err := h.undisturbed(ctx, try); err != nil {
				return err
			}
			_, bases, err := try.nets()
			if err != nil {
				return err
			}
			ok := 0
			for _, b := range bases {
				if b.trained() {
					ok++
				}
			}
			if 0 < ok && ok < len(bases) {
				*s = *try
				return nil
			}
		}
		return errors.New("no learning rate at which some nets diverge and others do not")
	}
}

// netLine is a result, as far as is needed here.
type netLine struct {
	Name      string `json:"name"`
	Condition string `json:"condition"`
	Split     string `json:"split"`
	Seed      int    `json:"seed"`
	Source    string `json:"source"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
}

// trained says that the net came to the end of its training, so that it has children, however little it learned.
func (n netLine) trained() bool { return n.Status == "ok" || n.Status == "not trained" }

// task is where a net's first layers are from.
func (n netLine) task() string { return fmt.Sprintf("%s/%s#%d", n.Split, n.Source, n.Seed) }

// nets are the results of a sweep, and its base nets by their task.
func (s *sweep) nets() (all []netLine, bases map[string]netLine, err error) {
	bases = make(map[string]netLine)
	for _, line := range s.lines {
		var n netLine
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			return nil, nil, err
		}
		all = append(all, n)
		if n.Condition == "base" {
			bases[n.task()] = n
		}
	}
	return all, bases, nil
}

// diverged is a sweep in which the losses of some base nets become NaN or infinite, and a worker that is killed on
// top of it. Children of such a net are blocked, and say why; all others are trained.
func diverged(ctx context.Context, t *trial, _ int) (tried int, err error) {
	all, bases, err := t.sweep.nets()
	if err != nil {
		return 0, err
	}
	for _, n := range all {
		base := bases[n.task()]
		switch {
		case n.Name == base.Name:
		case base.trained() && n.Status == "blocked":
			return 1, fmt.Errorf("%s is blocked (%s), and its base net is not: %+v", n.Name, n.Reason, base)
		case !base.trained() && (n.Status != "blocked" || !strings.Contains(n.Reason, base.Reason)):
			return 1, fmt.Errorf("%s is %s (%s), its base net %+v: want it blocked, for that reason", n.Name, n.Status,
				n.Reason, base)
		}
		if n.Status == "blocked" || n.Status == "diverged" {
			t.seen[n.Status]++
		}
	}
	if _, err := t.lives(ctx, 1, t.kill); err != nil {
		return 1, err
	}
	return 1, nil
}
