package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStoreCommands on a store of three trained nets: listed, shown, checked, pruned, broken, removed, and computed
// again.
func TestStoreCommands(t *testing.T) {
	dir := t.TempDir()
	curve := []string{"curve", "-data", "shapes:classes=4,train=12,test=8,size=24", "-nets", "0/baseB,0/B3B,0/R2B",
		"-steps", "3", "-batch", "8",
		"-widths", "4,4,4,4,4,8,8", "-backend", "go", "-store", dir, "-json"}
	ok := func(args ...string) string {
		t.Helper()
		status, out, errs := coadapt(t, t.Context(), args...)
		if status != 0 {
			t.Fatalf("%v: status %d, %s", args, status, errs)
		}
		return out
	}
	first := ok(curve...)
	keys := map[string]string{}
	for line := range strings.Lines(ok("store", "ls", "-json", "-store", dir)) {
		var r struct {
			Key, Name, Status string
			Accuracy          *float64
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		// four steps teach a net little
		if r.Status != "ok" && r.Status != "not trained" || (r.Status == "ok") != (r.Accuracy != nil) {
			t.Errorf("%s", line)
		}
		keys[r.Name] = r.Key
	}
	if len(keys) != 3 {
		t.Fatalf("keys %v, want three", keys)
	}
	if out := ok("store", "ls", "-store", dir); !strings.Contains(out, keys["0/B3B"][:12]) ||
		!strings.Contains(out, "3 entries") {
		t.Errorf("ls:\n%s", out)
	}
	if out := ok("store", "show", keys["0/B3B"][:8], "-store", dir); !strings.Contains(out, keys["0/baseB"]) ||
		!strings.Contains(out, "begins") {
		t.Errorf("show, want the parent's key and the log:\n%s", out)
	}
	if out := ok("store", "verify", "-store", dir); !strings.Contains(out, "3 entries whole") {
		t.Errorf("verify: %s", out)
	}
	if out := ok("store", "gc", "-weights", "-store", dir); !strings.Contains(out, "weights of 2 nets") {
		t.Errorf("gc: %s", out)
	}
	if out := ok("store", "verify", "-store", dir); !strings.Contains(out, "3 entries whole") {
		t.Errorf("verify after gc: %s", out)
	}

	file := filepath.Join(dir, "entries", keys["0/baseB"][:2], keys["0/baseB"], "weights.safetensors")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, _ := coadapt(t, t.Context(), "store", "verify", "-store", dir)
	if status != 1 || !strings.Contains(out, "weights.safetensors") || !strings.Contains(out, keys["0/baseB"]) ||
		!strings.Contains(out, "2 entries whole") {
		t.Errorf("verify of a flipped byte: status %d\n%s", status, out)
	}
	ok("store", "rm", keys["0/R2B"], "-store", dir)
	again := ok(curve...)
	if !sameNumbers(t, first, again) {
		t.Errorf("computed again:\n%s\nat first:\n%s", again, first)
	}
	for args, want := range map[string]string{"store rm 0000": "no such entry", "store show xyz": "hexadecimal",
		"store show": "1 arg", "store bogus": "bogus"} {
		status, out, errs := coadapt(t, t.Context(), append(strings.Fields(args), "-store", dir)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %q, %q; want %q", args, status, out, errs, want)
		}
	}
}

// sameNumbers compares records by name, accuracy and loss.
func sameNumbers(t *testing.T, a, b string) bool {
	t.Helper()
	read := func(text string) map[string][2]float64 {
		out := map[string][2]float64{}
		for line := range strings.Lines(text) {
			var r struct {
				Name           string
				Accuracy, Loss float64
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			out[r.Name] = [2]float64{r.Accuracy, r.Loss}
		}
		return out
	}
	x, y := read(a), read(b)
	for name, v := range x {
		if y[name] != v {
			return false
		}
	}
	return len(x) == len(y) && len(x) > 0
}

// TestLeaseTime: a time that is none is refused, with the variable's name.
func TestLeaseTime(t *testing.T) {
	dir := t.TempDir()
	for lasts, want := range map[string]int{"": 0, "2m": 0, "soon": 1, "1ms": 1} {
		t.Setenv("COADAPT_LEASE", lasts)
		if status, _, errs := coadapt(t, t.Context(), "store", "ls", "-store", dir); status != want || want > 0 &&
			!strings.Contains(errs, "COADAPT_LEASE="+lasts) {
			t.Errorf("%q: status %d, %s; want %d", lasts, status, errs, want)
		}
	}
}
