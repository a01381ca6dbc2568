package nb

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/reference"
)

// trained are results of a lab that trains in this process.
func trained(t *testing.T, l *Lab, w Work) []transfer.Result {
	t.Helper()
	nets, err := l.nets(w)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := l.trainer()
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	out := make([]transfer.Result, len(nets)) // in the order of the nets, not that in which they are finished
	for r, err := range trainer.Curve(context.Background(), nets) {
		if err != nil {
			t.Fatal(err)
		}
		out[slices.Index(nets, r.Net)] = r
	}
	return out
}

// A figure is as it was until one of its inputs changes, and then it is said which.
func TestStale(t *testing.T) {
	clone(t)
	l := lab(t, 2)
	results := trained(t, l, work())
	if err := l.show("one", must(draw("curve", results))); err != nil {
		t.Fatal(err)
	}
	if err := l.pdf("one", must(draw("curve", results))); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(l.home.Figures(), "one.pdf")); err != nil ||
		!strings.HasPrefix(string(data), "%PDF-") {
		t.Errorf("as PDF: %v, %.20q", err, data)
	}
	if err := l.pdf("a/b", must(draw("curve", results))); err == nil || !strings.Contains(err.Error(), "letters") {
		t.Errorf("a name that is none: %v", err)
	}
	stale := func(l *Lab, now ...Work) []string {
		t.Helper()
		changes, _, err := l.stale("one", now...)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	if got := stale(lab(t, 2), work()); len(got) > 0 {
		t.Errorf("unchanged, it is stale: %q", got)
	}
	for _, c := range []struct {
		lab  *Lab
		now  []Work
		says []string
	}{
		{lab(t, 3), nil, []string{"options --steps=2, now --steps=3"}},
		{l, []Work{Grid{Conditions: "AnB", Cuts: "3,4"}}, []string{"not in it yet: 0/A4B"}},
		{l, []Work{Grid{Conditions: "base"}}, []string{"not asked for now: 0/A3B"}},
	} {
		if got := stale(c.lab, c.now...); len(got) != 1 || !strings.Contains(got[0], c.says[0]) {
			t.Errorf("%q, want one that says %q", got, c.says)
		}
	}
	rewrite := func(change func(*Stamp)) {
		t.Helper()
		s, err := l.kept("one")
		if err != nil {
			t.Fatal(err)
		}
		change(&s)
		text, err := json.Marshal(s)
		if err == nil {
			err = os.WriteFile(filepath.Join(l.home.Figures(), "one.json"), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	was, err := l.kept("one")
	if err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*Stamp){
		otherNets:                        func(s *Stamp) { s.Keys = "other" },
		"the results in the store":       func(s *Stamp) { s.Results = "other" },
		drawnAnew:                        func(s *Stamp) { s.Drawing = "other" },
		"other data (shapes, now shapes": func(s *Stamp) { s.Data = "shapes" },
		"another backend (xla:cpu":       func(s *Stamp) { s.Backend = "xla:cpu" },
	} {
		rewrite(change)
		if got := stale(l); len(got) != 1 || !strings.Contains(got[0], says) {
			t.Errorf("%q, want one that says %q", got, says)
		}
		rewrite(func(s *Stamp) { *s = was })
	}
	if err := os.RemoveAll(filepath.Join(l.store.Dir(), "entries")); err != nil {
		t.Fatal(err)
	}
	if got := stale(l); len(got) != 1 || !strings.Contains(got[0], "no more: 0/baseA, 0/baseB, 0/A3B") {
		t.Errorf("an empty store: %q", got)
	}
	if _, _, err := l.stale("two"); err == nil || !strings.Contains(err.Error(), `lab.Show("two"`) {
		t.Errorf("a figure that was never drawn: %v", err)
	}
}

// A saved notebook's stamps are read back and hold against the code without store or backend, those of 2014 too.
func TestStampOfASavedNotebook(t *testing.T) {
	clone(t)
	l := lab(t, 2)
	ours := must(l.stamp("ours", must(draw("curve", trained(t, l, work())))))
	theirs := must(l.stamp("theirs", must(draw("figure 2", must(reference.Results(transfer.BestTen))))))
	var notebook strings.Builder
	notebook.WriteString(`{"cells": [{"cell_type": "markdown", "source": []}, ` +
		`{"cell_type": "code", "outputs": [{"output_type": "stream", "text": ["x"]}`)
	for _, s := range []Stamp{ours, theirs} {
		text := must(json.Marshal(string(must(json.Marshal(s)))))
		fmt.Fprintf(&notebook,
			`, {"output_type": "display_data", "metadata": {"image/png": {"width": 624}, "coadapt": %s}}`, text)
	}
	notebook.WriteString("]}]}")
	stamps, err := Stamps([]byte(notebook.String()))
	if err != nil || len(stamps) != 2 || !slices.Equal(stamps[0].Nets, ours.Nets) || stamps[1].Figure != "theirs" {
		t.Fatalf("%+v, %v", stamps, err)
	}
	t.Setenv(home.EnvStore, filepath.Join(t.TempDir(), "none"))
	for _, s := range stamps {
		if changes, ok, err := s.Changes(t.Context()); len(changes) > 0 || !ok || err != nil {
			t.Errorf("%s: %q, %v, %v", s.Figure, changes, ok, err)
		}
	}
	for says, change := range map[string]func(*Stamp){
		otherNets: func(s *Stamp) { s.Options = []string{"--steps=3"} },
		drawnAnew: func(s *Stamp) { s.Drawing = "other" },
	} {
		s := ours
		change(&s)
		if changes, ok, err := s.Changes(t.Context()); len(changes) != 1 || changes[0] != says || !ok || err != nil {
			t.Errorf("%q, %v, %v; want %q", changes, ok, err, says)
		}
	}
	other := theirs
	other.Results = "other"
	if changes, _, err := other.Changes(t.Context()); len(changes) != 1 || err != nil {
		t.Errorf("2014: %q, %v", changes, err)
	}
	files := ours
	files.Data = "my-pictures"
	if changes, ok, err := files.Changes(t.Context()); len(changes) > 0 || ok || err != nil {
		t.Errorf("data that are files: %q, %v, %v; want that it cannot be told", changes, ok, err)
	}
}
