//go:build unix

package pack_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/dataset/picture"
)

// BenchmarkPackFolder packs a folder of 20,000 JPEGs of 64 px at 56 px: it is opened for the first time, its sums are
// made, all pictures are decoded, resized and written, and synced to disk. COADAPT_TEST_PYTHON, where it has
// torchvision, brings the same files to the same size in turn (testdata/imagefolder.py), and writes nothing. Medians of
// five rounds, pictures a second by the clock; "ratio" is the median over the rounds of ours to torchvision's.
func BenchmarkPackFolder(b *testing.B) {
	const size, pictures = 56, 20_000
	tree := datatest.ManyPictures(b, 500, 40)
	b.Setenv("XDG_CACHE_HOME", "/nowhere")
	python := os.Getenv("COADAPT_TEST_PYTHON")
	if python != "" && exec.Command(python, "-c", "import torchvision").Run() != nil {
		b.Logf("%s has no torchvision, so that there is nothing to compare with", python)
		python = ""
	}
	ours := func(b *testing.B, lib picture.Library) float64 {
		began := time.Now()
		src, err := formats.Open(b.Context(), tree, formats.Options{Size: size, Decoder: lib})
		if err != nil {
			b.Skip(err) // the library is not there
		}
		if _, err := pack.Write(b.Context(), src, b.TempDir(), pack.Options{}); err != nil {
			b.Fatal(err)
		}
		return time.Since(began).Seconds()
	}
	theirs := func(b *testing.B) float64 {
		out, err := exec.Command(python, "testdata/imagefolder.py", tree, fmt.Sprint(size)).Output()
		if err != nil {
			b.Fatal(err)
		}
		var n int
		var seconds float64
		if _, err := fmt.Sscan(string(out), &n, &seconds); err != nil || n != pictures {
			b.Fatalf("%s: %v", out, err)
		}
		return seconds
	}
	for _, lib := range []picture.Library{picture.Go, picture.Turbo} {
		b.Run(lib.String(), func(b *testing.B) {
			var mine, ratios []float64
			for range 5 {
				took := ours(b, lib)
				if mine = append(mine, took); python != "" {
					ratios = append(ratios, theirs(b)/took)
				}
			}
			slices.Sort(mine)
			b.ReportMetric(pictures/mine[2], "pictures/s")
			b.ReportMetric(0, "ns/op")
			if python != "" {
				slices.Sort(ratios)
				b.ReportMetric(ratios[2], "ratio")
				b.ReportMetric(ratios[0], "ratio-least")
			}
		})
	}
}
