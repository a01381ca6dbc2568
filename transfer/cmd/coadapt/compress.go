package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"

	"github.com/klauspost/compress/zstd"
)

// The endings of archives.
const (
	tarEnding  = ".tar"
	gzipEnding = ".tar.gz"
	zstdEnding = ".tar.zst"
)

// packed compresses as the ending says; Close ends the compressed stream, not w.
func packed(w io.Writer, ending string) (io.WriteCloser, error) {
	switch ending {
	case gzipEnding:
		return gzip.NewWriter(w), nil
	case zstdEnding:
		return zstd.NewWriter(w)
	}
	return unpacked{w}, nil
}

type unpacked struct{ io.Writer }

func (unpacked) Close() error { return nil }

// maxWindow is how far back a zstd stream may refer, and so the memory that it takes: that of the zstd program.
const maxWindow = 128 << 20

// unpack reads a stream as its first bytes say, whatever the name of its file. Its error is io.EOF where there are
// none.
func unpack(r io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReader(r)
	head, err := buffered.Peek(4)
	if err != nil && (err != io.EOF || len(head) == 0) { // a short one is no archive, which its reader says better
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}): // RFC 1952, 2.3.1
		return gzip.NewReader(buffered)
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}): // RFC 8878, 3.1.1
		d, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return io.NopCloser(buffered), nil
}
