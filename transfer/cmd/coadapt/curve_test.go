package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/transfer"
)

// coadapt runs the command line in this process.
func coadapt(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(ctx, args, &out, &err)
	return status, out.String(), err.String()
}

// tiny is a curve of seconds on the Go backend, into the store of the test.
func tiny(t *testing.T, args ...string) []string {
	t.Helper()
	t.Setenv("COADAPT_STORE", filepath.Join(t.TempDir(), "store"))
	return append(
		[]string{
			"curve",
			"-data",
			"shapes:classes=4,train=12,test=8,size=24",
			"-widths",
			"4,4,4,4,4,8,8",
			"-steps",
			"3",
			"-batch",
			"4",
			"-n",
			"3",
			"-treatments",
			"AnB,RnB",
			"-backend",
			"go",
		},
		args...)
}

// TestPrecision: nets in bfloat16 are others than those in float32, beside them in the store.
func TestPrecision(t *testing.T) {
	args := append(tiny(t), "-treatments", "AnB", "-json")
	results := map[string]transfer.Result{}
	for _, precision := range []string{"float32", "bfloat16"} {
		status, out, progress := coadapt(t, t.Context(), append(args, "-precision", precision)...)
		if status != 0 || !strings.Contains(progress, "3 trained now, 0 from the store") {
			t.Fatalf("%s: status %d: %s", precision, status, progress)
		}
		for line := range strings.Lines(out) {
			var r transfer.Result
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if r.Net.String() == "0/A3B" {
				results[precision] = r
			}
		}
	}
	wide, narrow := results["float32"], results["bfloat16"]
	if wide.Experiment == narrow.Experiment || wide.Key == narrow.Key || wide.Loss == narrow.Loss ||
		narrow.Arch != "mini-bfloat16" ||
		!narrow.HasWeights() {
		t.Errorf("float32 %+v\nbfloat16 %+v", wide, narrow)
	}
	if _, out, _ := coadapt(t, t.Context(), append(tiny(t), "-treatments", "AnB", "-json")...); !strings.Contains(out,
		wide.Key) {
		t.Error("float32 is not the default")
	}
}

// TestCurve trains once and reads the same numbers from every form of output.
func TestCurve(t *testing.T) {
	args := tiny(t)
	status, out, progress := coadapt(t, t.Context(), append(args, "-json")...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, progress)
	}
	nets := map[string]transfer.Result{}
	for line := range strings.Lines(out) {
		var r transfer.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if r.Hit || !r.HasWeights() || r.Steps != 3 || r.Tested != 16 ||
			len(r.Key) != 64 { // 2 classes of 8 test images
			t.Errorf("%+v", r)
		}
		nets[r.Net.String()] = r
	}
	if len(nets) != 4 || nets["0/A3B"].Net.N != 3 {
		t.Fatalf("nets %v, want 0/baseA, 0/baseB, 0/A3B and 0/R3B", nets)
	}
	for _, want := range []string{"4/4 ", "4 nets in ", "4 trained now, 0 from the store",
		"experiment " + nets["0/A3B"].Experiment} {
		if !strings.Contains(progress, want) {
			t.Errorf("progress lacks %q:\n%s", want, progress)
		}
	}

	figure := filepath.Join(t.TempDir(), "curve.png")
	status, out, progress = coadapt(t, t.Context(), append(args, "-figure", figure)...)
	if status != 0 || !strings.Contains(progress, "0 trained now, 4 from the store") ||
		!strings.Contains(out, "base ") ||
		!strings.Contains(out, "AnB") {
		t.Errorf("again: status %d\n%s\n%s", status, out, progress)
	}
	f, err := os.Open(figure)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if img, err := png.Decode(f); err != nil || img.Bounds().Dx() < 1000 {
		t.Errorf("figure: %v, %v", img.Bounds(), err)
	}

	_, out, _ = coadapt(t, t.Context(), append(args, "-csv")...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 5 || rows[0][0] != "name" {
		t.Fatalf("csv: %v, %v", rows, err)
	}
	for _, row := range rows[1:] {
		r := nets[row[0]]
		if row[2] != r.Net.Treatment.String() || row[21] != r.Key || row[22] != "true" {
			t.Errorf("csv row %v, want condition, key and hit of %+v", row, r)
		}
	}
}

// TestShowAndFigure reads a store with two experiments: show prints both, a
// figure wants one.
func TestShowAndFigure(t *testing.T) {
	args := tiny(t, "-json")
	_, first, _ := coadapt(t, t.Context(), args...)
	_, second, _ := coadapt(t, t.Context(), append(args, "-steps", "2")...)
	experiment := func(out string) string {
		var r transfer.Result
		if err := json.Unmarshal([]byte(out[:strings.Index(out, "\n")]), &r); err != nil {
			t.Fatal(err)
		}
		return r.Experiment
	}
	a, b := experiment(first), experiment(second)
	if a == b {
		t.Fatal("two recipes, one experiment")
	}
	status, out, errs := coadapt(t, t.Context(), "show")
	if status != 0 || !strings.Contains(out, a) || !strings.Contains(out, b) ||
		strings.Count(out, "mini on shapes, 4 nets") != 2 {
		t.Errorf("show: status %d %s\n%s", status, errs, out)
	}
	if _, out, _ := coadapt(t, t.Context(), "show", "-experiment", a[:6], "-json"); strings.Count(out, "\n") != 4 ||
		strings.Contains(out, b) {
		t.Errorf("show of one experiment:\n%s", out)
	}
	dir := t.TempDir()
	svg := filepath.Join(dir, "c.svg")
	if status, _, errs := coadapt(t, t.Context(), "figure", "-o", svg); status != 1 || !strings.Contains(errs, a) ||
		!strings.Contains(errs, b) {
		t.Errorf("figure of two experiments: status %d, %s; want both named", status, errs)
	}
	if status, _, errs := coadapt(t, t.Context(), "figure", "-o", svg, "-experiment", b); status != 0 {
		t.Errorf("figure: %s", errs)
	}
	lines := filepath.Join(dir, "nets.jsonl")
	if err := os.WriteFile(lines, []byte(second), 0o644); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.svg")
	loss := filepath.Join(t.TempDir(), "loss.svg")
	if status, _, errs := coadapt(t, t.Context(), "figure", "-in", lines, "-measure", "train_loss", "-behind", lines,
		"-o", loss); status != 0 {
		t.Errorf("figure of a loss: %s", errs)
	}
	if data, err := os.ReadFile(loss); err != nil || !bytes.Contains(data, []byte("nats")) ||
		!bytes.Contains(data, []byte("Boxes")) {
		t.Errorf("the figure of a loss shows neither nats nor boxes: %v", err)
	}
	if status, _, errs := coadapt(t, t.Context(), "figure", "-in", lines, "-o", again); status != 0 {
		t.Errorf("figure of lines: %s", errs)
	}
	one, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(again)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the figure from lines is not that from the store: %v", err)
	}
}

// TestInterrupt: Ctrl-C is exit status 130 and one sentence; what was finished is kept.
func TestInterrupt(t *testing.T) {
	args := tiny(t, "-workers", "1")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	// The first line of progress is that of a finished net.
	status := run(ctx, args, &out, writeFunc(func(p []byte) (int, error) {
		cancel()
		return out.Write(p)
	}))
	if status != 130 || !strings.Contains(out.String(), "the same command goes on") {
		t.Errorf("status %d, %s", status, out.String())
	}
	if _, kept, errs := coadapt(t, t.Context(), "show", "-csv"); strings.Count(kept, "\n") != 2 {
		t.Errorf("kept %s %s; want one net", kept, errs)
	}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

// TestRefusals: each error names the flag or file and what would be right.
func TestRefusals(t *testing.T) {
	t.Setenv("COADAPT_STORE", filepath.Join(t.TempDir(), "store"))
	file := filepath.Join(t.TempDir(), "bad.jsonl")
	if err := os.WriteFile(file, []byte("\n{\"name\":\"A3C\"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"curve -bogus":                           "coadapt curve -h",
		"curve -n 8":                             "-cuts \"8\": want numbers from 1 to 7",
		"curve -n 3-1":                           "1 to 7",
		"curve -seeds x":                         "-seeds \"x\"",
		"curve -split nowhere":                   "natman",
		"curve -split ,":                         "-splits",
		"curve -treatments AnC":                  "BnB+",
		"curve -data /no/such/folder":            "/no/such/folder",
		"curve -widths 1,2":                      "seven numbers",
		"curve -batch -3":                        "-batch -3",
		"curve -precision float16":               "-precision \"float16\": want float32 or bfloat16",
		"bench curve -precision bfloat16":        "-precision is not for bench curve",
		"curve -epochs 2 -steps 9":               "steps",
		"curve -json -csv":                       "csv",
		"curve -figure x.jpg":                    ".png, .svg or .pdf",
		"curve -figure no/such/x.png":            "no folder",
		"curve -backend nothing":                 "nothing",
		"curve -size 8 -data shapes":             "8",
		"show":                                   "coadapt curve",
		"show -experiment":                       "experiment",
		"figure":                                 "-o",
		"figure -o x.png -in /no/such":           "/no/such",
		"figure -o " + file + ".png -in " + file: "line 2",
		"arch resnet":                            `arch "resnet", want caffenet, mini`,
		"arch no.json":                           "no.json",
		"arch mini -n 8":                         "8",
		"arch caffenet -widths 1,2,3,4,5,6,7":    "-widths",
		"arch mini -size 3":                      "conv",
		"arch":                                   "1 arg",
		"bogus":                                  "bogus",
		"nets -grid all":                         "balanced",
		"nets -grid paper -n 3":                  "-cuts belongs to -grid balanced",
		"nets -grid balanced -split ,":           "no splits",
		"curve -grid none":                       "balanced",
		"curve -grid balanced -treatments AnB":   "-conditions: -grid balanced or -nets settles it",
		"curve -nets 0/A3C":                      "paper's notation",
		"curve -nets 0/A3B -n 3":                 "-nets settles it",
		"curve -nets 0/A3B -grid mini":           "nets",
		"curve -nets 0/A9B":                      "want 1 to 7",
		"curve -nets nowhere/A2B":                "nowhere",
		"curve -grid balanced -n 8":              "1 to 7",
		"curve -grid mini -seeds 3":              "-seeds",
		"curve -dropout 1":                       "-dropout 1: want",
		"curve -rate nan":                        "-rate NaN: want a finite number",
		"curve -epochs inf":                      "-epochs +Inf: want a finite number",
		"run -rate -inf":                         "-rate -Inf: want a finite number",
		"nets -grid mini -sd nan":                "-sd NaN: want a finite number",
		"plan -images-per-second inf":            "-images-per-second +Inf: want a finite number",
		"plan -hour-price nan":                   "-hour-price NaN: want a finite number",
		"store import -most nan x.tar":           "-most NaN: want a finite number",
		"stats -source 2014 -level nan":          "-level NaN: want a finite number",
		"curve -data shapes:classes=4,train=3,test=2,size=24 -batch 100000": "-batch 100000: shapes has 12 " +
			"training pictures",
		"curve -dropout nan":                                   "-dropout",
		"curve -momentum 1":                                    "-momentum 1: want",
		"curve -decay -1":                                      "-decay -1: want",
		"curve -rate2 nan":                                     "-rate2",
		"curve -steps2 -1":                                     "-steps2 -1",
		"curve -init xavier":                                   "he, gauss or caffe",
		"curve -schedule step":                                 "poly or fixed",
		"curve -recipe 2014 -no-lrn":                           "-no-lrn: the recipe of 2014 settles it",
		"dips -source 2014 -measure speed":                     "-measure: measure \"speed\"",
		"dips -source 2014 -level 95":                          "such as 0.95",
		"curve -recipe 2013":                                   "mini or 2014",
		"curve -recipe 2014 -rate 0.1":                         "-rate: the recipe of 2014 settles it",
		"pack":                                                 "-verify",
		"pack -data shapes -o x -size 0":                       "-size 0",
		"pack -data shapes -o x -shard-mib 0":                  "-shard-mib 0",
		"pack -data /no/such -o x":                             "/no/such",
		"pack -verify /no/such":                                "-verify",
		"pack -verify x -data shapes":                          "verify",
		"splits -ilsvrc12 /no/such":                            "-ilsvrc12",
		"splits -o " + file:                                    "-o",
		"stats":                                                "coadapt curve",
		"stats -source 2013":                                   "store or 2014",
		"stats -source 2014 -level 95":                         "such as 0.95",
		"stats -source 2014 -experiment x":                     "-experiment",
		"stats -source 2014 -select first":                     "final or best10",
		"figure -source 2014 -o x.png -figure 5":               "2, 3 or 4",
		"figure -overlay 2013 -o x.png":                        "want 2014",
		"figure -source 2014 -o x.eps":                         ".png, .svg or .pdf",
		"figure -o x.png -measure depth":                       "train_loss",
		"figure -source 2014 -o x.png -figure 2 -measure loss": "only a curve",
		"figure -o x.png -behind /no/such":                     "-behind",
		"curve -behind nets.jsonl":                             "add -figure",
	} {
		status, _, errs := coadapt(t, t.Context(), strings.Fields(args)...)
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %q; want 1 and %q", args, status, errs, want)
		}
	}
}
