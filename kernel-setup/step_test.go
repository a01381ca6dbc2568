package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeStep makes a file of its name and counts how often.
func fakeStep(s *site, name string, digest *string, made *int, fails *error) step {
	return step{
		name:   name,
		does:   "make " + name,
		digest: func(context.Context) (string, error) { return *digest, nil },
		make: func(context.Context) (record, error) {
			*made++
			if *fails != nil {
				return record{}, *fails
			}
			return record{Made: []string{name}}, writeFile(filepath.Join(s.home.Dir, name), nil)
		},
	}
}

func TestStepsAreIdempotentAndContinue(t *testing.T) {
	s, out := testSite(t)
	var n1, n2 int
	d1, d2 := "1", "1"
	var none, interrupted error
	interrupted = errors.New("cut off")
	steps := func() []step {
		two := fakeStep(s, "two", &d2, &n2, &interrupted)
		two.after = []string{"one", "a step that is left out"}
		return []step{two, fakeStep(s, "one", &d1, &n1, &none)}
	}
	run := func(want1, want2 int) {
		t.Helper()
		m, err := readManifest(s.home) // a new process
		if err != nil {
			t.Fatal(err)
		}
		s.manifest = m
		if err := s.do(context.Background(), steps(), false); (err == nil) != (interrupted == nil) {
			t.Fatalf("got error %v, want %v", err, interrupted)
		}
		if n1 != want1 || n2 != want2 {
			t.Fatalf("made %d and %d times, want %d and %d\n%s", n1, n2, want1, want2, out)
		}
	}
	run(1, 1) // two is interrupted
	interrupted = nil
	run(1, 2) // one was recorded: only two is made
	run(1, 2) // all is there
	d1 = "2"
	run(2, 2) // one's inputs changed
	d2, interrupted = "2", errors.New("cut off")
	run(2, 3) // two is interrupted while it is made anew,
	d2, interrupted = "1", nil
	run(2, 4) // and what is left of it does not count, though it is there and its inputs are the old ones again
	if err := os.Remove(filepath.Join(s.home.Dir, "two")); err != nil {
		t.Fatal(err)
	}
	run(2, 5) // two is gone
	out.Reset()
	if err := s.do(context.Background(), steps(), true); err != nil || out.Len() > 0 {
		t.Errorf("quietly up to date: error %v, said %q", err, out)
	}
}

func TestUnsoundStepIsMadeAgain(t *testing.T) {
	s, out := testSite(t)
	made, digest := 0, "1"
	var none error
	st := fakeStep(s, "one", &digest, &made, &none)
	st.sound = func(context.Context, record) error { return errors.New("it is bent") }
	for range 2 {
		if err := s.do(context.Background(), []step{st}, false); err != nil {
			t.Fatal(err)
		}
	}
	if made != 2 || !strings.Contains(out.String(), "it is bent") {
		t.Errorf("made %d times, said %q", made, out)
	}
}

func TestCancelledBetweenSteps(t *testing.T) {
	s, _ := testSite(t)
	ctx, cancel := context.WithCancel(context.Background())
	made, digest := 0, "1"
	var none error
	first, second := fakeStep(s, "one", &digest, &made, &none), fakeStep(s, "two", &digest, &made, &none)
	second.after = []string{"one"}
	inner := first.make
	first.make = func(ctx context.Context) (record, error) { cancel(); return inner(ctx) }
	if err := s.do(ctx, []step{first, second}, false); !errors.Is(err, context.Canceled) || made != 1 {
		t.Errorf("made %d steps, error %v; want 1 and %v", made, err, context.Canceled)
	}
	if m, err := readManifest(s.home); err != nil || m.Steps["one"].Digest != "1" {
		t.Errorf("the finished step is not recorded: %+v, %v", m, err)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "sub", "pjrt")
	for _, name := range []string{"a", "b"} {
		staged := filepath.Join(dir, "staged")
		write(t, filepath.Join(staged, name), "")
		if err := replace(staged, place); err != nil {
			t.Fatal(err)
		}
		exists(t, filepath.Join(place, name), true)
		exists(t, staged, false)
		exists(t, staged+".old", false)
	}
	exists(t, filepath.Join(place, "a"), false)
}

// What a step needs is made before it, what it does not need beside it, and a failure ends what is being made and
// begins nothing more.
func TestStepsBesideEachOther(t *testing.T) {
	s, _ := testSite(t)
	digest, broken := "1", errors.New("broken")
	var made int
	var none error
	started := make(chan struct{})
	waits := fakeStep(s, "waits", &digest, &made, &none)
	waits.make = func(ctx context.Context) (record, error) {
		close(started)
		<-ctx.Done()
		return record{}, ctx.Err()
	}
	fails := fakeStep(s, "fails", &digest, &made, &none)
	fails.make = func(context.Context) (record, error) {
		<-started // never, were they made one after the other
		return record{}, broken
	}
	never := fakeStep(s, "never", &digest, &made, &none)
	never.after = []string{"waits"}
	if err := s.do(t.Context(), []step{never, waits, fails}, false); !errors.Is(err, broken) || made != 0 {
		t.Errorf("error %v, %d steps made; want %v and none", err, made, broken)
	}
}

// A notebook is executed without what only JupyterLab, completion and the command line need, and go builds one thing at
// a time.
func TestStepsOfSetup(t *testing.T) {
	s, _ := testSite(t)
	names := func(lean bool) (names []string) {
		for _, st := range s.steps(pluginWheel, lean) {
			names = append(names, st.name)
		}
		return names
	}
	lean := []string{"compiler", "venv", "modules", "tools", "programs", "notebook", "plugin", "kernel"}
	if got := names(true); !slices.Equal(got, lean) {
		t.Errorf("a notebook needs %q, want %q", got, lean)
	}
	if got, want := names(false), append(lean, "lab", "command", "prewarm", "completion"); !slices.Equal(got, want) {
		t.Errorf("set-up makes %q, want %q", got, want)
	}
	var built []string // in their order
	for _, st := range s.steps(pluginWheel, false) {
		if !slices.Contains([]string{"tools", "programs", "notebook", "command", "prewarm", "completion"}, st.name) {
			continue
		}
		for _, before := range built {
			if !slices.Contains(st.after, before) {
				t.Errorf("%s may be built beside %s: packages would be compiled twice", st.name, before)
			}
		}
		built = append(built, st.name)
	}
}
