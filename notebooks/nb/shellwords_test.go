package nb

import (
	"slices"
	"strings"
	"testing"
)

// What was quoted for a shell comes back as it was.
func TestShellWords(t *testing.T) {
	for _, words := range [][]string{
		{"--batch=8"},
		{"--split-file=my classes.txt", "--rate=0.5"},
		{"it's", `say "so"`, `C:\data\new`, "$HOME `ls` $(ls)", "a;b & c|d <e> #f (g)", " ", "", "tab\tnew\nline",
			"caf\u00e9"},
		{`--arch=mini:{"widths":[4,4,4,4,4,8,8]}`},
	} {
		text := shellText(words)
		if got, err := shellWords(text); err != nil || !slices.Equal(got, words) {
			t.Errorf("%q became %s, and this %q, %v", words, text, got, err)
		}
	}
	if text := shellText([]string{"--widths=8,8", "--batch=8"}); text != "--widths=8,8 --batch=8" {
		t.Errorf("%s has quotes that it does not need", text)
	}
	for text, want := range map[string]string{`--data='my folder`: "not closed", "--batch=8; rm x": "outside of quotes",
		"--data=a(b)": "bracket"} {
		if got, err := shellWords(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", text, got, err, want)
		}
	}
}

// A value with spaces reaches the lab, its command and the source that a form prints.
func TestFlagsWithSpaces(t *testing.T) {
	l := unchecked("shapes", Flags(`--split-file='my classes.txt' --batch=8`))
	if l.set.err != nil || l.set.SplitFile != "my classes.txt" || l.set.Batch != 8 {
		t.Errorf("split file %q, batch %d, %v", l.set.SplitFile, l.set.Batch, l.set.err)
	}
	again := unchecked("shapes", Flags(shellText(l.set.Args())))
	if again.set.SplitFile != l.set.SplitFile || again.set.Batch != 8 {
		t.Errorf("read back: split file %q, batch %d", again.set.SplitFile, again.set.Batch)
	}
}
