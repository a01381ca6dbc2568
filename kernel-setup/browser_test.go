package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without a browser, or a Python that can drive one, the suite is left out with a sentence, and in CI aloud.
func TestBrowserSuiteIsLeftOut(t *testing.T) {
	s, out := testSite(t)
	t.Setenv(envChromium, filepath.Join(s.home.Root, "no-browser"))
	for _, ci := range []string{"", "true"} {
		t.Setenv("CI", ci)
		var got tally
		if err := s.browserSuite(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		if got.line() != "0 passed, 0 failed, 1 skipped" || !strings.Contains(got.outcomes[0].output, "no-browser") ||
			!strings.Contains(out.String(), "no-browser") {
			t.Errorf("%+v\n%s", got, out)
		}
		if loud := len(got.notes) == 1 && strings.Contains(got.notes[0], "WARNING") &&
			strings.Contains(got.notes[0], "no-browser"); loud != (ci == "true") {
			t.Errorf("CI=%q notes %q", ci, got.notes)
		}
	}
	exists(t, s.testHome(), false)

	script(t, filepath.Join(s.home.Root, "no-browser"), "")
	t.Setenv("COADAPT_PYTHON", filepath.Join(s.home.Root, "no-python"))
	var got tally
	if err := s.browserSuite(t.Context(), &got); err != nil || got.line() != "0 passed, 0 failed, 1 skipped" ||
		!strings.Contains(got.outcomes[0].output, "no-python") {
		t.Errorf("without Python: %v, %+v", err, got)
	}
}

// What drives the browser is told where it is, where the copies of the notebooks and of the suite's own lie, and
// where pictures go.
func TestBrowserSuite(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, goodAnswer)
	t.Setenv(envChromium, filepath.Join(s.home.Root, "browser"))
	script(t, filepath.Join(s.home.Root, "browser"), "")
	write(t, filepath.Join(s.home.Notebooks(), "00_a.ipynb"), "a")
	write(t, filepath.Join(s.home.Root, "kernel-setup", "testdata", "browser", "form.ipynb"), "form")
	write(t, filepath.Join(s.screenshots(), "old.png"), "")
	// A lab that answers every request with 200; its port is the seventh argument's.
	script(t, s.python(), `for a in "$@"; do case "$a" in --ServerApp.port=*) port="${a#*=}";; esac; done
exec python3 -c 'import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()' "$port"`)
	e := s.testing()
	script(t, e.python(), `test -e "$3/00_a.ipynb" && test -e "$3/form.ipynb" && test -d "$4" && echo '{"test": "Visit.one", "action": "pass", "output": "", "seconds": 1}'
case "$LAB_URL" in http://127.0.0.1:*/lab?token=*) echo '{"test": "Visit.two", "action": "fail", "output": "no picture", "seconds": 1}';; esac
echo seen > "$4/01_seen.png"`)
	s.manifest.Steps["testing"] = record{Digest: textDigest(e.lock[0], "3.11.7", e.dir), Made: []string{"testing"},
		Facts: map[string]string{"python": "3.11.7"}}
	if err := s.manifest.write(s.home); err != nil {
		t.Fatal(err)
	}
	var got tally
	if err := s.browserSuite(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if got.line() != "1 passed, 1 failed, 0 skipped" ||
		got.of("fail")[0] != (outcome{"browser Visit.two", "fail", "no picture"}) {
		t.Errorf("%+v", got)
	}
	if len(got.notes) != 1 || !strings.Contains(got.notes[0], "screenshots") {
		t.Errorf("notes %q", got.notes)
	}
	exists(t, filepath.Join(s.screenshots(), "01_seen.png"), true)
	exists(t, filepath.Join(s.screenshots(), "old.png"), false)
	if left, err := os.ReadDir(s.testHome()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
