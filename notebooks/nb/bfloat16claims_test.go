package nb

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// pair is a net in both precisions.
type pair struct{ float32, bfloat16 transfer.Result }

// bothPrecisions are the nets of results/bfloat16 beside those of the same name in float32, by name.
func bothPrecisions(t *testing.T) map[string]pair {
	t.Helper()
	pairs := map[string]pair{}
	for _, r := range append(kept(t, "plain-shapes"), kept(t, "bfloat16/float32")...) {
		pairs[r.Net.String()] = pair{float32: r}
	}
	for _, r := range kept(t, "bfloat16/bfloat16") {
		p, ok := pairs[r.Net.String()]
		if !ok {
			t.Fatalf("net %s has no twin in float32", r.Net)
		}
		p.bfloat16 = r
		pairs[r.Net.String()] = p
	}
	for name, p := range pairs {
		if p.bfloat16.Key == "" {
			delete(pairs, name)
		}
	}
	return pairs
}

// precisionRow is how nets of a condition and a cut differ between the precisions, in points of accuracy.
type precisionRow struct {
	name             string
	failed32, failed int            // nets that failed where their base did not
	of               int            // units
	nets             stats.Estimate // bfloat16 less float32, of nets that failed in neither
	claim            stats.Estimate // the same of what is lost or gained beside the base
}

// precisionRows has a row a condition and cut, in the order of the design.
func precisionRows(t *testing.T, pairs map[string]pair) []precisionRow {
	t.Helper()
	var rows []precisionRow
	for _, c := range []struct {
		t  transfer.Treatment
		ns []int
	}{{transfer.Base, []int{0}}, {transfer.BasePlus, []int{0}}, {transfer.Selffer, []int{1, 4, 7}},
		{transfer.Rescaled, []int{1, 4, 7}}, {transfer.Transfer, []int{1, 4, 7}}, {transfer.SelfferPlus, []int{4}},
		{transfer.TransferPlus, []int{4}}} {
		for _, n := range c.ns {
			row := precisionRow{name: c.t.String()}
			if n > 0 {
				row.name = fmt.Sprintf("%s at n = %d", c.t, n)
			}
			var nets, claims []float64
			var seeds []string
			for seed := range 10 {
				net := transfer.Net{Split: "0", Target: transfer.B, Treatment: c.t, N: n, Seed: seed}
				p, ok := pairs[net.String()]
				base := pairs[transfer.Net{Split: "0", Target: transfer.B, Seed: seed}.String()]
				if !ok || base.bfloat16.Status != transfer.OK || base.float32.Status != transfer.OK {
					t.Fatalf("net %s, or its base, is missing or did not train", net)
				}
				row.of++
				if failedBeside(p.float32, base.float32) {
					row.failed32++
				}
				if failedBeside(p.bfloat16, base.bfloat16) {
					row.failed++
				}
				if failedBeside(p.float32, base.float32) || failedBeside(p.bfloat16, base.bfloat16) {
					continue
				}
				d := 100 * (p.bfloat16.Accuracy - p.float32.Accuracy)
				nets = append(nets, d)
				claims = append(claims, d-100*(base.bfloat16.Accuracy-base.float32.Accuracy))
				seeds = append(seeds, fmt.Sprint(seed))
			}
			if len(nets) > 1 {
				row.nets, row.claim = clusterMean(t, nets, seeds), clusterMean(t, claims, seeds)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// failedBeside says whether a net did not train, or kept less than half of what its base has above chance.
func failedBeside(r, base transfer.Result) bool {
	chance := 1 / float64(r.Classes)
	return r.Status != transfer.OK || r.Accuracy-chance < (base.Accuracy-chance)/2
}

func clusterMean(t *testing.T, x []float64, cluster []string) stats.Estimate {
	t.Helper()
	e, err := stats.ClusterMean(x, cluster, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestPageOfBfloat16 holds the table of results/bfloat16/README.md against the nets beside it.
func TestPageOfBfloat16(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "| | failed, float32 | failed, bfloat16 | bfloat16 less float32 | the same, less the base's | "+
		"units |\n|-|-:|-:|-:|-:|-:|")
	for _, r := range precisionRows(t, bothPrecisions(t)) {
		units := r.nets.Clusters
		cell := func(e stats.Estimate) string {
			if units < 2 {
				return ""
			}
			return fmt.Sprintf("%+.2f [%+.2f, %+.2f]", e.Value, e.Low, e.High)
		}
		claim := cell(r.claim)
		if r.name == "base" {
			claim = ""
		}
		fmt.Fprintf(&b, "| %s | %d of %d | %d of %d | %s | %s | %d |\n", r.name, r.failed32, r.of, r.failed, r.of,
			cell(r.nets), claim, units)
	}
	page, err := os.ReadFile("../results/bfloat16/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), b.String()) {
		t.Errorf("results/bfloat16/README.md lacks this table:\n%s", b.String())
	}
}
