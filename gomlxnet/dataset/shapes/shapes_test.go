package shapes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"coadapt/gomlxnet/dataset"
)

func newSource(t testing.TB, p Params) *Source {
	t.Helper()
	s, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The bytes may not change without the version: results in a store are keyed by it. The sum was made by this code on
// linux/amd64; it holds on every machine, as the drawing is in integers.
func TestShapesBytes(t *testing.T) {
	const want = "0a8cde04323108eb07221b7b6c025933d0c30ec0614c371904e41f6baf35438a"
	s := newSource(t, Params{})
	h := sha256.New()
	buf := make([]uint8, 32*32*3)
	for _, p := range []dataset.Part{dataset.Train, dataset.Test} {
		for i := 0; i < s.Len(p); i += 17 {
			if err := s.Image(p, i, buf); err != nil {
				t.Fatal(err)
			}
			h.Write(buf)
		}
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want || version != 2 {
		t.Errorf("version %d draws %s, version 2 was %s", version, got, want)
	}
}

func TestShapesArePure(t *testing.T) {
	s, again := newSource(t, Params{Size: 16}), newSource(t, Params{Size: 16})
	other := newSource(t, Params{Size: 16, Seed: 1})
	if s.Digest() != again.Digest() || s.Digest() == other.Digest() {
		t.Error("the digest must depend on the parameters and on nothing else")
	}
	draw := func(s *Source, p dataset.Part, i int) []uint8 {
		buf := make([]uint8, 16*16*3)
		if err := s.Image(p, i, buf); err != nil {
			t.Error(err)
		}
		return buf
	}
	first := draw(s, dataset.Train, 5)
	if bytes.Equal(first, draw(other, dataset.Train, 5)) || bytes.Equal(first, draw(s, dataset.Test, 5)) ||
		bytes.Equal(first, draw(s, dataset.Train, 6)) {
		t.Error("another seed, part or index must give another picture")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 20 {
				draw(again, dataset.Test, i)
			}
			if !bytes.Equal(first, draw(again, dataset.Train, 5)) {
				t.Error("a picture depends on what was drawn before or beside it")
			}
		})
	}
	wg.Wait()
}

// Colour must not tell the class: a nearest-mean classifier on the mean colour of a picture is hardly better than
// chance.
func TestShapesColourTellsNothing(t *testing.T) {
	s := newSource(t, Params{Train: 40, Test: 20})
	classes := len(s.Classes())
	buf := make([]uint8, 32*32*3)
	colour := func(p dataset.Part, i int) (m [3]float64) {
		if err := s.Image(p, i, buf); err != nil {
			t.Fatal(err)
		}
		for j, v := range buf {
			m[j%3] += float64(v) / 1024
		}
		return m
	}
	means := make([][3]float64, classes)
	for i := range s.Len(dataset.Train) {
		for j, v := range colour(dataset.Train, i) {
			means[s.Label(dataset.Train, i)][j] += v / 40
		}
	}
	right := 0
	for i := range s.Len(dataset.Test) {
		m, best, at := colour(dataset.Test, i), math.Inf(1), -1
		for c, mean := range means {
			d := math.Hypot(math.Hypot(m[0]-mean[0], m[1]-mean[1]), m[2]-mean[2])
			if d < best {
				best, at = d, c
			}
		}
		if at == s.Label(dataset.Test, i) {
			right++
		}
	}
	// Chance is 0.025, and a figure of much ink makes a picture a little lighter.
	if acc := float64(right) / float64(s.Len(dataset.Test)); acc > 0.07 {
		t.Errorf("mean colour alone gets %.3f of %d classes right", acc, classes)
	}
}

func TestShapesClasses(t *testing.T) {
	s := newSource(t, Params{Classes: 7})
	var groups, names []string
	for _, c := range s.Classes() {
		groups, names = append(groups, c.Group), append(names, c.Name)
	}
	if want := []string{dataset.Natural, dataset.Natural, dataset.Natural, dataset.Natural, dataset.ManMade,
		dataset.ManMade, dataset.ManMade}; !slices.Equal(groups, want) {
		t.Errorf("groups %v, want %v", groups, want)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != 7 {
		t.Errorf("names %v are not unique", names)
	}
	if s.Len(dataset.Train) != 7*200 || s.Label(dataset.Train, 200) != 1 || s.Label(dataset.Test, 349) != 6 {
		t.Error("pictures are not ordered by class")
	}
	if err := s.Image(dataset.Test, 350, make([]uint8, 3072)); err == nil {
		t.Error("no error for a picture beyond the last")
	}
	if err := s.Image(dataset.Test, 0, make([]uint8, 3071)); err == nil {
		t.Error("no error for a buffer that is too short")
	}
}

func TestParseShapes(t *testing.T) {
	p, err := Parse("shapes:classes=10,noise=0,seed=3,size=24")
	if err != nil {
		t.Fatal(err)
	}
	if s := newSource(t, p).p; s.Classes != 10 || s.Noise != 0 || s.Seed != 3 || s.Size != 24 ||
		s.Train != defaults().Train {
		t.Errorf("parameters %+v", s)
	}
	for spec, hint := range map[string]string{"shapes:colour=3": "no parameter", "shapes:noise": "name=number",
		"shapes:seed=-1": "seed"} {
		if _, err := Parse(spec); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: error %v, want one with %q", spec, err, hint)
		}
	}
	if _, err := New(Params{Classes: 41}); err == nil || !strings.Contains(err.Error(), "2..40") {
		t.Errorf("41 classes: %v", err)
	}
}

func BenchmarkShapes(b *testing.B) {
	s := newSource(b, Params{})
	buf := make([]uint8, 32*32*3)
	for i := 0; b.Loop(); i++ {
		if err := s.Image(dataset.Train, i*37%s.Len(dataset.Train), buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
