package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/bits"
	"strings"
	"testing"

	"coadapt/gomlxnet/splitmix"
)

// What Go decodes as well comes out alike when it is taken apart, sample for sample.
func TestTakenApartAsGo(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 53, 37))
	s := splitmix.New(3)
	for i := range m.Pix {
		m.Pix[i] = uint8(s.Next())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want := img.(*image.YCbCr)
	f, err := readJPEGFrame(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.decode()
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("size %v, want %v", got.Bounds(), want.Bounds())
	}
	for y := range 37 {
		for x := range 53 {
			if got.At(x, y) != want.At(x, y) {
				t.Fatalf("pixel %d, %d is %v, want %v", x, y, got.At(x, y), want.At(x, y))
			}
		}
	}
	for n := 0; n < b.Len(); n += 7 { // cut off, it is an error
		if f, err := readJPEGFrame(b.Bytes()[:n]); err == nil {
			if _, err := f.decode(); err == nil && n < b.Len()-3 {
				t.Fatalf("%d of %d bytes decode", n, b.Len())
			}
		}
	}
}

// flatJPEG is a JPEG whose blocks are each of one level, that level gives for plane, column and row of the block.
// The other parameters are fields of its header.
func flatJPEG(w, h int, sampling [][2]int, interval int, sof byte, level func(plane, x, y int) int) []byte {
	seg := func(marker byte, body ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	out := append([]byte{0xff, 0xd8}, seg(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	out = append(out, seg(0xdd, byte(interval>>8), byte(interval))...)
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(len(sampling))}
	scan := []byte{byte(len(sampling))}
	maxH, maxV := 0, 0
	for i, s := range sampling {
		frame = append(frame, byte(i+1), byte(s[0]<<4|s[1]), 0)
		scan = append(scan, byte(i+1), 0)
		maxH, maxV = max(maxH, s[0]), max(maxV, s[1])
	}
	out = append(out, seg(sof, frame...)...)
	// Lengths of DC coefficients in four bits each, and nothing but ends of blocks, in one.
	out = append(out,
		seg(0xc4, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)...)
	out = append(out, seg(0xc4, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)...)
	last := byte(63)
	if sof == 0xc2 { // a first scan has the DC coefficients alone
		last = 0
	}
	out = append(out, seg(0xda, append(scan, 0, last, 0)...)...)
	var to bitWriter
	flush := func() {
		for to.n%8 != 0 {
			to.put(1, 1)
		}
		out = append(out, bytes.ReplaceAll(to.data, []byte{0xff}, []byte{0xff, 0})...)
		to = bitWriter{}
	}
	across, down := (w+8*maxH-1)/(8*maxH), (h+8*maxV-1)/(8*maxV)
	levels := make([]int, len(sampling)) // of the blocks before
	for mcu := range across * down {
		if interval > 0 && mcu > 0 && mcu%interval == 0 {
			flush()
			out = append(out, 0xff, 0xd0+byte(mcu/interval-1)%8)
			clear(levels)
		}
		for i, s := range sampling {
			for b := range s[0] * s[1] {
				v := 8 * (level(i, mcu%across*s[0]+b%s[0], mcu/across*s[1]+b/s[0]) - 128)
				d := v - levels[i]
				levels[i] = v
				n := bits.Len(uint(max(d, -d)))
				if d < 0 {
					d += 1<<n - 1
				}
				to.put(n, 4)
				to.put(d, n)
				if sof != 0xc2 {
					to.put(0, 1)
				}
			}
		}
	}
	flush()
	return append(out, 0xff, 0xd9)
}

// JPEGs whose planes are sampled as Go's decoder does not take them.
func TestUnevenSampling(t *testing.T) {
	level := func(plane, x, y int) int { return 40 + 50*plane + 7*x + 5*y }
	for _, sampling := range [][][2]int{{{2, 2}, {1, 1}, {1, 2}}, {{2, 2}, {1, 1}, {2, 2}}, {{1, 1}, {2, 2}, {1, 1}},
		{{3, 1}, {1, 1}, {1, 1}}, {{4, 4}, {2, 1}, {1, 4}}} {
		for _, interval := range []int{0, 1} {
			const w, h = 41, 35
			data := flatJPEG(w, h, sampling, interval, 0xc0, level)
			if _, err := jpeg.Decode(bytes.NewReader(data)); !oddSampling(err) {
				t.Errorf("%v: Go's decoder says %v; then it need not be taken apart", sampling, err)
			}
			dst := make([]uint8, w*h*3)
			if err := (&Decoder{}).RGB(data, h, w, false, dst); err != nil {
				t.Errorf("%v: %v", sampling, err)
				continue
			}
			maxH, maxV := 0, 0
			for _, s := range sampling {
				maxH, maxV = max(maxH, s[0]), max(maxV, s[1])
			}
			for i := range w * h {
				var v [3]uint8
				for p, s := range sampling {
					v[p] = uint8(level(p, i%w*s[0]/maxH/8, i/w*s[1]/maxV/8))
				}
				want := [3]uint8{}
				want[0], want[1], want[2] = color.YCbCrToRGB(v[0], v[1], v[2])
				if [3]uint8(dst[3*i:]) != want {
					t.Errorf("%v, restarts every %d: pixel %d, %d is %v, want %v", sampling, interval, i%w, i/w,
						dst[3*i:3*i+3], want)
					break
				}
			}
			if err := (&Decoder{}).RGB(data, 16, 16, true, make([]uint8, 16*16*3)); err != nil {
				t.Errorf("%v, resized: %v", sampling, err)
			}
			if _, err := jpegDecode(data[:len(data)-8]); err == nil {
				t.Errorf("%v, cut off: no error", sampling)
			}
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"3 to 2":      {flatJPEG(9, 9, [][2]int{{3, 1}, {2, 1}, {1, 1}}, 0, 0xc0, level), "2x1 samples"},
		"four planes": {flatJPEG(9, 9, [][2]int{{2, 1}, {1, 1}, {1, 1}, {1, 1}}, 0, 0xc0, level), "not three"},
	} {
		err := (&Decoder{}).RGB(c.data, 9, 9, false, make([]uint8, 243))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "convert it to PNG") {
			t.Errorf("%s: %v, want a sentence with %q", name, err, c.want)
		}
	}
}

func FuzzUnevenSampling(f *testing.F) {
	f.Add(flatJPEG(20, 9, [][2]int{{2, 2}, {1, 1}, {1, 2}}, 1, 0xc0, func(p, x, y int) int { return 99 + p + x + y }))
	f.Fuzz(func(t *testing.T, data []byte) {
		if frame, err := readJPEGFrame(data); len(data) > 4 && err == nil && frame.w*frame.h < 1<<16 {
			_, _ = frame.decode()
		}
	})
}
