package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"
	"path"
	"strings"
	"sync"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Kind is what a file is by its first bytes.
type Kind uint8

// What a file can be.
const (
	Unknown  Kind = iota // its first bytes have not been looked at
	None                 // no picture
	Readable             // a picture in a format that is decoded
	Unread               // a picture in one that is not
)

// HeadBytes are enough to tell a kind.
const HeadBytes = 16

// format is a kind of picture by what its files start with.
type format struct {
	name  string
	start string // "?" stands for any byte
	codec *codec // nil for a format that is known and not decoded
}

// codec reads the files of a format, of which it is given the whole.
type codec struct {
	config func(data []byte) (image.Config, error)
	decode func(data []byte) (image.Image, error)
}

// from makes a codec of functions as image formats of the standard library have them.
func from(config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error)) *codec {
	return &codec{
		func(data []byte) (image.Config, error) { return config(bytes.NewReader(data)) },
		func(data []byte) (image.Image, error) { return decode(bytes.NewReader(data)) },
	}
}

// formats are those that are decoded, and those that are known and are not. The first that fits counts.
var formats = sync.OnceValue(func() []format {
	gifs := from(gif.DecodeConfig, nil)
	gifs.decode = gifDecode
	tiffs := from(tiff.DecodeConfig, tiff.Decode)
	return []format{
		{"JPEG", jpegStart, &codec{jpegConfig, jpegDecode}},
		{"PNG", pngStart, from(png.DecodeConfig, png.Decode)},
		{"GIF", "GIF87a", gifs}, {"GIF", "GIF89a", gifs},
		{"WebP", "RIFF????WEBP", &codec{webpConfig, webpDecode}},
		{"BMP", "BM????\x00\x00\x00\x00", from(bmp.DecodeConfig, bmp.Decode)},
		{"camera raw (CR2)", "II*\x00????CR", nil},
		{"TIFF", "II*\x00", tiffs}, {"TIFF", "MM\x00*", tiffs},
		{"BigTIFF", "II+\x00", nil}, {"BigTIFF", "MM\x00+", nil},
		{"AVIF", "????ftypavi", nil},
		{"HEIF", "????ftyphei", nil}, {"HEIF", "????ftyphev", nil},
		{"HEIF", "????ftypmif1", nil}, {"HEIF", "????ftypmsf1", nil},
		{"JPEG 2000", "\x00\x00\x00\x0cjP  ", nil}, {"JPEG 2000", "\xff\x4f\xff\x51", nil},
		{"JPEG XL", "\x00\x00\x00\x0cJXL ", nil}, {"JPEG XL", "\xff\x0a", nil},
		{"Photoshop", "8BPS", nil},
		{"OpenEXR", "\x76\x2f\x31\x01", nil},
		{"DirectDraw", "DDS ", nil},
		{"QOI", "qoif", nil},
	}
})

// formatOf tells the format of a file by its first bytes; ok is false where it is no picture that is known.
func formatOf(head []byte) (f format, ok bool) {
next:
	for _, f := range formats() {
		if len(head) < len(f.start) {
			continue
		}
		for i := range len(f.start) {
			if f.start[i] != '?' && f.start[i] != head[i] {
				continue next
			}
		}
		return f, true
	}
	// Netpbm's "P5", then a blank and a number or a comment.
	if len(head) > 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' &&
		bytes.IndexByte([]byte(" \t\r\n"), head[2]) >= 0 &&
		(head[3] == '#' || head[3] >= '0' && head[3] <= '9' || head[1] == '7') {
		return format{"Netpbm", "P", nil}, true
	}
	return format{}, false
}

// KindOf is the kind of a file by its name and first bytes. A name that ends as those of pictures do is believed: if
// it is none, it is a bad picture. So are formats that are recognised by their names alone.
func KindOf(name string, head []byte) Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".nef", ".arw", ".dng", ".orf", ".cr2": // these look like TIFF, and hold a thumbnail
		return Unread
	}
	f, ok := formatOf(head)
	switch {
	case ok && f.codec != nil:
		return Readable
	case ok:
		return Unread
	case HasEnding(name):
		return Readable
	case nameOfUnread(name) && len(head) > 0:
		return Unread
	}
	return None
}

// HasEnding reports whether a name ends as those of pictures do that are decoded.
func HasEnding(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".webp", ".tif", ".tiff":
		return true
	}
	return false
}

// nameOfUnread reports whether a name ends as those of pictures do that are not decoded.
func nameOfUnread(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".tga", ".pcx", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".psd", ".exr", ".ppm", ".pgm", ".pbm", ".svg":
		return true
	}
	return false
}

// Wanted is the sentence about a file that is no picture, or in a format that is not read.
func Wanted(data []byte) error {
	if f, ok := formatOf(data); ok {
		return fmt.Errorf("is in a format that is not read, %s; convert it to PNG or JPEG", f.name)
	}
	if len(data) == 0 {
		return fmt.Errorf("the file is empty; want a JPEG, PNG, GIF, WebP, BMP or TIFF picture")
	}
	return fmt.Errorf("starts with % x, want a JPEG (ff d8 ff), PNG (89 50 4e 47), GIF, WebP, BMP or TIFF picture",
		data[:min(4, len(data))])
}
