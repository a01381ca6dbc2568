package formats

import (
	"context"
	"testing"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

func TestRealData(t *testing.T) {
	for _, c := range []struct {
		file                             string
		classes, train, test, side       int
		natural, manMade                 int
		firstClass, lastClass, lastTitle string
		digest                           string
	}{
		{"cifar100.zip", 100, 50000, 10000, 32, 70, 30, "apple", "worm", "worm",
			"2f9a914f9b8a9e7324bfd5ee31fb7c72c3227f1ce6af9eaf735c5a0e564aee3f"},
		{"tiny-imagenet-200-part.zip", 200, 12000, 2000, 64, 72, 128, "n01443537", "n12267677", "acorn",
			"62a80a21c51a17e39e6ef738c5b3617134f3bae5c8f3bc23c0939c00373f865f"},
	} {
		t.Run(c.file, func(t *testing.T) {
			start := time.Now()
			src, err := Open(context.Background(), datatest.Real(t, c.file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("opened in %v, digest %s", time.Since(start), src.Digest())
			// Results in a store are keyed by the digest: it may only change with what it covers.
			if src.Digest() != c.digest {
				t.Errorf("digest %s, want %s", src.Digest(), c.digest)
			}
			classes := src.Classes()
			h, w, _ := src.Shape()
			if len(classes) != c.classes || src.Len(dataset.Train) != c.train || src.Len(dataset.Test) != c.test ||
				h != c.side ||
				w != c.side {
				t.Errorf("%d classes, %d + %d pictures of %dx%d", len(classes), src.Len(dataset.Train),
					src.Len(dataset.Test), h, w)
			}
			if last := classes[len(classes)-1]; classes[0].Name != c.firstClass || last.Name != c.lastClass ||
				last.Title != c.lastTitle {
				t.Errorf("classes from %+v to %+v", classes[0], last)
			}
			s, err := dataset.SplitFor(src, "natman")
			if err != nil || len(s.A) != c.natural || len(s.B) != c.manMade {
				t.Errorf("natman: %d natural, %d man-made, %v", len(s.A), len(s.B), err)
			}
			start = time.Now()
			task, err := dataset.NewTask(context.Background(), src, s.B[:10], dataset.TaskOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d + %d pictures decoded in %v", task.NumTrain(), task.NumTest(), time.Since(start))
		})
	}
}

func TestRealDataResizedAndCoarse(t *testing.T) {
	src, err := Open(context.Background(), datatest.Real(t, "tiny-imagenet-200-part.zip"), Options{Size: 32})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]uint8, 32*32*3)
	if err := src.Image(dataset.Test, 3, buf); err != nil {
		t.Error(err)
	}
	src, err = Open(context.Background(), datatest.Real(t, "cifar100.zip"), Options{Coarse: true})
	if err != nil {
		t.Fatal(err)
	}
	if c := src.Classes(); len(c) != 20 || src.Label(dataset.Train, 0) != 4 || c[4].Name != "fruit_and_vegetables" {
		t.Errorf("%d coarse classes, the first picture, an apple, is of %d", len(c), src.Label(dataset.Train, 0))
	}
}

func BenchmarkDecodePNG(b *testing.B)    { benchmarkDecode(b, "cifar100.zip", 0) }
func BenchmarkDecodeJPEG(b *testing.B)   { benchmarkDecode(b, "tiny-imagenet-200-part.zip", 0) }
func BenchmarkDecodeResize(b *testing.B) { benchmarkDecode(b, "tiny-imagenet-200-part.zip", 32) }

func benchmarkDecode(b *testing.B, file string, size int) {
	src, err := Open(context.Background(), datatest.Real(b, file), Options{Size: size})
	if err != nil {
		b.Fatal(err)
	}
	h, w, c := src.Shape()
	buf := make([]uint8, h*w*c)
	for i := 0; b.Loop(); i++ {
		if err := src.Image(dataset.Train, i*31%src.Len(dataset.Train), buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
