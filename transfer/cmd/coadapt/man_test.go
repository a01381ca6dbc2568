package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMan: each command has a page with its flags, which man can show, and the pages are the same each time.
func TestMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if out := must(t, "man", "-o", dir); !strings.Contains(out, "pages") {
		t.Errorf("said %q", out)
	}
	for name, want := range map[string][]string{
		"coadapt.1":              {`.TH "COADAPT" "1"`, "coadapt\\-curve(1)"},
		"coadapt-curve.1":        {"transfer curve", `\fB--conditions\fP`, "coadapt curve --data"},
		"coadapt-store-export.1": {`\fB-o\fP, \fB--output\fP`, ".parquet"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range want {
			if !strings.Contains(strings.ReplaceAll(string(text), "\\-\\-", "--"),
				strings.ReplaceAll(part, "\\-", "-")) &&
				!strings.Contains(string(text), part) {
				t.Errorf("%s lacks %q:\n%s", name, part, text)
			}
		}
		if strings.Contains(string(text), "--treatments") {
			t.Errorf("%s shows a flag's former name", name)
		}
	}
	first, err := os.ReadFile(filepath.Join(dir, "coadapt-curve.1"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, "man", "-o", dir)
	if again, err := os.ReadFile(filepath.Join(dir, "coadapt-curve.1")); err != nil || string(again) != string(first) {
		t.Errorf("the page differs when it is written again (%v)", err)
	}
	if program, err := exec.LookPath("man"); err == nil {
		out, err := exec.Command(program, "-l", filepath.Join(dir, "coadapt-store-export.1")).Output()
		if err != nil || !strings.Contains(string(out), "SYNOPSIS") {
			t.Errorf("man -l: %v\n%s", err, out)
		}
	}
	if status, _, errs := coadapt(t, t.Context(), "man"); status != 1 || !strings.Contains(errs, "output") {
		t.Errorf("man without a folder: status %d, %s", status, errs)
	}
}
