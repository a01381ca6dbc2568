//go:build unix

package picture

import (
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/dataset/datatest"
)

// BenchmarkDecode makes pictures of 256 px of the JPEGs in COADAPT_BENCH_TREE (testdata/packpeer.py makes one), which
// is what packing spends its time on: file in memory to RGB, and its checksums.
func BenchmarkDecode(b *testing.B) {
	tree := os.Getenv("COADAPT_BENCH_TREE")
	if tree == "" {
		b.Skip("COADAPT_BENCH_TREE names no tree of JPEGs")
	}
	names, err := filepath.Glob(filepath.Join(tree, "*", "*", "*"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no pictures in %s: %v", tree, err)
	}
	var files [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, data)
	}
	dst := make([]uint8, 256*256*3)
	for _, d := range []Library{Go, Turbo} {
		b.Run(d.String(), func(b *testing.B) {
			var fast *turbo
			if d == Turbo {
				fast = turboOf(b)
			}
			began, i := datatest.CPUTime(b), 0
			for b.Loop() {
				if err := (&Decoder{fast: fast}).RGB(files[i%len(files)], 256, 256, true, dst); err != nil {
					b.Fatal(err)
				}
				i++
			}
			b.ReportMetric(1e3*(datatest.CPUTime(b)-began)/float64(i), "cpu-ms/picture")
		})
	}
}
