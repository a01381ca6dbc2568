package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// huffmanTable decodes as in T.81, F.2.2.3: codes of each length ascend from first.
type huffmanTable struct {
	first, count, at [17]int
	values           []byte
}

// readTables reads a DHT segment.
func (f *jpegFrame) readTables(body []byte) error {
	for len(body) >= 17 {
		class, id := body[0]>>4, body[0]&15
		t, code := &huffmanTable{}, 0
		for n := 1; n <= 16; n++ {
			t.first[n], t.count[n], t.at[n] = code, int(body[n]), len(t.values)
			t.values = append(t.values, make([]byte, body[n])...)
			code = (code + int(body[n])) << 1
		}
		if class > 1 || id > 3 || len(body) < 17+len(t.values) {
			return errors.New("a JPEG with a damaged Huffman table")
		}
		copy(t.values, body[17:])
		body = body[17+len(t.values):]
		f.tables[class][id] = t
	}
	return nil
}

// bitReader reads the coded part of a scan.
type bitReader struct {
	data []byte
	at   int
	bits uint32
	n    int
}

func (r *bitReader) bit() (int, error) {
	if r.n == 0 {
		if r.at >= len(r.data) {
			return 0, io.ErrUnexpectedEOF
		}
		b := r.data[r.at]
		r.at++
		if b == 0xff {
			if r.at >= len(r.data) || r.data[r.at] != 0 {
				return 0, io.ErrUnexpectedEOF // a marker where bits are wanted
			}
			r.at++
		}
		r.bits, r.n = uint32(b), 8
	}
	r.n--
	return int(r.bits>>r.n) & 1, nil
}

// restart goes on behind a restart marker.
func (r *bitReader) restart() error {
	r.n = 0
	if r.at+2 > len(r.data) || r.data[r.at] != 0xff || r.data[r.at+1]&^7 != 0xd0 {
		return errors.New("a JPEG that lacks a restart marker")
	}
	r.at += 2
	return nil
}

// value reads n bits.
func (r *bitReader) value(n int) (v int, err error) {
	for range n {
		b, err := r.bit()
		if err != nil {
			return 0, err
		}
		v = v<<1 | b
	}
	return v, nil
}

// symbol decodes one of a table, and copies its code where copied is not nil.
func (r *bitReader) symbol(t *huffmanTable, copied *bitWriter) (byte, error) {
	code := 0
	for n := 1; n <= 16; n++ {
		b, err := r.bit()
		if err != nil {
			return 0, err
		}
		code = code<<1 | b
		if d := code - t.first[n]; d >= 0 && d < t.count[n] {
			if copied != nil {
				copied.put(code, n)
			}
			return t.values[t.at[n]+d], nil
		}
	}
	return 0, errors.New("a JPEG with a code that is in no table")
}

// bitWriter collects bits.
type bitWriter struct {
	data []byte
	n    int
}

func (w *bitWriter) put(v, n int) {
	for i := n - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.n/8] |= byte(v>>i&1) << (7 - w.n%8)
		w.n++
	}
}

// split reads all blocks of the scan, across by down MCUs.
func (f *jpegFrame) split(across, down int) error {
	total := 0
	for i := range f.comp {
		p := &f.comp[i]
		p.across = across * int(p.h)
		total += p.across * down * int(p.v)
	}
	if total > 4*len(f.scan) { // a block has two codes
		return fmt.Errorf("a JPEG that is cut off: %d bytes for %d blocks", len(f.scan), total)
	}
	for i := range f.comp {
		f.comp[i].blocks = make([]jpegBlock, f.comp[i].across*down*int(f.comp[i].v))
	}
	r := &bitReader{data: f.scan}
	var dc [3]int32
	for mcu := range across * down {
		if f.interval > 0 && mcu > 0 && mcu%f.interval == 0 {
			if err := r.restart(); err != nil {
				return err
			}
			dc = [3]int32{}
		}
		for i := range f.comp {
			p := &f.comp[i]
			for b := range int(p.h) * int(p.v) {
				x, y := mcu%across*int(p.h)+b%int(p.h), mcu/across*int(p.v)+b/int(p.h)
				if err := f.block(r, p, &dc[i], &p.blocks[y*p.across+x]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// block reads one block: its DC coefficient, and the bits of the others as they are.
func (f *jpegFrame) block(r *bitReader, p *jpegPlane, dc *int32, b *jpegBlock) error {
	n, err := r.symbol(f.tables[0][p.dc], nil)
	if err != nil {
		return err
	}
	if n > 11 {
		return errors.New("a JPEG with a DC coefficient out of range")
	}
	v, err := r.value(int(n))
	if err != nil {
		return err
	}
	if n > 0 && v < 1<<(n-1) {
		v += -1<<n + 1
	}
	*dc += int32(v)
	b.dc, b.from = *dc, p.bits.n
	for k := 1; k < 64; k++ {
		s, err := r.symbol(f.tables[1][p.ac], &p.bits)
		if err != nil {
			return err
		}
		if s&15 == 0 {
			if s != 0xf0 {
				break // no more in this block
			}
			k += 15
			continue
		}
		v, err := r.value(int(s & 15))
		if err != nil {
			return err
		}
		p.bits.put(v, int(s&15))
		k += int(s >> 4)
	}
	b.to = p.bits.n
	return nil
}

// grey is a JPEG of one plane, whole blocks of it: DC coefficients are coded anew, as blocks have other neighbours now.
func (f *jpegFrame) grey(p *jpegPlane, rows int) ([]byte, error) {
	w, h := 8*p.across, 8*rows
	if w > 0xffff || h > 0xffff {
		return nil, fmt.Errorf("a JPEG with %dx%d samples in a plane, which is not read; convert it to PNG", w, h)
	}
	// T.81, table K.3: the usual code of the lengths of DC coefficients.
	counts := []byte{0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}
	var codes, lengths []int
	code := 0
	for i, n := range counts {
		for range n {
			codes, lengths = append(codes, code), append(lengths, i+1)
			code++
		}
		code <<= 1
	}
	out := append([]byte{0xff, 0xd8}, f.quant...)
	out = append(out, f.huffman...)
	out = append(out, 0xff, 0xc4, 0, 2+17+12, 0)
	out = append(append(out, counts...), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	out = append(out, 0xff, 0xc1, 0, 11, 8)
	out = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(out, uint16(h)), uint16(w))
	out = append(out, 1, 1, 0x11, p.quant, 0xff, 0xda, 0, 8, 1, 1, p.ac, 0, 63, 0)
	var to bitWriter
	last := int32(0)
	for _, b := range p.blocks {
		d := int(b.dc - last)
		last = b.dc
		n := bits.Len(uint(max(d, -d)))
		if n >= len(codes) {
			return nil, errors.New("a JPEG with a DC coefficient out of range")
		}
		to.put(codes[n], lengths[n])
		if d < 0 {
			d += 1<<n - 1
		}
		to.put(d, n)
		for i := b.from; i < b.to; i++ {
			to.put(int(p.bits.data[i/8]>>(7-i%8)&1), 1)
		}
	}
	for to.n%8 != 0 {
		to.put(1, 1)
	}
	for _, b := range to.data {
		if out = append(out, b); b == 0xff {
			out = append(out, 0)
		}
	}
	return append(out, 0xff, 0xd9), nil
}
