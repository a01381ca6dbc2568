package datatest

import (
	"encoding/binary"
	"slices"
)

// EXIF is EXIF data with an orientation after another tag.
func EXIF(order binary.AppendByteOrder, o int) []byte {
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

// JPEGWithEXIF puts a segment behind the start of a JPEG.
func JPEGWithEXIF(data, exif []byte) []byte {
	body := append([]byte("Exif\x00\x00"), exif...)
	seg := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(data[:2], seg, body, data[2:])
}
