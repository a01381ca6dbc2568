package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// fuzzTarget is one fuzz test: go fuzzes one at a time.
type fuzzTarget struct{ dir, name string } // dir is relative to the clone, with slashes

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// fuzzTargets finds the clone's fuzz tests.
func fuzzTargets(root string) (targets []fuzzTarget, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (d.Name()[0] == '.' || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		dir, _ := filepath.Rel(root, filepath.Dir(path)) // path lies below it
		for _, found := range fuzzFunc.FindAllSubmatch(text, -1) {
			targets = append(targets, fuzzTarget{filepath.ToSlash(dir), string(found[1])})
		}
		return err
	})
	return targets, err
}

// args are go's. An input that reaches something new is not made smaller: goroutines and files make coverage vary here,
// and go would spend its time on that, with eight executions a minute in place of thousands.
func (f fuzzTarget) args(long time.Duration) []string {
	return []string{"test", "-run=^$", "-fuzz=^" + f.name + "$", "-fuzztime=" + long.String(), "-fuzzminimizetime=1x",
		"./" + f.dir}
}

// fuzzTries is how often a fuzz test is run at most that ended by the clock.
const fuzzTries = 3

// endedByTheClock says whether go called a fuzz test failed although no input failed: before 1.27, the end of -fuzztime
// could be taken for an error (go.dev/issue/75804).
func endedByTheClock(out []byte) bool {
	return bytes.Contains(out, []byte("\n    context deadline exceeded\n")) &&
		!bytes.Contains(out, []byte("Failing input written to")) && !bytes.Contains(out, []byte("panic: "))
}

// fuzz runs every fuzz test for a while; each counts as one test. An input that fails is kept by go below testdata,
// where it is a test from then on.
func (s *site) fuzz(ctx context.Context, env []string, long time.Duration, t *tally) error {
	targets, err := fuzzTargets(s.home.Root)
	if err != nil {
		return err
	}
	for _, f := range targets {
		err := s.try(ctx, t, f.dir+" "+f.name, func() (out []byte, err error) {
			for range fuzzTries {
				cmd := exec.CommandContext(ctx, "go", f.args(long)...)
				cmd.Dir, cmd.Env = s.home.Root, env
				if out, err = cmd.CombinedOutput(); err == nil || ctx.Err() != nil || !endedByTheClock(out) {
					break
				}
			}
			return out, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
