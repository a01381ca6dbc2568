package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
)

// TestSplits writes the eleven validation lists and reads their sums back from the files.
func TestSplits(t *testing.T) {
	dir := t.TempDir()
	status, out, errs := coadapt(t, t.Context(), "splits", "-o", dir, "-json")
	if status != 0 || !strings.Contains(errs, "validation lists only") {
		t.Fatalf("status %d, %s", status, errs)
	}
	n := 0
	for line := range strings.Lines(out) {
		var rec listRecord
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(rec.File)
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum(data)
		if rec.Verdict != "ok" || rec.Part != "valid" || rec.Released != hex.EncodeToString(sum[:]) ||
			strings.Count(string(data), "\n") != rec.Images {
			t.Errorf("%+v", rec)
		}
		n++
	}
	if n != 11 {
		t.Errorf("%d lists, want 11", n)
	}
}

// TestSplitsOfATree: a tree of 1000 classes with a picture each is no ILSVRC2012, and every training list says so.
func TestSplitsOfATree(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a thousand folders")
	}
	dir := t.TempDir()
	lists := filepath.Join(dir, "lists")
	if status, _, errs := coadapt(t, t.Context(), "splits", "-o", lists, "-json"); status != 0 {
		t.Fatal(errs)
	}
	wholeList, err := os.ReadFile(filepath.Join(lists, "whole", "valid", "files.txt"))
	if err != nil {
		t.Fatal(err)
	}
	pixel := tinyJPEG(t)
	tree := filepath.Join(dir, "tree")
	for _, wnid := range dataset.Synsets() {
		file := filepath.Join(tree, "train", wnid, wnid+"_1.JPEG")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, pixel, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(tree, "val"), 0o755); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(wholeList)) {
		name, _, _ := strings.Cut(line, " ")
		if err := os.WriteFile(filepath.Join(tree, "val", name), pixel, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	status, out, errs := coadapt(t, t.Context(), "splits", "-ilsvrc12", tree, "-csv")
	if status != 1 || !strings.Contains(errs, "22 lists differ") || strings.Count(out, ",ok,") != 11 ||
		strings.Count(out, ",differs,") != 22 {
		t.Errorf("status %d, %s\n%s", status, errs, out)
	}
}

func tinyJPEG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
