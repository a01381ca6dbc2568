package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset/formats"
)

// TestSplitFile: the nets of a curve are those of the file, its name is in the table and in the store, and what does
// not fit is refused before anything is trained.
func TestSplitFile(t *testing.T) {
	testStore(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const data = "shapes:classes=4,train=12,test=8,size=24"
	src, err := formats.Open(t.Context(), data, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	class := src.Classes()
	file := write("round.txt",
		"# two tasks\n[A]\n"+class[0].Name+"\n"+class[1].Name+"\n[B]\n"+class[2].Name+"\n"+class[3].Name+"\n")
	train := []string{"curve", "-data", data, "-widths", "4,4,4,4,4,8,8", "-steps", "2", "-batch", "4",
		"-backend", "go", "-conditions", "AnB", "-cuts", "3", "-split-file", file}
	status, out, errs := coadapt(t, t.Context(), append(train, "-json")...)
	if status != 0 || !strings.Contains(out, `"round/A3B"`) || strings.Contains(out, `"0/`) {
		t.Fatalf("status %d, %s%s; want nets of the split round", status, out, errs)
	}
	if status, out, errs := coadapt(t, t.Context(), "show"); status != 0 || !strings.Contains(out, "split round:") {
		t.Errorf("show: status %d, %s%s; want a table of the split round", status, out, errs)
	}
	for want, more := range map[string][]string{
		"no net is of its split round": {"-splits", "0"},
		"the split file has round":     {"-splits", "rond"},
		"no such file":                 {"-split-file", filepath.Join(dir, "none")},
		`line 2: shapes has no class "no-class"`: {"-split-file", write("bad.txt",
			"[A]\nno-class\n[B]\n"+class[0].Name+"\n")},
	} {
		if status, _, errs := coadapt(t, t.Context(), append(slices.Clone(train), more...)...); status == 0 ||
			!strings.Contains(errs, want) {
			t.Errorf("%v: status %d, %s; want an error with %q", more, status, errs, want)
		}
	}
	status, _, errs = coadapt(t, t.Context(), "plan", "-grid", "mini", "-data", data, "-split-file", file,
		"-backend", "go")
	if status == 0 || !strings.Contains(errs, "no net is of its split round; name it in -splits") {
		t.Errorf("grid mini: status %d, %s; want an error", status, errs)
	}
}
