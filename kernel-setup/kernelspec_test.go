package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestKernelSpec(t *testing.T) {
	s, _ := testSite(t)
	installed(t, s, goodAnswer)
	st := s.kernel()
	for range 2 {
		if err := s.do(t.Context(), []step{st}, false); err != nil {
			t.Fatal(err)
		}
	}
	text, err := s.kernelFile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var spec kernelSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	if spec.InterruptMode != "message" || spec.Language != "go" ||
		spec.Argv[0] != filepath.Join(s.home.Bin(), "coadapt-kernel") ||
		spec.Argv[1] != "{connection_file}" {
		t.Errorf("kernel.json is %s", text)
	}
	for k, want := range map[string]string{
		"GOFLAGS": "'-ldflags=-s -w'", "GOMLX_BACKEND": "xla:cpu", "GOMLX_NO_AUTO_INSTALL": "1",
		"PJRT_PLUGIN_LIBRARY_PATH": s.home.PJRT(),
		"COADAPT_HOME":             s.home.Dir, "COADAPT_ROOT": s.home.Root, "GOWORK": "off",
		"GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH, "GO111MODULE": "on",
	} {
		if spec.Env[k] != want {
			t.Errorf("%s is %q, want %q", k, spec.Env[k], want)
		}
	}
	path := filepath.SplitList(spec.Env["PATH"])
	if path[0] != s.home.Bin() || path[len(path)-1] != "${PATH}" {
		t.Errorf("PATH is %v", path)
	}
	file := filepath.Join(s.home.Venv(), "share", "jupyter", "kernels", "coadapt", "kernel.json")
	exists(t, file, true)
	write(t, file, "{}")
	if _, why, err := s.stale(t.Context(), st); err != nil || why == "" {
		t.Errorf("a changed kernel.json goes unnoticed: %q, %v", why, err)
	}
}

// Every package of the locks is pinned with a hash, and no line says where to download from.
func TestRequirements(t *testing.T) {
	for _, lock := range []struct {
		text  string
		least int
		pins  map[string]string // package, start of its version
	}{
		{requirements, 90, map[string]string{"jupyterlab": "4.6.", "nbclient": "", "nbconvert": ""}},
		{peers, 35, map[string]string{"torch": "2.", "jax": "0.", "jaxlib": "0."}},
	} {
		all := entries(lock.text)
		if len(all) < lock.least {
			t.Errorf("the lock has %d entries, want at least %d", len(all), lock.least)
		}
		for _, entry := range all {
			entry = strings.ReplaceAll(strings.TrimSpace(entry), "\\\n", " ")
			if !regexp.MustCompile(`^[a-z0-9-]+==[0-9][^ ]*( ;.*)?(\s+--hash=sha256:[0-9a-f]{64})+$`).
				MatchString(entry) {
				t.Errorf("not a pinned, hashed requirement: %.100s", entry)
			}
		}
		for name, start := range lock.pins {
			if got := pinnedIn(lock.text, name); got == "?" || !strings.HasPrefix(got, start) {
				t.Errorf("%s is pinned at %s, want %s...", name, got, start)
			}
		}
	}
}

func TestModuleVersion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.mod")
	write(
		t,
		file,
		"module m\n\ntool example.com/a/cmd/x\n\nrequire example.com/a v1.2.3\n\nrequire (\n\texample.com/a/cmd "+
			"v0.4.0 // indirect\n\texample.com/ab v0.9.0\n)\n",
	)
	for pkg, want := range map[string]string{"example.com/a/cmd/x": "v0.4.0", "example.com/a": "v1.2.3",
		"example.com/b": "?"} {
		if got := moduleVersion(file, pkg); got != want {
			t.Errorf("%s: %s, want %s", pkg, got, want)
		}
	}
}

// What executes notebooks is a part of the lock that holds together, without JupyterLab and IPython.
func TestNeededBy(t *testing.T) {
	lock := "# made by hand\na==1 \\\n    --hash=sha256:00\n    # via b\nb==2\n    # via\n    #   -r x.in\n    #   " +
		"c\nc==3 ; python_version < '3'\nd==4\n    # via a\n"
	want := []string{"a==1 \\\n    --hash=sha256:00\n", "b==2\n", "d==4\n"}
	if got := neededBy(lock, "b"); !slices.Equal(got, want) {
		t.Errorf("b needs %q, want %q", got, want)
	}
	kept := strings.Join(neededBy(requirements, "nbclient", "nbconvert"), "")
	for name, want := range map[string]bool{"nbclient": true, "nbconvert": true, "nbformat": true,
		"jupyter-client": true, "pyzmq": true, "tornado": true,
		"jinja2": true, "jupyterlab": false, "jupyter-server": false, "ipython": false, "ipykernel": false,
		"debugpy": false, "babel": false} {
		if got := pinnedIn(kept, name) != "?"; got != want {
			t.Errorf("a notebook needs %s: %v, want %v", name, got, want)
		}
	}
}
