package nb

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// classifyWith shows a net a picture of its test part, from a file, and looks at the verbs about it.
func classifyWith(t *testing.T, l *Lab, r transfer.Result) {
	p, err := l.predictor(r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	pixels, err := p.Task.Picture(dataset.Test, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, w, _ := p.Task.Shape()
	img, err := figure.RGB(pixels, w, h)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "three.png")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	table, err := l.classify(r, []string{file, "none.png"})
	if err != nil {
		t.Fatal(err)
	}
	text := table.text()
	if len(table.rows) != 1 || len(table.rows[0]) != 3 || !strings.Contains(text, "none.png") {
		t.Errorf("%s; want one picture with two classes, and the one that is not there named", text)
	}
	seen, err := p.Task.See(dataset.Test, 3, p.View)
	if err != nil {
		t.Fatal(err)
	}
	logits, err := p.Logits(t.Context(), [][]float32{seen.Input})
	if err != nil {
		t.Fatal(err)
	}
	if top := p.Top(logits[0], 1)[0]; !strings.HasPrefix(table.rows[0][1], strings.ReplaceAll(top.Title, "_", " ")) {
		t.Errorf("%s; want %s first", text, top.Title)
	}
	if table, err = l.calibration(r); err != nil || !strings.Contains(table.text(), "expected calibration error") ||
		!strings.Contains(table.title, "16 test pictures") {
		t.Errorf("%s, %v; want the error of calibration on 16 pictures", table.text(), err)
	}
	d, err := l.evidence(r, []string{file})
	if err != nil || !strings.Contains(d.Alt(), "three.png. taken for ") || !strings.Contains(d.Alt(),
		"hidden squares") {
		t.Errorf("%v; want a map of three.png", err)
	}
	d, err = l.evidence(r, []string{"none.png"})
	says(t, d, err, "none.png")
	d, err = l.evidence(r, nil)
	says(t, d, err, "no picture")
	if _, err := l.classify(r, nil); err == nil || !strings.Contains(err.Error(), "no picture") {
		t.Errorf("no picture: %v, want an error", err)
	}
}
