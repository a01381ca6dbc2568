package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"coadapt/gomlxnet/dataset/datatest"
)

// pngChunked puts a chunk before the pixels of a PNG.
func pngChunked(data []byte, name string, body []byte) []byte {
	at := bytes.Index(data, []byte("IDAT")) - 4
	c := append([]byte(name), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c))
	c = append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), c...)
	return slices.Concat(data[:at], c, data[at:])
}

// stored is how a camera held as orientation o says stores a picture. EXIF 2.32, 4.6.5.1: the side of the picture
// where row 0 of the file is, and that of column 0.
func stored(upright *image.NRGBA, o int) *image.NRGBA {
	sides := [][2]string{{}, {"top", "left"}, {"top", "right"}, {"bottom", "right"}, {"bottom", "left"},
		{"left", "top"}, {"right", "top"}, {"right", "bottom"}, {"left", "bottom"}}[o]
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	if o >= 5 {
		out = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for r := range out.Rect.Dy() {
		for c := range out.Rect.Dx() {
			var x, y int
			for i, n := range []int{r, c} {
				switch sides[i] {
				case "top":
					y = n
				case "bottom":
					y = h - 1 - n
				case "left":
					x = n
				case "right":
					x = w - 1 - n
				}
			}
			out.Set(c, r, upright.At(x, y))
		}
	}
	return out
}

func TestOrientation(t *testing.T) {
	upright := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		upright.Set(i%3, i/3, color.NRGBA{uint8(40 * i), uint8(9 * i), uint8(200 - i), 255})
	}
	encode := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	want := make([]uint8, 18)
	if err := (&Decoder{}).RGB(encode(upright), 2, 3, false, want); err != nil {
		t.Fatal(err)
	}
	d := &Decoder{Turn: true}
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			data := pngChunked(encode(stored(upright, o)), "eXIf", datatest.EXIF(order, o))
			got := make([]uint8, 18)
			if err := d.RGB(data, 2, 3, false, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("orientation %d: %v, pixels %v, want %v", o, err, got, want)
			}
			if h, w, err := d.Size(data); h != 2 || w != 3 || err != nil {
				t.Errorf("orientation %d: %dx%d, want 2x3 (%v)", o, h, w, err)
			}
			if got := pictureOrientation(datatest.JPEGWithEXIF(datatest.JPEG(t, 4, 4, 9),
				datatest.EXIF(order, o))); got != o {
				t.Errorf("JPEG of orientation %d: read as %d", o, got)
			}
		}
	}
	for _, o := range []int{0, 9, 77} {
		if got := pictureOrientation(datatest.JPEGWithEXIF(datatest.JPEG(t, 4, 4, 9),
			datatest.EXIF(binary.BigEndian, o))); got != 1 {
			t.Errorf("an orientation of %d, which there is not, is read as %d", o, got)
		}
	}
	sound := datatest.JPEGWithEXIF(datatest.JPEG(t, 4, 4, 9), datatest.EXIF(binary.BigEndian, 6))
	for n := range sound { // never beyond the end
		orientation(sound[:n])
		jpegHeaderOf(sound[:n])
	}
	chunked := pngChunked(encode(upright), "eXIf", datatest.EXIF(binary.BigEndian, 6))
	for n := range chunked {
		orientation(chunked[:n])
	}
}
