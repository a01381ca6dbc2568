package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coadapt/gomlxnet/home"
)

// The environment's own JupyterLab opens a browser. The stand-in for it writes down its arguments.
func TestBrowserIsNotToldTheToken(t *testing.T) {
	installed, err := home.Locate()
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(installed.Venv(), "bin", "python")
	if exec.Command(python, "-c", "import jupyterlab").Run() != nil {
		t.Skip("JupyterLab is not set up")
	}
	s, _ := testSite(t)
	script(t, s.python(), `exec '`+python+`' "$@"`)
	bin, told := t.TempDir(), filepath.Join(t.TempDir(), "told")
	script(t, filepath.Join(bin, "xdg-open"), `printf '%s\n' "$@" > `+told+".part; mv "+told+".part "+told)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("BROWSER", "xdg-open") // which Python prefers to those of the system
	t.Setenv("DISPLAY", ":0")
	server, err := s.startLab(t.Context(), anyPort, labPlace{root: s.home.Root, begin: s.home.Root, show: true})
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(server.stop)
	defer stop()
	var args []byte
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) &&
		args == nil; time.Sleep(10 * time.Millisecond) {
		args, _ = os.ReadFile(told)
	}
	_, token, _ := strings.Cut(server.url, "token=")
	page, err := url.Parse(strings.TrimSpace(string(args)))
	if err != nil || page.Scheme != "file" || strings.Contains(string(args), token) {
		t.Fatalf("the browser is started with %q", args)
	}
	folder, err := os.Stat(filepath.Dir(page.Path))
	if err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("the page's folder is %v, %v; want mode 0700", folder, err)
	}
	text, err := os.ReadFile(page.Path)
	if err != nil || !strings.Contains(string(text), "token="+token) {
		t.Errorf("the page is %q, %v", text, err)
	}
	stop()
	if _, err := os.Stat(page.Path); err == nil {
		t.Error("the page stays")
	}
}

// No browser is opened where none is wanted, or none can be shown.
func TestLabWithoutABrowser(t *testing.T) {
	s, _ := testSite(t)
	told := filepath.Join(s.home.Root, "told")
	fakePython(t, s, `echo "$@" > `+told+"; exit 1")
	for _, c := range []struct {
		display string
		show    bool
	}{{"", false}, {":0", false}, {"", true}, {":0", true}} {
		t.Setenv("DISPLAY", c.display)
		t.Setenv("WAYLAND_DISPLAY", "")
		if _, err := s.startLab(t.Context(), anyPort, labPlace{show: c.show}); err == nil {
			t.Fatal("a lab that ends at once was started")
		}
		args, err := os.ReadFile(told)
		if err != nil {
			t.Fatal(err)
		}
		shown := !strings.Contains(string(args), "--no-browser")
		if want := c.show && hasScreen(); shown != want {
			t.Errorf("display %q, wanted %v: a browser is opened: %v, want %v", c.display, c.show, shown, want)
		}
	}
}
