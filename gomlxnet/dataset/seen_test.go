package dataset

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
)

// What is seen is what a test pass gives, and its pixels are the picture's where there is one.
func TestSeeIsWhatATestShows(t *testing.T) {
	task := smallTask(t, TaskOptions{}) // 16 px
	for _, v := range []View{{}, {Size: 12, Scale: 0.5}, {Size: 13}, {Size: 18, Pad: 1},
		{Pad: 2, Crop: true, Mirror: true}} {
		for b, err := range task.Test(context.Background(), 1, v) {
			if err != nil {
				t.Fatal(err)
			}
			s, err := task.See(Test, b.Index, v)
			if err != nil {
				t.Fatal(err)
			}
			if s.Size != b.Height || s.Channels != 3 || !slices.Equal(s.Input, b.Images) {
				t.Fatalf("%+v, picture %d: %d px of %d channels and other values than the test pass", v, b.Index,
					s.Size, s.Channels)
			}
			raw, err := task.Picture(Test, b.Index, nil)
			if err != nil {
				t.Fatal(err)
			}
			off := int(math.Floor(float64(16+2*v.Pad-s.Size)/2)) - v.Pad // of the cut in the picture
			for y := range s.Size {
				for x := range s.Size {
					for j := range 3 {
						want := uint8(128)
						if py, px := y+off, x+off; py >= 0 && py < 16 && px >= 0 && px < 16 {
							want = raw[(py*16+px)*3+j]
						}
						if got := s.Pixels[(y*s.Size+x)*3+j]; got != want {
							t.Fatalf("%+v, picture %d at (%d, %d): %d, want %d", v, b.Index, y, x, got, want)
						}
					}
				}
			}
		}
	}
	for _, i := range []int{-1, 15} { // 3 classes of 5
		if _, err := task.See(Test, i, View{}); err == nil || !strings.Contains(err.Error(), "want 0 to 14") {
			t.Errorf("picture %d: %v", i, err)
		}
	}
	if _, err := task.See(Test, 0, View{Size: 99}); err == nil {
		t.Error("a cut larger than the picture is no error")
	}
}
