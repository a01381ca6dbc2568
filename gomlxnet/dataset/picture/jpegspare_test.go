package picture

import (
	"strings"
	"testing"
)

// A progressive JPEG whose planes are sampled unevenly is decoded where libjpeg-turbo is, and comes out as the same
// picture in one scan does, but for how the library smooths chroma. Elsewhere a sentence says what to install.
func TestProgressiveUnevenSampling(t *testing.T) {
	const w, h = 41, 35
	level := func(plane, x, y int) int { return 60 + 30*plane + 2*x + y }
	_, missing := spare()
	for _, sampling := range [][][2]int{{{2, 2}, {1, 1}, {1, 2}}, {{2, 2}, {1, 1}, {2, 2}}, {{1, 1}, {2, 2}, {1, 1}},
		{{4, 1}, {1, 1}, {2, 1}}} {
		got, want := make([]uint8, w*h*3), make([]uint8, w*h*3)
		if err := (&Decoder{}).RGB(flatJPEG(w, h, sampling, 0, 0xc0, level), h, w, false, want); err != nil {
			t.Fatal(err)
		}
		data := flatJPEG(w, h, sampling, 0, 0xc2, level)
		err := (&Decoder{}).RGB(data, h, w, false, got)
		if missing != nil {
			if err == nil || !strings.Contains(err.Error(), "libturbojpeg0") ||
				!strings.Contains(err.Error(), "convert it to PNG") {
				t.Errorf("%v: %v, want a sentence that says what to install", sampling, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", sampling, err)
			continue
		}
		for i := range got {
			if d := int(got[i]) - int(want[i]); d < -8 || d > 8 {
				t.Errorf("%v: value %d is %d, in one scan %d", sampling, i, got[i], want[i])
				break
			}
		}
		if err := (&Decoder{}).RGB(data[:len(data)/2], h, w, false, got); err == nil {
			t.Errorf("%v: half of the file decodes", sampling)
		}
	}
	if missing != nil {
		t.Skip("the rest needs it:", missing)
	}
	// What libjpeg does not decode either says so.
	err := (&Decoder{}).RGB(flatJPEG(w, h, [][2]int{{3, 1}, {2, 1}, {1, 1}}, 0, 0xc2, level), h, w, false,
		make([]uint8, w*h*3))
	if err == nil || !strings.Contains(err.Error(), "nor does libjpeg-turbo") {
		t.Errorf("3 to 2, progressive: %v", err)
	}
}

// The factors of a grey picture's only plane say nothing.
func TestGreySampling(t *testing.T) {
	level := func(_, x, y int) int { return 40 + 7*x + 5*y }
	data := func(factors [2]int) []byte { // with one block after the other, whatever the factors
		d := flatJPEG(20, 18, [][2]int{{1, 1}}, 0, 0xc0, level)
		d[jpegHeaderOf(d).sampling] = byte(factors[0]<<4 | factors[1])
		return d
	}
	for _, f := range [][2]int{{1, 1}, {2, 2}, {3, 3}, {3, 1}, {4, 2}} {
		got := make([]uint8, 20*18*3)
		if err := (&Decoder{}).RGB(data(f), 18, 20, false, got); err != nil {
			t.Errorf("%v: %v", f, err)
			continue
		}
		for i := range 20 * 18 {
			if want := uint8(level(0, i%20/8, i/20/8)); got[3*i] != want {
				t.Errorf("%v: pixel %d is %d, want %d", f, i, got[3*i], want)
				break
			}
		}
	}
}
