//go:build unix

package pack_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/splitmix"
)

// noisePictures is a source of 256 px whose pictures cost little to make.
type noisePictures struct{ n int }

func (noisePictures) Name() string                    { return "noise" }
func (s noisePictures) Digest() string                { return fmt.Sprintf("noise %d", s.n) }
func (noisePictures) Classes() []dataset.Class        { return []dataset.Class{{Name: "a"}, {Name: "b"}} }
func (noisePictures) Shape() (h, w, c int)            { return 256, 256, 3 }
func (noisePictures) Label(_ dataset.Part, i int) int { return i % 2 }
func (s noisePictures) Len(p dataset.Part) int        { return []int{s.n, 2}[p] }
func (noisePictures) Image(p dataset.Part, i int, dst []uint8) error {
	r := splitmix.New(uint64(p), uint64(i))
	for ; len(dst) >= 8; dst = dst[8:] {
		binary.LittleEndian.PutUint64(dst, r.Next())
	}
	return nil
}

// BenchmarkRead makes batches of 256 at 227 px, cropped and mirrored at random, of a pack in the page cache (2048
// pictures, 403 MB: more than the processor's caches hold), the way training does: as floats, the mean subtracted, and
// as whole pictures of bytes.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	if _, err := pack.Write(b.Context(), noisePictures{2048}, dir, pack.Options{}); err != nil {
		b.Fatal(err)
	}
	src, err := formats.Open(b.Context(), dir, formats.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer src.(*pack.Folder).Close()
	task, err := dataset.NewTask(b.Context(), src, []int{0, 1}, dataset.TaskOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, bytes := range []bool{false, true} {
		name, batches := "floats", task.Train
		if bytes {
			name, batches = "bytes", task.TrainBytes
		}
		b.Run(name, func(b *testing.B) {
			began, n := datatest.CPUTime(b), 0
			for _, err := range batches(b.Context(), dataset.Order{Seed: 1, Batch: 256},
				dataset.View{Size: 227, Crop: true, Mirror: true}, 0, b.N) {
				if err != nil {
					b.Fatal(err)
				}
				n += 256
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
			b.ReportMetric(1e6*(datatest.CPUTime(b)-began)/float64(n), "cpu-us/image")
		})
	}
}
