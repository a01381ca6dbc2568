package main

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// The latencies of cells, through the kernel that set-up made for this clone, as a front end sees them: seconds from
// sending a cell to having its reply and its end. They need set-up, and a quiet machine; each iteration counts one
// kernel or one cell:
//
//	go test ./kernel-setup -run '^$' -bench Cell -benchtime 9x

// firstCell begins a notebook without anything of the clone.
const firstCell = "%%\nfmt.Println(6 * 7)"

// gomlxCell builds a graph: its program links GoMLX, the XLA binding and the clone's packages.
const gomlxCell = `import (
	"coadapt/notebooks/nb"
	"github.com/gomlx/gomlx/core/tensors"
)

%%%%
fmt.Println(tensors.FromValue([]float32{%d}).Shape(), nb.Net("base", 0, 0))`

func benchSite(b *testing.B) *site {
	b.Helper()
	s, err := newSite(io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.checkManifest(b.Context()); err != nil {
		b.Skipf("the kernel is not set up: %v", err)
	}
	return s
}

// runCells executes code in one kernel and fails where a cell does.
func runCells(b *testing.B, s *site, code ...string) cellReport {
	b.Helper()
	report, err := s.cells(b.Context(), time.Minute, code...)
	if err != nil {
		b.Fatal(err)
	}
	for i, c := range report.Cells {
		if !c.OK {
			b.Fatalf("cell %d failed: %s", i+1, c.Text)
		}
	}
	return report
}

func median(seconds []float64) float64 {
	slices.Sort(seconds)
	return seconds[len(seconds)/2]
}

func benchmarkFirst(b *testing.B, code string) {
	s := benchSite(b)
	var starts, cells []float64
	for range b.N {
		report := runCells(b, s, code)
		starts, cells = append(starts, report.Start), append(cells, report.Cells[0].Seconds)
	}
	b.ReportMetric(median(starts), "s/start")
	b.ReportMetric(median(cells), "s/cell")
	b.ReportMetric(0, "ns/op") // the kernel's end is in it
}

func BenchmarkFirstCell(b *testing.B) { benchmarkFirst(b, firstCell) }

func BenchmarkFirstCellWithGoMLX(b *testing.B) { benchmarkFirst(b, fmt.Sprintf(gomlxCell, 0)) }

func benchmarkLater(b *testing.B, code func(i int) string) {
	s := benchSite(b)
	all := []string{firstCell}
	for i := range b.N {
		all = append(all, code(i))
	}
	var cells []float64
	for _, c := range runCells(b, s, all...).Cells[1:] {
		cells = append(cells, c.Seconds)
	}
	b.ReportMetric(median(cells), "s/cell")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkLaterCell(b *testing.B) {
	benchmarkLater(b, func(i int) string { return fmt.Sprintf("%%%%\nfmt.Println(%d)", i) })
}

func BenchmarkLaterCellWithGoMLX(b *testing.B) {
	benchmarkLater(b, func(i int) string { return fmt.Sprintf(gomlxCell, i) })
}
