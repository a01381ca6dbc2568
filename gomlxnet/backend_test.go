package gomlxnet

import (
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
