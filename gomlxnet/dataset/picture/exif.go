package picture

import (
	"bytes"
	"encoding/binary"
)

// exifHead is how far into a JPEG or PNG a picture's orientation is looked for.
const exifHead = 128 << 10

// orientation is how a picture says that it was turned when it was taken, 1 to 8 as EXIF numbers them; 1 where it
// does not say. known is false where data, the beginning of the file, ends too early to tell.
func orientation(data []byte) (o int, known bool) {
	switch {
	case bytes.HasPrefix(data, []byte(jpegStart)):
		return jpegOrientation(data)
	case bytes.HasPrefix(data, []byte(pngStart)):
		return chunkOrientation(data[len(pngStart):], pngChunk, "eXIf", "IDAT")
	case bytes.HasPrefix(data, []byte("RIFF")) && len(data) > 12:
		return chunkOrientation(data[12:], riffChunk, "EXIF", "")
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return tiffOrientation(data)
	}
	return 1, true
}

// jpegOrientation looks into the segments before the first scan.
func jpegOrientation(data []byte) (o int, known bool) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return 1, true // damaged, which the decoder says
		}
		marker := data[at+1]
		switch {
		case marker == 0xff: // filling
			at++
			continue
		case marker == 0xda || marker == 0xd9: // the first scan, the end
			return 1, true
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		body := data[at+4 : max(at+4, min(end, len(data)))]
		if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			o, known = tiffOrientation(exif)
			return o, known || end <= len(data)
		}
		at = end
	}
	return 1, false
}

// chunk is a named part of a PNG or WebP; next is where the following one starts.
type chunk func(data []byte) (name string, body []byte, next int)

func pngChunk(data []byte) (string, []byte, int) {
	n := int(binary.BigEndian.Uint32(data))
	return string(data[4:8]), data[8:max(8, min(8+n, len(data)))], 12 + n
}

func riffChunk(data []byte) (string, []byte, int) {
	n := int(binary.LittleEndian.Uint32(data[4:]))
	return string(data[:4]), data[8:max(8, min(8+n, len(data)))], 8 + n + n%2
}

// chunkOrientation looks for the chunk with EXIF data, up to another.
func chunkOrientation(data []byte, read chunk, exif, until string) (o int, known bool) {
	for len(data) >= 8 {
		name, body, next := read(data)
		switch name {
		case until:
			return 1, true
		case exif:
			body = bytes.TrimPrefix(body, []byte("Exif\x00\x00")) // as some write it
			o, known = tiffOrientation(body)
			return o, known || next <= len(data)
		}
		data = data[min(next, len(data)):]
	}
	return 1, false
}

// tiffOrientation reads tag 0x112 of the first directory.
func tiffOrientation(data []byte) (o int, known bool) {
	if len(data) < 8 {
		return 1, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(data[4:]))
	if at+2 > int64(len(data)) {
		return 1, false
	}
	n := int(order.Uint16(data[at:]))
	entries := data[at+2:]
	for i := range n {
		if len(entries) < 12*(i+1) {
			return 1, false
		}
		e := entries[12*i:]
		if order.Uint16(e) != 0x112 {
			continue
		}
		if v := int(order.Uint16(e[8:])); order.Uint16(e[2:]) == 3 && v >= 1 && v <= 8 {
			return v, true
		}
		return 1, true
	}
	return 1, true
}

// pictureOrientation is that of a whole file; what lies beyond the first part of a JPEG or PNG does not count, so
// that the beginning of a file tells.
func pictureOrientation(data []byte) int {
	if bytes.HasPrefix(data, []byte(jpegStart)) || bytes.HasPrefix(data, []byte(pngStart)) {
		data = data[:min(len(data), exifHead)]
	}
	o, _ := orientation(data)
	return o
}

// Upright reports whether a picture's EXIF data, if it has any, says that it needs no turning. head reads the first n
// bytes of its file, or all of a shorter one; as few as will do are asked for. A picture that cannot be read is
// upright.
func Upright(head func(n int64) ([]byte, error)) bool {
	o := 1
	for _, n := range []int64{4 << 10, exifHead, MaxBytes} {
		data, err := head(n)
		if err != nil {
			return true
		}
		known := false
		if o, known = orientation(data); known || int64(len(data)) < n {
			break
		}
		if n == exifHead && (bytes.HasPrefix(data, []byte(jpegStart)) || bytes.HasPrefix(data, []byte(pngStart))) {
			break
		}
	}
	return o <= 1
}

// turnUpright turns a picture of h x w pixels, [h, w, 3] bytes, as its orientation asks for; of 5 to 8, width and
// height of the result are the other way round.
func turnUpright(src []uint8, h, w, o int, dst []uint8) {
	outH, outW := h, w
	if o >= 5 {
		outH, outW = w, h
	}
	for y := range outH {
		for x := range outW {
			sy, sx := y, x
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sy, sx = h-1-y, w-1-x
			case 4:
				sy = h - 1 - y
			case 5:
				sy, sx = x, y
			case 6:
				sy, sx = h-1-x, y
			case 7:
				sy, sx = h-1-x, w-1-y
			case 8:
				sy, sx = x, w-1-y
			}
			copy(dst[(y*outW+x)*3:][:3], src[(sy*w+sx)*3:][:3])
		}
	}
}
