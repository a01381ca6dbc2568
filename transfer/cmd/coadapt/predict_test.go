package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
)

// TestPredict: a net of a run is shown pictures without its data being named, from another folder; what cannot be read
// is named, and the others go on.
func TestPredict(t *testing.T) {
	testStore(t)
	root, err := filepath.Abs(cloneRoot)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(home.EnvRoot, root)
	begun := t.TempDir()
	t.Chdir(begun)
	data := pictureTree(t, "train", "test")
	four := pictureTree(t, "train", "test") // two classes more, as a split wants four
	for _, part := range []string{"train", "test"} {
		for class, name := range map[string]string{"ant": "cow", "bee": "dog"} {
			if err := os.Rename(filepath.Join(four, part, class), filepath.Join(data, part, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Rename(data, "animals"); err != nil {
		t.Skipf("the folder cannot be moved here: %v", err)
	}
	train := []string{"curve", "-data", "animals", "-size", "24", "-widths", "4,4,4,4,4,8,8", "-steps", "2",
		"-batch", "4", "-backend", "go",
		"-conditions", "AnB", "-cuts", "3", "-json"}
	if status, _, errs := coadapt(t, t.Context(), train...); status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	animals := filepath.Join(begun, "animals")
	t.Chdir(t.TempDir())
	picture := filepath.Join(animals, "test", "ant", "0.png")
	figure := "map.svg"
	status, out, errs := coadapt(t, t.Context(), "predict", "0/A3B", picture, "none.png", filepath.Join(animals,
		"test", "bee", "1.png"), "-json", "-map", figure)
	if status != 1 || !strings.Contains(errs, "none.png") || !strings.Contains(errs, "1 pictures could not be read") {
		t.Errorf("status %d, %s; want 1 and none.png named", status, errs)
	}
	var sum float64
	var key string
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for i, line := range lines {
		var r guessRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Rank != i%2+1 || r.Class == "" ||
			r.Name != "0/A3B" {
			t.Errorf("%s: %v", line, err)
		}
		sum, key = sum+r.Probability, r.Key
	}
	if len(lines) != 4 || math.Abs(sum-2) > 1e-9 {
		t.Errorf("%d classes with probabilities of %v in all, want two of each of two pictures", len(lines), sum)
	}
	if svg, err := os.ReadFile(figure); err != nil || !strings.Contains(string(svg), "hidden squares") {
		t.Errorf("the map: %v", err)
	}
	status, byKey, errs := coadapt(t, t.Context(), "predict", key[:8], picture, "-json")
	if status != 0 || !strings.HasPrefix(out, byKey) {
		t.Errorf("by its key: status %d, %s%s; want the first two lines of\n%s", status, byKey, errs, out)
	}
	status, table, errs := coadapt(t, t.Context(), "predict", "0/baseB", picture, "-top", "1", "-calibration")
	if status != 0 || strings.Count(table, picture) != 1 || !strings.Contains(table, "expected calibration error") ||
		!strings.Contains(table, "8 test pictures") {
		t.Errorf("status %d, %s%s; want one class, and a calibration on 8 pictures", status, table, errs)
	}
	status, bins, errs := coadapt(t, t.Context(), "predict", "0/baseB", "-calibration", "-csv")
	if status != 0 || strings.Count(bins, "\n") != 16 || !strings.HasPrefix(bins,
		"name,key,ece,mce,low,high,pictures") {
		t.Errorf("status %d, %s%s; want 15 bins below their names", status, bins, errs)
	}
	for want, args := range map[string][]string{
		"no net, want":                 {},
		"no picture, want":             {"0/A3B"},
		"-map: no picture":             {"0/A3B", "-calibration", "-map", figure},
		"leave the pictures out":       {"0/A3B", picture, "-calibration", "-csv"},
		"-top 0":                       {"0/A3B", picture, "-top", "0"},
		"-cuts: predict":               {"0/A3B", picture, "-cuts", "3"},
		".png, .svg or .pdf":           {"0/A3B", picture, "-map", "map.gif"},
		"0/A4B is not in the store":    {"0/A4B", picture},
		"paper's notation":             {"A0B", picture},
		"is not of this experiment":    {"0/A3B", picture, "-size", "26"},
		"data and dials are those of ": {"0/A3B", picture, "-data", "nowhere"},
	} {
		if status, _, errs := coadapt(t, t.Context(), append([]string{"predict"}, args...)...); status == 0 ||
			!strings.Contains(errs, want) {
			t.Errorf("%v: status %d, %s; want an error with %q", args, status, errs, want)
		}
	}
	runs := filepath.Join(os.Getenv("COADAPT_STORE"), "runs")
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := coadapt(t, t.Context(), "predict", "0/A3B", picture); status == 0 ||
		!strings.Contains(errs, "give the data and the dials") {
		t.Errorf("without the run: status %d, %s; want to be asked for the data", status, errs)
	}
	again := append([]string{"predict", "0/A3B", picture, "-data", animals}, train[3:13]...)
	if status, _, errs := coadapt(t, t.Context(), again...); status != 0 {
		t.Errorf("with data and dials: status %d, %s", status, errs)
	}
}
