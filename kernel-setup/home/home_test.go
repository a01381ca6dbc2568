package home

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clone makes a clone's root with a folder two levels down and returns both.
func clone(t *testing.T) (root, below string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below = filepath.Join(root, "kernel-setup", "tools")
	write(t, filepath.Join(root, "go.mod"), "// a comment\nmodule coadapt\n\ngo 1.26\n")
	write(t, filepath.Join(below, "go.mod"), "module coadapt/kernel-setup/tools\n")
	return root, below
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLocate(t *testing.T) {
	root, below := clone(t)
	elsewhere := t.TempDir()
	moved := t.TempDir()
	write(t, filepath.Join(moved, "manifest.json"), `{"root": "`+root+`"}`)
	def := filepath.Join(root, ".coadapt")
	for _, c := range []struct {
		name    string
		env     map[string]string
		wd, exe string
		root    string
		dir     string
	}{
		{"working directory", nil, below, "/usr/bin/x", root, def},
		{"executable in the clone", nil, elsewhere, filepath.Join(def, "bin", "coadapt"), root, def},
		{"executable in a moved home", nil, elsewhere, filepath.Join(moved, "bin", "coadapt"), root, moved},
		{"moved home's executable inside the clone", nil, root, filepath.Join(moved, "bin", "coadapt"), root, moved},
		{"COADAPT_ROOT", map[string]string{EnvRoot: root}, elsewhere, "", root, def},
		{"COADAPT_HOME", map[string]string{EnvHome: "there"}, root, "", root, filepath.Join(root, "there")},
	} {
		got, err := locate(func(k string) string { return c.env[k] }, c.wd, c.exe)
		if err != nil || got.Root != c.root || got.Dir != c.dir {
			t.Errorf("%s: got %+v, %v; want root %s, dir %s", c.name, got, err, c.root, c.dir)
		}
	}
	none := func(string) string { return "" }
	if got, err := locate(none, elsewhere, ""); err == nil || !strings.Contains(err.Error(), elsewhere) {
		t.Errorf("outside a clone: got %+v, %v; want an error naming %s", got, err, elsewhere)
	}
	if _, err := locate(func(k string) string { return map[string]string{EnvRoot: elsewhere}[k] }, root, ""); err == nil {
		t.Error("COADAPT_ROOT outside a clone was accepted")
	}
}

func TestBackend(t *testing.T) {
	bare := Home{Dir: t.TempDir()}
	cpu := Home{Dir: t.TempDir()}
	cpuFile := filepath.Join(cpu.PJRT(), "pjrt_c_api_cpu_plugin.so")
	write(t, cpuFile, "")
	both := Home{Dir: filepath.Join(t.TempDir(), "odd [name]*")}
	write(t, filepath.Join(both.PJRT(), "pjrt_c_api_cpu_plugin.so"), "")
	cudaFile := filepath.Join(both.CUDA(), "pjrt_c_api_cuda_plugin.so")
	write(t, cudaFile, "")
	for _, c := range []struct {
		name               string
		home               Home
		want, env, plugins string
		gpu                bool
		config             string
		notice             bool
		fails              bool
	}{
		{name: "nothing there", home: bare, config: "go", notice: true},
		{name: "set-up's plugin", home: cpu, config: "xla:" + cpuFile},
		{name: "environment's plugin", home: bare, plugins: cpu.PJRT(), config: "xla:cpu"},
		{name: "environment before set-up", home: both, plugins: cpu.PJRT(), gpu: true, config: "xla:cpu"},
		{name: "card", home: both, gpu: true, config: "xla:" + cudaFile},
		{name: "CUDA plugin without a card", home: both, config: "xla:" + filepath.Join(both.PJRT(), "pjrt_c_api_cpu_plugin.so")},
		{name: "flag before environment", home: cpu, want: "go", env: "xla:cpu", config: "go"},
		{name: "environment", home: cpu, env: "go", config: "go"},
		{name: "xla by name", home: cpu, env: "xla:cpu", config: "xla:" + cpuFile},
		{name: "xla with options", home: cpu, want: "xla:cpu,tf32=false", config: "xla:" + cpuFile + ",tf32=false"},
		{name: "bare xla", home: cpu, want: "xla", config: "xla:" + cpuFile},
		{name: "absolute", home: bare, want: "xla:/a/plugin.so", config: "xla:/a/plugin.so"},
		{name: "xla without a plugin", home: bare, want: "xla:cpu", fails: true},
		{name: "empty folder named", home: cpu, want: "xla:cpu", plugins: bare.Dir, fails: true},
	} {
		config, notice, err := c.home.backend(c.want, c.env, c.plugins, c.gpu)
		if config != c.config || (notice != "") != c.notice || (err != nil) != c.fails {
			t.Errorf("%s: got %q, notice %q, error %v; want %q, notice %v, fails %v", c.name, config, notice, err, c.config, c.notice, c.fails)
		}
	}
}

func TestBackendSetsTheEnvironment(t *testing.T) {
	h := Home{Dir: t.TempDir()}
	file := filepath.Join(h.PJRT(), "pjrt_c_api_cpu_plugin.so")
	write(t, file, "")
	for _, k := range []string{EnvBackend, EnvPlugins, EnvNoAutoInstall} {
		t.Setenv(k, "")
	}
	if _, _, err := h.Backend(""); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{EnvPlugins: h.PJRT(), EnvNoAutoInstall: "1"} {
		if got := os.Getenv(k); got != want {
			t.Errorf("%s=%q, want %q", k, got, want)
		}
	}
	if got := os.Getenv(EnvBackend); !HasGPU() && got != "xla:"+file {
		t.Errorf("%s=%q, want the plugin's path", EnvBackend, got)
	}
}

func TestChildEnv(t *testing.T) {
	h := Home{Dir: t.TempDir()}
	write(t, filepath.Join(h.PJRT(), "pjrt_c_api_cpu_plugin.so"), "")
	t.Setenv(EnvPlugins, "")
	t.Setenv(EnvBackend, "xla:cpu")
	env, notice, err := h.ChildEnv("")
	if err != nil || notice != "" || env[EnvBackend] != "xla:cpu" || env[EnvPlugins] != h.PJRT() || env[EnvNoAutoInstall] != "1" {
		t.Errorf("ChildEnv = %v, %q, %v", env, notice, err)
	}
}

func TestStore(t *testing.T) {
	h := Home{Dir: "/h"}
	t.Setenv(EnvStore, "")
	if got := h.Store(); got != filepath.Join("/h", "store") {
		t.Errorf("Store() = %s", got)
	}
	t.Setenv(EnvStore, "/elsewhere")
	if got := h.Store(); got != "/elsewhere" {
		t.Errorf("Store() = %s with %s set", got, EnvStore)
	}
}
