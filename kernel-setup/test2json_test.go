package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The go command itself writes the events, so that a change of their format shows here.
func TestReadEvents(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n\ngo 1.24\n",
		"good/a_test.go": "package good\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Run(\"x\", " +
			"func(*testing.T) {}); t.Run(\"y\", func(*testing.T) {}) }\nfunc TestB(*testing.T) {}\n",
		"mixed/a_test.go": "package mixed\nimport \"testing\"\nfunc TestSkip(t *testing.T) { t.Skip(\"no data: set " +
			"X\") }\nfunc TestBad(t *testing.T) { t.Run(\"sub\", func(t *testing.T) { t.Error(\"want 1: got 2\") }) " +
			"}\nfunc TestFine(*testing.T) {}\n",
		"panics/a_test.go": "package panics\nimport \"testing\"\nfunc TestP(*testing.T) { panic(\"boom\") }\n",
		"exits/a_test.go": "package exits\nimport (\"os\"; \"testing\")\nfunc TestMain(*testing.M) { println(\"gave " +
			"up\"); os.Exit(3) }\n",
		"nobuild/a_test.go": "package nobuild\nimport \"testing\"\nfunc TestN(t *testing.T) { undefinedName() }\n",
		"empty/a.go":        "package empty\n",
	} {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	cmd := exec.Command("go", "test", "-json", "-count=1", "./...")
	cmd.Dir, cmd.Env = dir, goEnv("GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the failing packages passed")
	}
	var tl tally
	ends := map[string]string{}
	if err := tl.readEvents(strings.NewReader(string(out)),
		func(pkg, action string, _ float64) { ends[pkg] = action }); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, o := range tl.outcomes {
		got[o.name] = o.action
	}
	want := map[string]string{
		"m/good TestA/x": "pass", "m/good TestA/y": "pass", "m/good TestB": "pass",
		"m/mixed TestSkip": "skip", "m/mixed TestBad/sub": "fail", "m/mixed TestFine": "pass",
		"m/panics TestP": "fail", "m/exits": "fail", "m/nobuild": "fail",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v\n%s", got, want, out)
	}
	if tl.line() != "4 passed, 4 failed, 1 skipped" {
		t.Errorf("the closing line is %q", tl.line())
	}
	if fmt.Sprint(ends) != "map[m/empty:skip m/exits:fail m/good:pass m/mixed:fail m/nobuild:fail m/panics:fail]" {
		t.Errorf("packages ended %v", ends)
	}
	var text strings.Builder
	tl.summary(&text)
	for _, want := range []string{"want 1: got 2", "panic: boom", "gave up", "undefinedName",
		"SKIP m/mixed TestSkip: no data: set X\n", "\n4 passed, 4 failed, 1 skipped\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the summary lacks %q:\n%s", want, &text)
		}
	}
	if !strings.HasSuffix(text.String(), "skipped\n") {
		t.Error("the tally is not the last line")
	}
}

// Where go itself cannot start, nothing ran: that is a failure, with go's words.
func TestReadEventsWithoutEvents(t *testing.T) {
	var tl tally
	err := tl.readEvents(strings.NewReader("go: errors parsing go.mod:\ngo.mod:3: unknown directive: requir\n"),
		func(string, string, float64) {})
	if fails := tl.of("fail"); err != nil || len(fails) != 1 ||
		!strings.Contains(fails[0].output, "unknown directive") {
		t.Errorf("got %+v, %v", tl, err)
	}
}
