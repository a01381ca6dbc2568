package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coadapt/gomlxnet/home"
)

// Notebooks are tried on a site of their own: a store that is empty at first whatever the user's is, copies in their
// place, nothing left behind.
func TestNotebookSuite(t *testing.T) {
	s, out := testSite(t)
	installed(t, s, goodAnswer)
	write(t, filepath.Join(s.home.Store(), "kept"), "")
	t.Setenv(home.EnvStore, s.home.Store())
	script(t, filepath.Join(s.home.Bin(), "coadapt"), `echo "$@" >> "`+filepath.Join(s.home.Root, "stopped")+`"`)
	// Arguments are -c PROGRAM SOURCE KERNEL SECONDS EXECUTED PAGE --strict; the bad notebook trains in the
	// background when it fails.
	script(t, s.python(), `set -e
folder=$(dirname "$3")
test "$8" = --strict
test -e "$folder/images/a.png"
test ! -e "$folder/nb"
grep -q '"COADAPT_STORE":"'"$COADAPT_HOME"'/store"' "$JUPYTER_PATH/kernels/coadapt/kernel.json"
case "$3" in
*good*) test ! -e "$COADAPT_HOME/store"; mkdir "$COADAPT_HOME/store";;
*) test -e "$COADAPT_HOME/store";;
esac
echo written > "$folder/written"
echo done > "$6"
echo "<img alt=\"a curve\" src=\"data:image/png;base64,iVBO\">" > "$7"
case "$3" in
*bad*) mkdir -p "$COADAPT_HOME/store/runs/one"; echo "a line"; echo "FAILED: cell 2: undefined: x"; echo "of it"; exit 1;;
*bare*) echo "<img src=\"a.png\">" > "$7";;
esac`)
	for name, text := range map[string]string{"00_good.ipynb": "good", "01_bad.ipynb": "bad", "02_bare.ipynb": "bare",
		"images/a.png": "", "nb/nb.go": "package nb"} {
		write(t, filepath.Join(s.home.Notebooks(), name), text)
	}
	var got tally
	if err := s.notebookSuite(t.Context(), time.Minute, &got); err != nil {
		t.Fatal(err)
	}
	if got.line() != "1 passed, 2 failed, 0 skipped" || got.of("pass")[0].name != "notebooks/00_good.ipynb" {
		t.Fatalf("%+v\n%s", got, out)
	}
	if bad := got.of("fail")[0]; bad != (outcome{"notebooks/01_bad.ipynb", "fail", "cell 2: undefined: x\nof it\n"}) {
		t.Errorf("a failing cell is told as %+v", bad)
	}
	if bare := got.of("fail")[1].output; !strings.Contains(bare, "picture 1 is not in the page") ||
		!strings.Contains(bare, "no text alternative") {
		t.Errorf("a page that needs files beside it is told as %s", bare)
	}
	var summary strings.Builder
	if got.summary(&summary); !strings.HasPrefix(summary.String(), "TIME notebooks/00_good.ipynb: ") {
		t.Errorf("the summary does not begin with the times:\n%s", &summary)
	}
	if text, _ := os.ReadFile(filepath.Join(s.home.Root, "stopped")); !strings.HasPrefix(string(text),
		"stop -now -store=") || !strings.HasSuffix(string(text), " one\n") {
		t.Errorf("what trained in the background was stopped by %q", text)
	}
	exists(t, filepath.Join(s.home.Store(), "kept"), true)
	exists(t, filepath.Join(s.home.Notebooks(), "written"), false)
	exists(t, filepath.Join(s.home.Runs(), "00_good.ipynb"), true)
	if left, err := os.ReadDir(s.testHome()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A notebook that cannot be run at all fails, with what Python said.
func TestNotebookSuiteWithoutPython(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, goodAnswer)
	script(t, s.python(), `echo "Traceback: No module named nbclient" >&2; exit 1`)
	write(t, filepath.Join(s.home.Notebooks(), "00_a.ipynb"), "a")
	var got tally
	if err := s.notebookSuite(t.Context(), time.Minute, &got); err != nil {
		t.Fatal(err)
	}
	if failed := got.of("fail"); len(failed) != 1 || !strings.Contains(failed[0].output, "nbclient") {
		t.Errorf("%+v", got)
	}
}

func TestStandsAlone(t *testing.T) {
	page := filepath.Join(t.TempDir(), "a.html")
	for _, c := range []struct{ text, want string }{
		{`<p>no picture, <a href="https://example.org">a link</a></p><script>f("x")</script><!-- https://x.org -->`,
			""},
		{"<img\nalt='' alt=\"a curve\" src=\"data:image/png;base64,iVBO\">", ""},
		{`<img src="data:image/png;base64,iVBO">`, "picture 1 has no text alternative"},
		{`<img alt=" " src="data:image/png;base64,iVBO">`, "picture 1 has no text alternative"},
		{`<img alt="No description has been provided for this image" src="data:image/png;base64,iVBO">`,
			"no text alternative"},
		{`<img alt="a" src="images/a.png">`, "picture 1 is not in the page"},
		{`<img alt="a" src="https://x.org/a.png">`, "picture 1 is not in the page"},
		{`<script src="https://x.org/a.js"></script>`, "loaded from elsewhere"},
		{`<script type="module">import mermaid from "https://x.org/a.mjs"</script>`, "loaded from elsewhere"},
		{`<link rel="stylesheet" href="https://x.org/a.css">`, "loaded from elsewhere"},
		{`<style>@font-face { src: url(https://x.org/a.woff) }</style>`, "loaded from elsewhere"},
	} {
		write(t, page, c.text)
		if err := standsAlone(page); (err == nil) != (c.want == "") || err != nil &&
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
	if err := standsAlone(page + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no page: %v", err)
	}
}
