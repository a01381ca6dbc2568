package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"
)

// exifOf is EXIF data with an orientation after another tag.
func exifOf(order binary.AppendByteOrder, o int) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint16(order.AppendUint32(b, 8), 2)
	for _, tag := range [][2]uint16{{0x10f, 7}, {0x112, uint16(o)}} {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag[0]), 3), 1)
		b = order.AppendUint16(order.AppendUint16(b, tag[1]), 0)
	}
	return order.AppendUint32(b, 0)
}

// pngChunked puts a chunk before the pixels of a PNG.
func pngChunked(data []byte, name string, body []byte) []byte {
	at := bytes.Index(data, []byte("IDAT")) - 4
	c := append([]byte(name), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c))
	c = append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), c...)
	return slices.Concat(data[:at], c, data[at:])
}

// jpegWithEXIF puts a segment behind the start of a JPEG.
func jpegWithEXIF(data, exif []byte) []byte {
	body := append([]byte("Exif\x00\x00"), exif...)
	seg := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(data[:2], seg, body, data[2:])
}

// stored is how a camera held as orientation o says stores a picture. EXIF 2.32, 4.6.5.1: the side of the picture where
// row 0 of
// the file is, and that of column 0.
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
	if err := (&decoder{}).rgb(encode(upright), 2, 3, false, want); err != nil {
		t.Fatal(err)
	}
	d := &decoder{turn: true}
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			data := pngChunked(encode(stored(upright, o)), "eXIf", exifOf(order, o))
			got := make([]uint8, 18)
			if err := d.rgb(data, 2, 3, false, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("orientation %d: %v, pixels %v, want %v", o, err, got, want)
			}
			if h, w, err := d.size(data); h != 2 || w != 3 || err != nil {
				t.Errorf("orientation %d: %dx%d, want 2x3 (%v)", o, h, w, err)
			}
			if got := pictureOrientation(jpegWithEXIF(jpegOf(t, 4, 4, 9), exifOf(order, o))); got != o {
				t.Errorf("JPEG of orientation %d: read as %d", o, got)
			}
		}
	}
	for _, o := range []int{0, 9, 77} {
		if got := pictureOrientation(jpegWithEXIF(jpegOf(t, 4, 4, 9), exifOf(binary.BigEndian, o))); got != 1 {
			t.Errorf("an orientation of %d, which there is not, is read as %d", o, got)
		}
	}
	sound := jpegWithEXIF(jpegOf(t, 4, 4, 9), exifOf(binary.BigEndian, 6))
	for n := range sound { // never beyond the end
		orientation(sound[:n])
		progressive(sound[:n])
	}
	chunked := pngChunked(encode(upright), "eXIf", exifOf(binary.BigEndian, 6))
	for n := range chunked {
		orientation(chunked[:n])
	}
}

// Data without orientation keeps its digest, which was read off the version before pictures were turned.
func TestOrientationInDigest(t *testing.T) {
	const before = "89edd4a0aea04f8d62fe3b22446d09dae4f620258e4cd836c2691865a0ede6ef"
	files := plainTree(t)
	src, err := openMap(files, Options{})
	if err != nil || src.Digest() != before {
		t.Errorf("digest %s, want %s (%v)", src.Digest(), before, err)
	}
	files["train/truck/x.jpg"] = jpegWithEXIF(files["train/truck/x.jpg"], exifOf(binary.BigEndian, 1))
	if src, err := openMap(files, Options{}); err != nil || src.(*Folder).decoder.turn {
		t.Errorf("an upright picture that says so asks for turning (%v)", err)
	}
	files["train/truck/x.jpg"] = jpegWithEXIF(plainTree(t)["train/truck/x.jpg"], exifOf(binary.BigEndian, 6))
	if src, err := openMap(files, Options{}); err != nil || !src.(*Folder).decoder.turn {
		t.Errorf("a picture on its side does not ask for turning (%v)", err)
	}
	synsets := map[string][]byte{}
	for i, part := range []string{"train", "test"} {
		for _, wnid := range Synsets()[:2] {
			synsets[fmt.Sprintf("%s/%s/%d.jpg", part, wnid, i)] = files["train/truck/x.jpg"]
		}
	}
	if src, err := openMap(synsets, Options{}); err != nil || src.(*Folder).decoder.turn {
		t.Errorf("pictures of ILSVRC are turned, which in 2014 they were not (%v)", err)
	}
}
