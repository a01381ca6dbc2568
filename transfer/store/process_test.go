package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	childStore = "COADAPT_TEST_CHILD_STORE"
	childName  = "COADAPT_TEST_CHILD_NAME"
	rounds     = 30
	processes  = 4
)

func roundKey(round int) string { return fmt.Sprintf("%08x", round) }

// of is an entry as one writer makes it: three files that say by whom.
func of(name string) Files {
	return Files{"result": []byte(name), "metrics": []byte(name), "weights": bytes.Repeat([]byte(name), 10_000)}
}

// oneWriters says whether the files are all of one writer, whole.
func oneWriters(files Files) error {
	name := string(files["result"])
	if !bytes.Equal(files["metrics"], []byte(name)) || name == "" {
		return fmt.Errorf("result of %q, metrics of %q", name, files["metrics"])
	}
	if w := files["weights"]; w != nil && !bytes.Equal(w, of(name)["weights"]) {
		return fmt.Errorf("result of %q, weights of another", name)
	}
	return nil
}

// TestChild writes, reads, drops and removes the same entries as its siblings do; alone it does nothing.
func TestChild(t *testing.T) {
	name := os.Getenv(childName)
	if name == "" {
		t.Skip("not a test of its own")
	}
	s, err := Open(os.Getenv(childStore))
	if err != nil {
		t.Fatal(err)
	}
	for round := range rounds {
		k := roundKey(round)
		if err := s.Put(k, of(name)); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			files, err := s.Get(k)
			if errors.Is(err, ErrMissing) {
				continue // removed by a sibling
			}
			if err == nil {
				err = oneWriters(files)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		switch round % 3 {
		case 1: // as gc does
			if _, err := s.Drop(k, "weights"); err != nil {
				t.Fatal(err)
			}
		case 2: // as rm does, and the next run
			if err := s.Remove(k); err != nil && !errors.Is(err, ErrMissing) {
				t.Fatal(err)
			}
			if err := s.Put(k, of(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestProcessesShareAStore: several processes write, read, drop and remove the same entries at once. Each entry is
// always whole and of one writer; none is taken for broken, and nothing is left over.
func TestProcessesShareAStore(t *testing.T) {
	s := open(t)
	var (
		children [processes]*exec.Cmd
		out      [processes]bytes.Buffer
	)
	for i := range children {
		c := exec.Command(os.Args[0], "-test.run=^TestChild$")
		c.Env = append(os.Environ(), childStore+"="+s.Dir(), fmt.Sprintf("%s=writer %d", childName, i))
		c.Stdout, c.Stderr = &out[i], &out[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children[i] = c
	}
	for i, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, out[i].Bytes())
		}
	}
	writers := make(map[string]bool)
	var keys []string
	for k, err := range s.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
		files, err := s.Get(k)
		if err == nil {
			err = oneWriters(files)
		}
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		writers[string(files["result"])] = true
	}
	var want []string
	for round := range rounds {
		want = append(want, roundKey(round))
	}
	if !slices.Equal(keys, want) {
		t.Errorf("keys %v, want %d", keys, rounds)
	}
	for _, dir := range []string{stageDir, brokenDir} {
		var names []string
		list, err := os.ReadDir(s.Dir() + "/" + dir)
		for _, e := range list {
			names = append(names, e.Name())
		}
		if err != nil || len(names) != 0 {
			t.Errorf("%s holds %s, %v", dir, strings.Join(names, ", "), err)
		}
	}
	t.Logf("entries of %d writers", len(writers))
}
