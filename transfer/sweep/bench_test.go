package sweep

import (
	"fmt"
	"runtime"
	"testing"

	"coadapt/transfer"
)

// BenchmarkStatus reads runs of 10 to 10,000 nets, a third each done, begun and waiting, by a new reader and by one
// that read them before; and plans them. Linear work has the same figure in µs/net at every size.
func BenchmarkStatus(b *testing.B) {
	for _, size := range []int{10, 100, 1000, 10000} {
		s := open(b)
		var names []string
		for seed := 0; len(names) < size; seed++ {
			all, err := transfer.Balanced([]string{"0"}, []int{seed}, []int{1, 3, 5, 7})
			if err != nil {
				b.Fatal(err)
			}
			for _, n := range transfer.Nets(all)[:min(len(all), size-len(names))] {
				names = append(names, n.String())
			}
		}
		plans := priced(b, names...)
		for i, p := range plans {
			switch i % 3 {
			case 0:
				finish(b, s, p, transfer.OK)
			case 1:
				l, err := s.Claim(p.Key)
				if err != nil {
					b.Fatal(err)
				}
				if err := l.Release(); err != nil {
					b.Fatal(err)
				}
			}
		}
		rec := NewRecord("nets", "x", "e", plans)
		if err := rec.Save(s); err != nil {
			b.Fatal(err)
		}
		perNet := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(size), "µs/net")
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
		}
		b.Run(fmt.Sprintf("first/nets=%d", size), func(b *testing.B) {
			for b.Loop() {
				r, err := Load(s, rec.ID)
				if err != nil {
					b.Fatal(err)
				}
				if st := read(b, s, r); len(st.Nets) != size {
					b.Fatal(len(st.Nets))
				}
			}
			perNet(b)
		})
		b.Run(fmt.Sprintf("again/nets=%d", size), func(b *testing.B) {
			rd := NewReader(s, rec)
			for b.Loop() {
				if _, err := rd.Read(); err != nil {
					b.Fatal(err)
				}
			}
			perNet(b)
		})
		b.Run(fmt.Sprintf("plan/nets=%d", size), func(b *testing.B) {
			pace := FixedPace(100, 8)
			for b.Loop() {
				NewPlan(plans, func(p *transfer.Plan) bool { return s.Has(p.Key) }, pace)
			}
			perNet(b)
		})
	}
}
