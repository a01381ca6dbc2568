package plugins

import (
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/home"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestChoose(t *testing.T) {
	bare := home.Home{Dir: t.TempDir()}
	cpu := home.Home{Dir: t.TempDir()}
	cpuFile := filepath.Join(cpu.PJRT(), "pjrt_c_api_cpu_plugin.so")
	write(t, cpuFile, "")
	both := home.Home{Dir: filepath.Join(t.TempDir(), "odd [name]*")}
	write(t, filepath.Join(both.PJRT(), "pjrt_c_api_cpu_plugin.so"), "")
	cudaFile := filepath.Join(both.CUDA(), "pjrt_c_api_cuda_plugin.so")
	write(t, cudaFile, "")
	for _, c := range []struct {
		name               string
		home               home.Home
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
		{name: "CUDA plugin without a card", home: both,
			config: "xla:" + filepath.Join(both.PJRT(), "pjrt_c_api_cpu_plugin.so")},
		{name: "flag before environment", home: cpu, want: "go", env: "xla:cpu", config: "go"},
		{name: "environment", home: cpu, env: "go", config: "go"},
		{name: "xla by name", home: cpu, env: "xla:cpu", config: "xla:" + cpuFile},
		{name: "xla with options", home: cpu, want: "xla:cpu,tf32=false", config: "xla:" + cpuFile + ",tf32=false"},
		{name: "bare xla", home: cpu, want: "xla", config: "xla:" + cpuFile},
		{name: "absolute", home: bare, want: "xla:/a/plugin.so", config: "xla:/a/plugin.so"},
		{name: "xla without a plugin", home: bare, want: "xla:cpu", fails: true},
		{name: "empty folder named", home: cpu, want: "xla:cpu", plugins: bare.Dir, fails: true},
	} {
		config, notice, err := choose(c.home, c.want, c.env, c.plugins, c.gpu)
		if config != c.config || (notice != "") != c.notice || (err != nil) != c.fails {
			t.Errorf("%s: got %q, notice %q, error %v; want %q, notice %v, fails %v", c.name, config, notice, err,
				c.config, c.notice, c.fails)
		}
	}
}

func TestChooseSetsTheEnvironment(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	file := filepath.Join(h.PJRT(), "pjrt_c_api_cpu_plugin.so")
	write(t, file, "")
	for _, k := range []string{EnvBackend, EnvPlugins, EnvNoAutoInstall} {
		t.Setenv(k, "")
	}
	if _, _, err := Choose(h, ""); err != nil {
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
	h := home.Home{Dir: t.TempDir()}
	write(t, filepath.Join(h.PJRT(), "pjrt_c_api_cpu_plugin.so"), "")
	t.Setenv(EnvPlugins, "")
	t.Setenv(EnvBackend, "xla:cpu")
	env, notice, err := ChildEnv(h, "")
	if err != nil || notice != "" || env[EnvBackend] != "xla:cpu" || env[EnvPlugins] != h.PJRT() ||
		env[EnvNoAutoInstall] != "1" {
		t.Errorf("ChildEnv = %v, %q, %v", env, notice, err)
	}
}
