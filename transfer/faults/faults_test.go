//go:build unix

package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer/store"
)

// Flags of this test, such as go test ./transfer/faults -args -seed 7 -only "entry torn".
var (
	program = flag.String("program", "", "the coadapt program (default: built from the sources)")
	seed    = flag.Uint64("seed", 0, "of the faults, to try some again (default: a new one)")
	only    = flag.String("only", "", "names of faults, or their beginnings, with semicolons")
	backend = flag.String("backend", "go", "of the nets")
)

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	if *program != "" {
		return *program
	}
	file := filepath.Join(t.TempDir(), "coadapt")
	c := exec.CommandContext(t.Context(), "go", "build", "-o", file, "coadapt/transfer/cmd/coadapt")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return file
}

// TestFaults does every fault a few times; none may lose anything.
func TestFaults(t *testing.T) {
	opt := Options{Program: build(t), Backend: *backend, Seed: *seed, Say: func(line string) { t.Log(line) }}
	if *only != "" {
		opt.Only = strings.Split(*only, ";")
	}
	table, err := Run(t.Context(), opt)
	t.Logf("\n%s", table)
	if err != nil {
		t.Error(err)
	}
	for _, r := range table {
		if r.Skipped == "" && (r.Tried == 0 || r.Tried != r.Survived+r.Lost) {
			t.Errorf("%s: %d tried, %d survived, %d lost", r.Fault, r.Tried, r.Survived, r.Lost)
		}
	}
}

// TestLossIsSeen: what differs from the undisturbed run counts as lost, and is named.
func TestLossIsSeen(t *testing.T) {
	h := &harness{Options: Options{Program: build(t), Dir: filepath.Join(t.TempDir(), "faults"), Seed: 1}}
	if err := h.open(); err != nil {
		t.Fatal(err)
	}
	on := newSweep("one", "go", 2, append(shapes(), "-nets", "0/baseA")...)
	if err := h.undisturbed(t.Context(), on); err != nil {
		t.Fatal(err)
	}
	var key string
	for key = range on.kept {
	}
	// forge has the one entry hold something else, with the right digests.
	forge := func(t *trial, file, old, new string) error {
		s, err := store.Open(t.store)
		if err != nil {
			return err
		}
		files, err := s.Get(key)
		if err != nil {
			return err
		}
		if was := string(files[file]); !strings.Contains(was, old) {
			return fmt.Errorf("no %q in %s", old, was)
		}
		files[file] = []byte(strings.Replace(string(files[file]), old, new, 1))
		return errors.Join(s.Remove(key), s.Put(key, files))
	}
	for want, does := range map[string]func(t *trial) error{
		"net 0/baseA: ":            func(t *trial) error { return forge(t, "result.json", `"loss": `, `"loss": 1`) },
		"metrics.json is not that": func(t *trial) error { return forge(t, "metrics.json", `"loss": `, `"loss": 1`) },
		"is one too many": func(t *trial) error {
			l, err := t.start(context.Background(),
				launch{args: t.train(newSweep("two", "go", 2, append(shapes(), "-nets", "0/baseB")...), t.store)})
			if err != nil {
				return err
			}
			return errors.Join(l.wait(limitLeast), l.want(0))
		},
		"is left over":    func(t *trial) error { return os.Mkdir(filepath.Join(t.store, "work", "00000000"), 0o755) },
		"want status [0]": func(t *trial) error { t.how.env = []string{"COADAPT_LEASE=never"}; return nil },
		"done badly":      func(*trial) error { return errors.New("done badly") },
	} {
		h.table, h.broke = nil, nil
		f := fault{name: "forgery", on: on, tries: 2, do: func(_ context.Context, tr *trial, _ int) (int, error) {
			err := os.CopyFS(tr.store, os.DirFS(filepath.Join(h.dir, "undisturbed-one")))
			return 1, errors.Join(err, does(tr))
		}}
		if err := h.try(t.Context(), f, 1); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(h.broke...); h.table.Lost() != 2 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v; want two lost, for this", want, h.table, err)
		}
		for round := range 2 {
			if err := os.RemoveAll(h.trial(f, 1, round, nil).dir); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	if _, err := Run(t.Context(), Options{Program: os.Args[0], Only: []string{"bad luck"}}); err == nil ||
		!strings.Contains(err.Error(), "worker killed") {
		t.Errorf("%v, want the faults that there are", err)
	}
	if _, err := Run(t.Context(), Options{Program: "/no/such/program"}); err == nil ||
		!strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("%v, want the program's name", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if table, err := Run(ctx, Options{Program: os.Args[0]}); err == nil || table.Lost() > 0 {
		t.Errorf("%v, %v; want the end of the context, and no loss", table, err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("%v, %v left behind", left, err)
	}
}
