package backend

import (
	"os"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"
)

func TestOpenBackend(t *testing.T) {
	b, err := Open("go")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if class := Class(b); class != "go" {
		t.Errorf("class %q, want go", class)
	}
	if _, err := Open("jax:cpu"); err == nil || !strings.Contains(err.Error(), "jax") ||
		!strings.Contains(err.Error(), "go") {
		t.Errorf("%v, want an error that names the backend and what there is", err)
	}
}

// What a configuration's name tells is what its backend would say; what it does not tell is not guessed.
func TestClassOf(t *testing.T) {
	for config, want := range map[string]string{"go": "go", "go:": "go", "xla:cpu": "xla:cpu",
		"xla:/a/pjrt_c_api_cpu_plugin.so,tf32=false": "xla:cpu",
		"xla:cuda": "xla:cuda", "xla:/cpu/pjrt_c_api_cuda_plugin.so": "xla:cuda", "xla": "", "xla:/a/plugin.so": ""} {
		if class, ok := ClassOf(config); class != want && ok || ok != (want != "") {
			t.Errorf("ClassOf(%q) = %q, %v; want %q", config, class, ok, want)
		}
	}
	config := "go"
	if os.Getenv("GOMLX_BACKEND") != "" {
		config = os.Getenv("GOMLX_BACKEND")
	}
	b, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if class, ok := ClassOf(config); ok && class != Class(b) {
		t.Errorf("ClassOf(%q) = %q, its backend says %q", config, class, Class(b))
	}
}
