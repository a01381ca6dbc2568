package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer"
)

// TestNets: 163 lines whose names parse, ten, 140 and 13 by block.
func TestNets(t *testing.T) {
	status, out, errs := coadapt(t, t.Context(), "nets", "-grid", "paper", "-json")
	if status != 0 {
		t.Fatal(errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	blocks := map[string]int{}
	for _, line := range lines {
		var rec netRecord
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		n, err := transfer.ParseNet(rec.Name)
		if err != nil {
			t.Error(err)
		}
		if p, err := transfer.ParsePaperName(rec.Paper); err != nil || p != n {
			t.Errorf("%s is %s, %v, not %s", rec.Paper, p, err, n)
		}
		blocks[rec.Block]++
	}
	if len(lines) != 163 || blocks["one"] != 10 || blocks["two"] != 140 || blocks["whenever"] != 13 {
		t.Errorf("%d lines in blocks %v", len(lines), blocks)
	}
	for grid, want := range map[string]string{"random": "7 nets", "mini": "180 nets", "balanced": "60 nets"} {
		if status, out, errs := coadapt(t, t.Context(), "nets", "-grid", grid); status != 0 ||
			!strings.HasSuffix(out, "\n"+want+"\n") {
			t.Errorf("%s: %d, %s, ends in %q, want %s", grid, status, errs, out[max(0, len(out)-20):], want)
		}
	}
	// Twelve units that spread by one point: 0.89 points, as TTestPower().solve_power(None, nobs=12, alpha=.05,
	// power=.8) of statsmodels
	// 0.15.0 has it.
	if _, out, errs := coadapt(t, t.Context(), "nets", "-grid", "balanced", "-split", "0,1", "-seeds", "0-2", "-n", "5",
		"-sd", "1"); !strings.Contains(out, "12 units") || !strings.Contains(out, "0.89 points at a single cut") {
		t.Errorf("%s%s", out, errs)
	}
	if _, out, _ := coadapt(t, t.Context(), "nets", "-csv"); len(strings.Split(strings.TrimSpace(out), "\n")) != 164 {
		t.Error("csv has no head and 163 rows")
	}
}

// TestStats2014 reads the lines that scripts read; the numbers are tested where they are made.
func TestStats2014(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "no-such-backend") // none is needed
	status, out, errs := coadapt(t, t.Context(), "stats", "-source", "2014", "-json")
	if status != 0 {
		t.Fatal(errs)
	}
	found := map[string]claimRecord{}
	for line := range strings.Lines(out) {
		var rec claimRecord
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		if rec.Selection != "best10" || rec.Verdict == "" {
			t.Errorf("%+v", rec)
		}
		if strings.HasSuffix(rec.Claimed, " 0") && rec.Estimate != nil && !strings.Contains(rec.Verdict, "unstable") {
			if excludes := *rec.Low > 0 ||
				*rec.High < 0; excludes != (rec.Verdict == "supported" || rec.Verdict == "opposite") ||
				excludes != (*rec.Adjusted < 0.05) {
				t.Errorf("%s at %s is %q, and its interval [%v, %v]", rec.Claim, rec.At, rec.Verdict, *rec.Low,
					*rec.High)
			}
			if rec.Family < 1 || *rec.PlainLow < *rec.Low-1e-9 || *rec.PlainHigh > *rec.High+1e-9 ||
				*rec.PlainLow > *rec.Estimate {
				t.Errorf("%s at %s: plain [%v, %v] of [%v, %v], family of %d", rec.Claim, rec.At, *rec.PlainLow,
					*rec.PlainHigh, *rec.Low, *rec.High, rec.Family)
			}
		}
		found[rec.Claim+" "+rec.At] = rec
	}
	loss, surplus, random := found["transfer loss n = 7"], found["surplus n = 1-7"], found["random features n = 3"]
	if loss.Estimate == nil || *loss.Estimate < -8.265 || *loss.Estimate > -8.255 || loss.Verdict != "supported" ||
		loss.Warning != "" {
		t.Errorf("%+v", loss)
	}
	if surplus.Verdict != "not distinguishable from zero" || !strings.Contains(surplus.Warning, "confounded") ||
		!strings.Contains(surplus.Warning, "+1.38 points") {
		t.Errorf("%+v", surplus)
	}
	if random.Estimate != nil || random.P != nil || random.Verdict != "cannot be asked of these nets" ||
		!strings.Contains(random.Warning, "not trained") {
		t.Errorf("%+v", random)
	}
	_, out, _ = coadapt(t, t.Context(), "stats", "-source", "2014", "-csv")
	if rows, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(rows) != len(found)+1 {
		t.Errorf("csv: %d rows for %d lines, %v", len(rows), len(found), err)
	}
	_, final, _ := coadapt(t, t.Context(), "stats", "-source", "2014", "-select", "final")
	if !strings.Contains(final, "the accuracy after the last step") || !strings.Contains(final, "confounded") {
		t.Errorf("final: %s", final)
	}
}

// TestStatsOfOurOwn goes from a curve to claims through JSON lines and through the store.
func TestStatsOfOurOwn(t *testing.T) {
	args := tiny(t, "-json", "-grid", "balanced", "-split", "0", "-n", "3")
	for i, a := range args { // the grid settles the conditions
		if a == "-treatments" {
			args = append(args[:i:i], args[i+2:]...)
			break
		}
	}
	status, out, errs := coadapt(t, t.Context(), args...)
	if status != 0 {
		t.Fatal(errs)
	}
	file := filepath.Join(t.TempDir(), "nets.jsonl")
	var trained strings.Builder
	for _, r := range listed(t, out) {
		r.Status, r.Reason, r.TrainLoss = transfer.OK, "", 0.01 // three steps train nothing
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&trained, "%s\n", line)
	}
	if err := os.WriteFile(file, []byte(trained.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, errs = coadapt(t, t.Context(), "stats", "-in", file)
	if status != 0 || !strings.Contains(out, "fragility") || !strings.Contains(out, "12 nets are numbers") {
		t.Errorf("status %d\n%s\n%s", status, out, errs)
	}
	if status, _, errs := coadapt(t, t.Context(), "stats", "-in", file, "-select", "best10"); status != 1 ||
		!strings.Contains(errs, "TestEvery") {
		t.Errorf("best ten without tests: %d, %s", status, errs)
	}
}

// TestForest: the claims of 2014 as a figure; claims belong to it alone.
func TestForest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "forest.svg")
	if out := must(t, "figure", "-source", "2014", "-figure", "forest", "-claims", "boost,surplus", "-o",
		file); !strings.Contains(out, file) {
		t.Errorf("it says %q", out)
	}
	data, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(data), "boost: AnB+") ||
		!strings.Contains(string(data), "surplus: AnB+") || strings.Contains(string(data), "fragility") {
		t.Errorf("%v, %.300s; want the two claims", err, data)
	}
	for want, args := range map[string][]string{`no claim "bost"`: {"-figure", "forest", "-claims", "bost"},
		"-figure forest": {"-claims", "boost"}} {
		status, _, errs := coadapt(t, t.Context(),
			append([]string{"figure", "-source", "2014", "-o", file}, args...)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%v: status %d, %s; want 1 and %s", args, status, errs, want)
		}
	}
}

func TestFigures2014(t *testing.T) {
	dir := t.TempDir()
	pdf := filepath.Join(dir, "f.PDF")
	must(t, "figure", "-source", "2014", "-figure", "2", "-o", pdf)
	if data, err := os.ReadFile(pdf); err != nil || !strings.HasPrefix(string(data), "%PDF-") {
		t.Errorf("as PDF: %v, %.20q", err, data)
	}
	status, out, errs := coadapt(t, t.Context(), "figure", "-source", "2014", "-o", filepath.Join(dir, "p.svg"))
	if status != 0 {
		t.Fatal(errs)
	}
	for _, name := range []string{"p-2.svg", "p-3.svg", "p-4.svg"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(data), "</svg>") || !strings.Contains(out, name) {
			t.Errorf("%s: %v, printed %s", name, err, out)
		}
	}
}
