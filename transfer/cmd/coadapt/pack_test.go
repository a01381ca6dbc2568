package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPack packs the shapes, checks the pack, trains on it with the keys of the shapes, and finds a flipped byte.
func TestPack(t *testing.T) {
	args := tiny(t, "-json")
	status, plain, errs := coadapt(t, t.Context(), args...)
	if status != 0 {
		t.Fatal(errs)
	}
	dir := filepath.Join(t.TempDir(), "packed")
	packing := []string{"pack", "-data", args[2], "-size", "24", "-o", dir, "-json"}
	status, out, errs := coadapt(t, t.Context(), packing...)
	var rec packRecord
	if err := json.Unmarshal([]byte(out), &rec); status != 0 || err != nil || rec.Pictures != 4*(12+8) ||
		rec.Bytes != 80*24*24*3 || rec.Kept != 0 {
		t.Fatalf("status %d, %s, %v, %+v", status, errs, err, rec)
	}
	if status, out, _ = coadapt(t, t.Context(), packing...); status != 0 || !strings.Contains(out, `"kept":1`) {
		t.Errorf("again: status %d, %s", status, out)
	}
	if status, out, errs = coadapt(t, t.Context(), "pack", "-verify", dir); status != 0 ||
		!strings.Contains(out, "all 80 pictures") {
		t.Errorf("verify: status %d, %s%s", status, out, errs)
	}
	args[2] = dir
	status, packed, errs := coadapt(t, t.Context(), append(args, "-size", "24")...)
	if status != 0 {
		t.Fatal(errs)
	}
	// A pack is the same data: every net is a hit.
	if n := strings.Count(plain, "\n"); strings.Count(packed, `"hit":true`) != n || strings.Count(packed, "\n") != n {
		t.Errorf("on the pack: %s", packed)
	}

	file := filepath.Join(dir, "shard-00000.rgb")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[5000] ^= 1
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, errs = coadapt(t, t.Context(), "pack", "-verify", dir); status != 1 ||
		!strings.Contains(errs, "shard-00000.rgb, picture 2") {
		t.Errorf("flipped byte: status %d, %s", status, errs)
	}
}

func TestPackInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status, _, errs := coadapt(t, ctx, "pack", "-data", "shapes", "-size", "32", "-o", t.TempDir())
	if status != interrupted || !strings.Contains(errs, "goes on") {
		t.Errorf("status %d, %s", status, errs)
	}
}
