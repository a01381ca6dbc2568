package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// TestNetsByNameOrKey: every verb that takes a net of the store takes its name or the beginning of its key; where a
// word means several, they are listed, and nothing is done.
func TestNetsByNameOrKey(t *testing.T) {
	s := chanceStore(t) // keys of one digit each, and nets of five names
	second := "3333" + strings.Repeat("4", 60)
	r := transfer.Result{
		Net:        named(t, "0/B3B"),
		Status:     transfer.OK,
		Accuracy:   0.5,
		Correct:    500,
		Tested:     1000,
		Classes:    10,
		Loss:       0.5,
		TrainLoss:  0.5,
		Data:       "other",
		Arch:       "mini",
		Experiment: "e2",
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(second, store.Files{"result.json": data, "metrics.json": []byte("[]"),
		"log.txt": []byte("of e2\n")}); err != nil {
		t.Fatal(err)
	}
	other := r.Net
	other.Split = "1"
	run := sweep.Record{
		ID:   "run-1",
		Nets: []sweep.Member{{Net: r.Net, Key: second}, {Net: other, Key: strings.Repeat("3", 64)}},
	}
	record, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(sweep.Folder(s, run.ID), "workers"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(sweep.Folder(s, run.ID), "run.json"), record, 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.csv")
	threes := strings.Repeat("3", 16)
	for _, c := range []struct {
		args string
		ok   bool
		want []string
	}{
		{"store show 1/baseB", true, []string{"key " + strings.Repeat("1", 64)}},
		{"store show 11111", true, []string{"1/baseB ok"}},
		{"store show 3333", false,
			[]string{"2 keys", threes + "  1/B3B on d, experiment e1",
				"3333444444444444  0/B3B on other, experiment e2"}},
		{"store show 0/B3B", false,
			[]string{"2 nets are called 0/B3B", strings.Repeat("2", 16) + "  0/B3B on d",
				"3333444444444444  0/B3B on other"}},
		{"store show 9/B3B", false, []string{"9/B3B is not in the store"}},
		{"store show x", false, []string{"paper's notation", "first four hexadecimal digits of its key"}},
		{"store show 33", false, []string{"first four"}},
		{"store export -nets 33334,1/baseB -o " + out, true, []string{"2 nets"}},
		{"store export -nets 0/B3B -o " + out, true, []string{"2 nets"}}, // a name is every net of that name
		{"store export -nets 3333 -o " + out, false, []string{"-nets: ", "0/B3B on other, experiment e2"}},
		{"store export -nets 33334 -experiment e1 -o " + out, false, []string{"33334", `-experiment "e1"`}},
		{"logs 33334", true, []string{"of e2"}},
		{"logs 0/B3B", true, []string{"of e2"}},
		{"logs 3333", false, []string{"2 keys of run run-1", "3333444444444444  0/B3B", threes + "  1/B3B"}},
		{"logs 4444", false, []string{"no such net"}},
		{"store rm 1/baseB 0/B3B", false, []string{"2 nets are called 0/B3B"}}, // and 1/baseB stays
		{"store rm 1/baseB 3333444", true, []string{"removed " + strings.Repeat("1", 64), "removed " + second}},
		{"store show 3333", true, []string{"1/B3B not trained"}},
	} {
		status, said, errs := coadapt(t, t.Context(), strings.Fields(c.args)...)
		if (status == 0) != c.ok {
			t.Errorf("%s: status %d, %s", c.args, status, errs)
		}
		if !c.ok {
			said = errs
		}
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s:\n%s\nwant %q", c.args, said, want)
			}
		}
	}
}

func named(t *testing.T, name string) transfer.Net {
	t.Helper()
	n, err := transfer.ParseNet(name)
	if err != nil {
		t.Fatal(fmt.Errorf("a test's net: %w", err))
	}
	return n
}
