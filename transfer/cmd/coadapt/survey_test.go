package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pictureTree writes pictures of two classes below each of some folders, and returns the whole's.
func pictureTree(t *testing.T, parts ...string) string {
	t.Helper()
	dir := t.TempDir()
	for p, part := range parts {
		for c, class := range []string{"ant", "bee"} {
			for i := range 4 {
				m := image.NewGray(image.Rect(0, 0, 16, 16))
				m.SetGray(i, c, color.Gray{uint8(9 + p)})
				file := filepath.Join(dir, part, class, fmt.Sprintf("%d.png", i))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				f, err := os.Create(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := png.Encode(f, m); err != nil {
					t.Fatal(err)
				}
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

// TestSurveyIsPrinted: pack and curve say in one line what is read and what is not.
func TestSurveyIsPrinted(t *testing.T) {
	dir := pictureTree(t, "train", "test")
	for name, text := range map[string]string{"train/ant/notes.md": "x", "train/bee/boxes.xml": "<x/>",
		"train/ant/Thumbs.db": "x"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := "data: " + dir + ": 2 classes, 8 training and 8 test pictures; passed over: " +
		"1 hidden, or kept by a system or a program (train/ant/Thumbs.db), 2 no pictures (train/ant/notes.md)\n"
	status, _, errs := coadapt(t, t.Context(), "pack", "-data", dir, "-size", "16", "-o",
		filepath.Join(t.TempDir(), "out"))
	if status != 0 || strings.Count(errs, want) != 1 {
		t.Errorf("pack: status %d, %q, want one line %q", status, errs, want)
	}
	_, _, errs = coadapt(t, t.Context(), "curve", "-data", dir, "-steps", "1", "-batch", "1000", "-store", t.TempDir())
	if strings.Count(errs, want) != 1 {
		t.Errorf("curve: %q, want one line %q", errs, want)
	}
}

// TestSkipBadCoversFormats: the error about a picture in a format that is not read offers the flag, which leaves it
// out.
func TestSkipBadCoversFormats(t *testing.T) {
	dir := pictureTree(t, "train", "test")
	if err := os.WriteFile(filepath.Join(dir, "train", "ant", "x.heic"),
		[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/nonexistent/a.jpg", filepath.Join(dir, "train", "bee", "x.jpg")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	pack := []string{"pack", "-data", dir, "-size", "16", "-o", filepath.Join(t.TempDir(), "out")}
	if status, _, errs := coadapt(t, t.Context(), pack...); status != 1 || !strings.Contains(errs, "x.heic") ||
		!strings.Contains(errs, "-skip-bad") {
		t.Errorf("status %d, %s; want an error that offers -skip-bad", status, errs)
	}
	status, out, errs := coadapt(t, t.Context(), append(pack, "-skip-bad")...)
	if status != 0 || !strings.Contains(out, "16 pictures") || !strings.Contains(out, "2 left out") ||
		!strings.Contains(errs, "x.heic") || !strings.Contains(errs, "x.jpg") {
		t.Errorf("-skip-bad: status %d, %s%s; want both left out by name", status, out, errs)
	}
}

// TestTestShareFlag: a folder of classes is divided, or the error says how.
func TestTestShareFlag(t *testing.T) {
	dir := pictureTree(t, "")
	pack := []string{"pack", "-data", dir, "-size", "16", "-o", filepath.Join(t.TempDir(), "out")}
	if status, _, errs := coadapt(t, t.Context(), pack...); status != 1 || !strings.Contains(errs, "ant, bee") ||
		!strings.Contains(errs, "-test-share 0.2") {
		t.Errorf("status %d, %s; want an error with -test-share", status, errs)
	}
	if status, out, errs := coadapt(t, t.Context(), append(pack, "-test-share", "0.25")...); status != 0 ||
		!strings.Contains(out, "(6 train, 2 test)") {
		t.Errorf("-test-share 0.25: status %d, %s%s; want 6 and 2 pictures", status, out, errs)
	}
	if status, _, errs := coadapt(t, t.Context(), append(pack, "-test-share", "1")...); status == 0 ||
		!strings.Contains(errs, "-test-share 1") {
		t.Errorf("-test-share 1: status %d, %s; want an error", status, errs)
	}
}

// TestFoldsFlag: folds and groups divide any tree, one line says how, and what cannot be is refused.
func TestFoldsFlag(t *testing.T) {
	dir := pictureTree(t, "")
	groups := filepath.Join(t.TempDir(), "who.csv")
	text := ""
	for i := range 4 {
		text += fmt.Sprintf("ant/%d.png,%d\nbee/%d.png,%d\n", i, i/2, i, i/2)
	}
	if err := os.WriteFile(groups, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	digests := map[string]bool{}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-folds", "4"}, "6 training and 2 test pictures; the test pictures are fold 1 of 4 of all pictures"},
		{[]string{"-folds", "4", "-fold", "3"}, "the test pictures are fold 3 of 4"},
		{[]string{"-test-share", "0.5", "-part-seed", "7"}, "4 training and 4 test pictures; the test pictures are " +
			"a share of 0.5 of each class, by seed 7"},
		{[]string{"-test-share", "0.5", "-groups", groups}, "a share of 0.5 of each class, no group in both parts " +
			"(2 groups of who.csv)"},
	} {
		pack := append([]string{"pack", "-data", dir, "-size", "16", "-json", "-o", filepath.Join(t.TempDir(),
			"out")}, c.args...)
		status, out, errs := coadapt(t, t.Context(), pack...)
		if status != 0 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %s; want a line with %q", c.args, status, errs, c.want)
		}
		var r packRecord
		if err := json.Unmarshal([]byte(out), &r); err != nil || digests[r.Digest] {
			t.Errorf("%v: %v; digest %q, want one of its own", c.args, err, r.Digest)
		}
		digests[r.Digest] = true
	}
	for want, args := range map[string][]string{
		"-folds 1":             {"-folds", "1"},
		"-fold 5":              {"-folds", "4", "-fold", "5"},
		"-fold 2: want 1 to":   {"-fold", "2"},
		"-part-seed -1":        {"-part-seed", "-1"},
		"too few":              {"-folds", "5"},
		"nothing to divide":    {"-part-seed", "1"},
		"leave one of the two": {"-folds", "2", "-test-share", "0.5"},
		"who.csv":              {"-test-share", "0.2", "-groups", filepath.Join(dir, "who.csv")},
	} {
		for _, verb := range [][]string{{"pack", "-size", "16", "-o", t.TempDir()}, {"curve", "-size", "16",
			"-backend", "go"}} {
			if status, _, errs := coadapt(t, t.Context(), append(append(verb, "-data", dir),
				args...)...); status == 0 || !strings.Contains(errs, want) {
				t.Errorf("%s %v: status %d, %s; want an error with %q", verb[0], args, status, errs, want)
			}
		}
	}
}
