package dataset

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// kind is what a file is by its first bytes.
type kind int

const (
	notLookedAt kind = iota
	noPicture
	isPicture // in a format that is decoded
	unread    // a picture in one that is not
)

// headBytes are enough to tell a kind.
const headBytes = 16

// format is a kind of picture by what its files start with.
type format struct {
	name  string
	start string // "?" stands for any byte
	reads bool
}

// formats are those that are decoded, and those that are known and are not.
func formats() []format {
	return []format{
		{"JPEG", jpegStart, true},
		{"PNG", pngStart, true},
		{"GIF", "GIF87a", true}, {"GIF", "GIF89a", true},
		{"WebP", "RIFF????WEBP", true},
		{"BMP", "BM????\x00\x00\x00\x00", true},
		{"camera raw (CR2)", "II*\x00????CR", false},
		{"TIFF", "II*\x00", true}, {"TIFF", "MM\x00*", true},
		{"BigTIFF", "II+\x00", false}, {"BigTIFF", "MM\x00+", false},
		{"AVIF", "????ftypavi", false},
		{"HEIF", "????ftyphei", false}, {"HEIF", "????ftyphev", false},
		{"HEIF", "????ftypmif1", false}, {"HEIF", "????ftypmsf1", false},
		{"JPEG 2000", "\x00\x00\x00\x0cjP  ", false}, {"JPEG 2000", "\xff\x4f\xff\x51", false},
		{"JPEG XL", "\x00\x00\x00\x0cJXL ", false}, {"JPEG XL", "\xff\x0a", false},
		{"Photoshop", "8BPS", false},
		{"OpenEXR", "\x76\x2f\x31\x01", false},
		{"DirectDraw", "DDS ", false},
		{"QOI", "qoif", false},
	}
}

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
		return format{"Netpbm", "P", false}, true
	}
	return format{}, false
}

// kindOf is the kind of a file by its name and first bytes. A name that ends as those of pictures do is believed: if
// it is none, it is a bad picture. So are formats that are told by their names alone.
func kindOf(name string, head []byte) kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".nef", ".arw", ".dng", ".orf", ".cr2": // these look like TIFF, and hold a thumbnail
		return unread
	}
	f, ok := formatOf(head)
	switch {
	case ok && f.reads:
		return isPicture
	case ok:
		return unread
	case pictureEnding(name):
		return isPicture
	case nameOfUnread(name) && len(head) > 0:
		return unread
	}
	return noPicture
}

// pictureEnding reports whether a name ends as those of pictures do that are decoded.
func pictureEnding(name string) bool {
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

// whatIsWanted is the sentence about a file that is no picture, or in a format that is not read.
func whatIsWanted(data []byte) error {
	if f, ok := formatOf(data); ok {
		return fmt.Errorf("is in a format that is not read, %s; convert it to PNG or JPEG", f.name)
	}
	if len(data) == 0 {
		return fmt.Errorf("the file is empty; want a JPEG, PNG, GIF, WebP, BMP or TIFF picture")
	}
	return fmt.Errorf("starts with % x, want a JPEG (ff d8 ff), PNG (89 50 4e 47), GIF, WebP, BMP or TIFF picture",
		data[:min(4, len(data))])
}
