package dataset

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// realData finds a data set that is not kept with the code, or skips.
func realData(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("COADAPT_TEST_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: set COADAPT_TEST_DATA to the folder that holds it", path)
	}
	return path
}

func TestRealData(t *testing.T) {
	for _, c := range []struct {
		file                             string
		classes, train, test, side       int
		natural, manMade                 int
		firstClass, lastClass, lastTitle string
	}{
		{"cifar100.zip", 100, 50000, 10000, 32, 70, 30, "apple", "worm", "worm"},
		{"tiny-imagenet-200-part.zip", 200, 12000, 2000, 64, 72, 128, "n01443537", "n12267677", "acorn"},
	} {
		t.Run(c.file, func(t *testing.T) {
			start := time.Now()
			src, err := Open(context.Background(), realData(t, c.file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("opened in %v, digest %s", time.Since(start), src.Digest())
			classes := src.Classes()
			h, w, _ := src.Shape()
			if len(classes) != c.classes || src.Len(Train) != c.train || src.Len(Test) != c.test || h != c.side || w != c.side {
				t.Errorf("%d classes, %d + %d pictures of %dx%d", len(classes), src.Len(Train), src.Len(Test), h, w)
			}
			if last := classes[len(classes)-1]; classes[0].Name != c.firstClass || last.Name != c.lastClass || last.Title != c.lastTitle {
				t.Errorf("classes from %+v to %+v", classes[0], last)
			}
			s, err := SplitFor(src, "natman")
			if err != nil || len(s.A) != c.natural || len(s.B) != c.manMade {
				t.Errorf("natman: %d natural, %d man-made, %v", len(s.A), len(s.B), err)
			}
			start = time.Now()
			task, err := NewTask(context.Background(), src, s.B, TaskOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d + %d pictures decoded in %v", task.NumTrain(), task.NumTest(), time.Since(start))
		})
	}
}
