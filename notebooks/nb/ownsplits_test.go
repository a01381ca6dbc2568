package nb

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/transfer/sweep"
)

// TestSplitFile: a grid without splits is of those of the file, which reaches a run in the background, the form and its
// source, and the stamp.
func TestSplitFile(t *testing.T) {
	clone(t)
	class := lab(t, 1).source.Classes()
	dir := t.TempDir()
	t.Chdir(dir)
	text := "[A]\n" + class[0].Name + "\n" + class[1].Name + "\n[B]\n" + class[2].Name + "\n" + class[3].Name + "\n"
	if err := os.WriteFile("pets.txt", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l := lab(t, 1, SplitFile("pets.txt"))
	nets, err := l.nets(work())
	if err != nil || nets[len(nets)-1].String() != "pets/A3B" {
		t.Fatalf("%v, %v; want pets/A3B last", nets, err)
	}
	if nets, err := l.nets(Grid{Conditions: "AnB", Cuts: "3", Splits: "0,pets"}); err != nil || len(nets) != 6 {
		t.Errorf("splits 0 and pets: %v, %v; want 6 nets", nets, err)
	}
	flag := "--split-file=" + filepath.Join(dir, "pets.txt")
	if args := l.command(sweep.Record{}); !slices.Contains(args, flag) {
		t.Errorf("command %v lacks %s", args, flag)
	}
	if text := unchecked("other").goSource(choice{set: l.set}); !strings.Contains(text, "nb.SplitFile(") {
		t.Errorf("source %s lacks the file", text)
	}
	p, err := l.formPanel(Spec{})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(p.controls, func(c control) bool { return c.name == "split" })
	if c := p.controls[at]; c.value != "pets" || !slices.Equal(c.options, []string{"pets", "0", "1", "2", "3",
		"natman"}) {
		t.Errorf("the form offers %q at %q, want pets first", c.options, c.value)
	}
	s, err := l.stamp("x", nil)
	if err != nil || !slices.Contains(s.Options, "--split-file=pets.txt") || s.known() {
		t.Errorf("stamp %+v, %v; want the file's name, and that its keys cannot be told", s, err)
	}
	for _, bad := range []string{"none.txt", dir} {
		l := unchecked(tiny, SplitFile(bad))
		if err := l.check(); err == nil || !strings.Contains(err.Error(), "nb.SplitFile") {
			t.Errorf("%s: %v, want an error with nb.SplitFile", bad, err)
		}
	}
}
