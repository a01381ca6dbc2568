package figure

import (
	"bytes"
	"errors"
	"image"
	"regexp"
	"strconv"
	"testing"
)

// A PDF is one page of the figure's size with the letters in it, the same bytes each time, and its table of contents
// is right.
func TestPDF(t *testing.T) {
	f, err := Curve(example(t), Options{Width: 5, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	var one, two bytes.Buffer
	if err := errors.Join(f.PDF(&one), f.PDF(&two)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same figure has two PDFs")
	}
	text := one.Bytes()
	for _, want := range []string{"%PDF-1.", "/MediaBox [0 0 360.00 288.00]", "/Count 1\n", "/FontFile2",
		"/CreationDate (D:20140101000000", "%%EOF"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("no %q in it", want)
		}
	}
	at := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(text)
	if at == nil {
		t.Fatal("no startxref")
	}
	if n, err := strconv.Atoi(string(at[1])); err != nil || n >= len(text) ||
		!bytes.HasPrefix(text[n:], []byte("xref\n")) {
		t.Errorf("the table of contents is not at %s, %v", at[1], err)
	}
}

// Pictures of pixels are in it, too.
func TestPDFOfPictures(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	f, err := Pictures([]Gallery{{Title: "a", Pictures: []Picture{{Pixels: img, Words: []string{"b"}}}}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.PDF(&out); err != nil || !bytes.Contains(out.Bytes(), []byte("/Subtype /Image")) {
		t.Errorf("no picture in it, %v", err)
	}
}
