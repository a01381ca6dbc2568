package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// testEvent is one line of `go test -json` (see `go doc test2json`).
type testEvent struct {
	Action      string
	Package     string
	ImportPath  string // of a build's output; "coadapt/x [coadapt/x.test]"
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// outcome is how one test, package or notebook ended.
type outcome struct {
	name   string
	action string // "pass", "fail", "skip"
	output string
}

// tally collects outcomes.
type tally struct {
	outcomes []outcome
	notes    []string // lines of the summary
}

func (t *tally) add(name, action, output string) {
	t.outcomes = append(t.outcomes, outcome{name, action, output})
}

// of lists the outcomes with an action.
func (t *tally) of(action string) []outcome {
	return slices.DeleteFunc(slices.Clone(t.outcomes), func(o outcome) bool { return o.action != action })
}

// line is the closing line.
func (t *tally) line() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", len(t.of("pass")), len(t.of("fail")), len(t.of("skip")))
}

// testRun is what go says of one test, or of a package as a whole, or of its build.
type testRun struct {
	pkg, test string
	action    string // how it ended, "" as long as it runs
	output    strings.Builder
	parent    bool // it has subtests
	below     bool // a subtest failed
}

// readEvents reads the output of `go test -json` into t and calls done at the end of each package. A test with
// subtests counts by its subtests, unless it failed by itself; a package that failed without a failed test (it did
// not build, it panicked, it took too long) counts as one failure. Lines that are no events are kept as the output of
// what fails next.
func (t *tally) readEvents(r io.Reader, done func(pkg, action string, seconds float64)) error {
	type key struct{ pkg, test string }
	runs, failed := map[key]*testRun{}, map[string]bool{}
	run := func(pkg, test string) *testRun {
		k := key{pkg, test}
		if runs[k] == nil {
			runs[k] = &testRun{pkg: pkg, test: test}
		}
		return runs[k]
	}
	var ended []*testRun
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<26)
	var loose strings.Builder
	for lines.Scan() {
		var e testEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" {
			loose.Write(append(lines.Bytes(), '\n'))
			continue
		}
		switch e.Action {
		case "output":
			run(e.Package, e.Test).output.WriteString(e.Output)
		case "build-output":
			run("build of "+e.ImportPath, "").output.WriteString(e.Output)
		case "pass", "fail", "skip":
			if e.Test != "" {
				test := run(e.Package, e.Test)
				test.action = e.Action
				ended = append(ended, test)
				failed[e.Package] = failed[e.Package] || e.Action == "fail"
				for i, c := range e.Test {
					if c == '/' {
						above := run(e.Package, e.Test[:i])
						above.parent, above.below = true, above.below || e.Action == "fail"
					}
				}
				continue
			}
			if e.Action == "fail" && !failed[e.Package] {
				why := run("build of "+e.FailedBuild, "").output.String() + run(e.Package, "").output.String()
				for _, test := range runs { // a panic or a time-out ends in the output of the test that ran
					if test.pkg == e.Package && test.test != "" && test.action == "" {
						why += test.output.String()
					}
				}
				t.add(e.Package, "fail", loose.String()+why)
				loose.Reset()
			}
			done(e.Package, e.Action, e.Elapsed)
		}
	}
	for _, test := range ended {
		if !test.parent || test.action == "fail" && !test.below {
			t.add(test.pkg+" "+test.test, test.action, test.output.String())
		}
	}
	if loose.Len() > 0 && len(t.outcomes) == 0 {
		t.add("go test", "fail", loose.String())
	}
	return lines.Err()
}

// summary writes the notes, what failed with its output, what was skipped with its reason, and the closing line.
func (t *tally) summary(w io.Writer) {
	for _, line := range t.notes {
		fmt.Fprintln(w, line)
	}
	for _, o := range t.of("skip") {
		fmt.Fprintf(w, "SKIP %s: %s\n", o.name, reason(o.output))
	}
	for _, o := range t.of("fail") {
		fmt.Fprintf(w, "\nFAIL %s\n", o.name)
		for line := range strings.Lines(strings.TrimRight(o.output, "\n") + "\n") {
			fmt.Fprintf(w, "    %s", line)
		}
	}
	fmt.Fprintf(w, "\n%s\n", t.line())
}

// inSource is a place in a source before what a test says.
var inSource = regexp.MustCompile(`^.*?\.go:.*?: `)

// reason is what a skipped test said: its output less the runner's own lines and the place in the source.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		said = append(said, inSource.ReplaceAllString(line, ""))
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}
