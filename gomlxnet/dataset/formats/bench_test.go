//go:build unix

package formats

import (
	"runtime"
	"testing"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// BenchmarkOpenFolder opens a folder of 200,000 pictures in 5,000 classes: for the first time, and again, when what was
// read of the pictures is remembered. All files are in the system's caches.
func BenchmarkOpenFolder(b *testing.B) {
	dir := datatest.ManyPictures(b, 5000, 40)
	time.Sleep(2 * clockGrain) // what changed just now is not remembered
	open := func(b *testing.B) {
		began := datatest.CPUTime(b)
		for b.Loop() {
			src, err := Open(b.Context(), dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if n := src.Len(dataset.Train) + src.Len(dataset.Test); n != 200_000 || len(src.Classes()) != 5000 {
				b.Fatalf("%d pictures in %d classes", n, len(src.Classes()))
			}
		}
		b.ReportMetric((datatest.CPUTime(b)-began)/float64(b.N), "cpu-s/op")
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
		b.ReportMetric(0, "ns/op")
		runtime.GC()
	}
	b.Run("first", func(b *testing.B) {
		b.Setenv("XDG_CACHE_HOME", "/nowhere") // no memory
		open(b)
	})
	b.Run("again", func(b *testing.B) {
		b.Setenv("XDG_CACHE_HOME", b.TempDir())
		if _, err := Open(b.Context(), dir, Options{}); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		open(b)
	})
}
