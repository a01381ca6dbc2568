package gomlxnet

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestOpenBackend(t *testing.T) {
	b, err := OpenBackend("go")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if class := BackendClass(b); class != "go" {
		t.Errorf("class %q, want go", class)
	}
	if _, err := OpenBackend("jax:cpu"); err == nil || !strings.Contains(err.Error(), "jax") || !strings.Contains(err.Error(), "go") {
		t.Errorf("%v, want an error that names the backend and what there is", err)
	}
}

// XLA's CPU shows no more devices than there are cores, since it makes a thread for each.
func TestDevicesOfCores(t *testing.T) {
	b := openBackend(t, "xla:cpu")
	if got, want := b.NumDevices(), min(4, runtime.NumCPU()); got != want {
		t.Errorf("%d devices on %d cores, want %d", got, runtime.NumCPU(), want)
	}
}

// What a configuration's name tells is what its backend would say; what it does not tell is not guessed.
func TestClassOf(t *testing.T) {
	for config, want := range map[string]string{"go": "go", "go:": "go", "xla:cpu": "xla:cpu", "xla:/a/pjrt_c_api_cpu_plugin.so,tf32=false": "xla:cpu",
		"xla:cuda": "xla:cuda", "xla:/cpu/pjrt_c_api_cuda_plugin.so": "xla:cuda", "xla": "", "xla:/a/plugin.so": ""} {
		if class, ok := ClassOf(config); class != want && ok || ok != (want != "") {
			t.Errorf("ClassOf(%q) = %q, %v; want %q", config, class, ok, want)
		}
	}
	config := "go"
	if os.Getenv("GOMLX_BACKEND") != "" {
		config = os.Getenv("GOMLX_BACKEND")
	}
	b, err := OpenBackend(config)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if class, ok := ClassOf(config); ok && class != BackendClass(b) {
		t.Errorf("ClassOf(%q) = %q, its backend says %q", config, class, BackendClass(b))
	}
}
