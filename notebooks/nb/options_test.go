package nb

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/transfer/sweep"
)

// TestDataOptions: what the options say of the data reaches a run in the cell, one in the background, and the form's
// source.
func TestDataOptions(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ant/a.png", "ant/b.png", "ant/c.png", "ant/d.png", "bee/a.png", "bee/b.png",
		"bee/c.png", "bee/d.png"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ant", "x.heic"), []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
		0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := configure(t.Context(), unchecked(dir, TestShare(0.25)).set); err == nil ||
		!strings.Contains(err.Error(), "nb.SkipBad()") {
		t.Errorf("a picture that is not read: %v, want an error with nb.SkipBad()", err)
	}
	l := unchecked(dir)
	for _, o := range []Option{SkipBad(), TestShare(0.25)} {
		o(&l.set)
	}
	cfg, err := configure(t.Context(), l.set)
	if err != nil {
		t.Fatal(err)
	}
	src := cfg.Source
	if cfg.Bad != dataset.BadSkips || src.Len(dataset.Test) != 2 {
		t.Errorf("policy %v and %d test pictures, want %v and 2", cfg.Bad, src.Len(dataset.Test), dataset.BadSkips)
	}
	args := l.command(sweep.Record{})
	for _, want := range []string{"--skip-bad", "--test-share=0.25"} {
		if !slices.Contains(args, want) {
			t.Errorf("command %v lacks %s", args, want)
		}
	}
	if text := unchecked("other").goSource(choice{set: l.set}); !strings.Contains(text,
		"nb.TestShare(0.25), nb.SkipBad()") {
		t.Errorf("source %s lacks the options", text)
	}
	l.set.Parts.TestShare = 1.5
	if err := l.check(); err == nil || !strings.Contains(err.Error(), "nb.TestShare(1.5)") {
		t.Errorf("a share of 1.5: %v, want an error", err)
	}
	l.set.Parts = divide.Parts{}
	groups := filepath.Join(dir, "who.csv")
	who := "ant/a.png,0\nant/b.png,1\nant/c.png,2\nant/d.png,3\n" +
		"bee/a.png,0\nbee/b.png,1\nbee/c.png,2\nbee/d.png,3\n"
	if err := os.WriteFile(groups, []byte(who), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Option{Fold(2, 4), PartSeed(3), Groups(groups)} {
		o(&l.set)
	}
	if err := os.Remove(filepath.Join(dir, "ant", "x.heic")); err != nil {
		t.Fatal(err)
	}
	if cfg, err := configure(t.Context(), l.set); err != nil || cfg.Source.Len(dataset.Test) != 2 {
		t.Errorf("fold 2 of 4: %v, want 2 test pictures", err)
	}
	args = l.command(sweep.Record{})
	for _, want := range []string{"--folds=4", "--fold=2", "--part-seed=3", "--groups=" + groups} {
		if !slices.Contains(args, want) {
			t.Errorf("command %v lacks %s", args, want)
		}
	}
	if text := unchecked("other").goSource(choice{set: l.set}); !strings.Contains(text,
		"nb.Fold(2, 4), nb.PartSeed(3), nb.Groups(") {
		t.Errorf("source %s lacks the options", text)
	}
	for want, p := range map[string]divide.Parts{"nb.Fold, fold 5": {Fold: 5, Folds: 4},
		"nb.PartSeed(-1)": {Seed: -1}, "nb.Groups": {Groups: "none.csv"}} {
		l.set.Parts = p
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error with %s", p, err, want)
		}
	}
}
