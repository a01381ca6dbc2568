package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"
	"coadapt/transfer/store"
)

// A net of the store is exported with its card, listed, and imported again to the same weights.
func TestWeightsOut(t *testing.T) {
	args := tiny(t)
	if status, _, errs := coadapt(t, t.Context(), args...); status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	dir := t.TempDir() + string(filepath.Separator)
	status, out, errs := coadapt(t, t.Context(), "weights", "export", "0/A3B", "-o", dir)
	if status != 0 || !strings.Contains(out, "model.safetensors: 0/A3B of mini on shapes") {
		t.Fatalf("status %d %s%s", status, out, errs)
	}
	text, err := os.ReadFile(dir + "card.json")
	if err != nil {
		t.Fatal(err)
	}
	var c card
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(os.Getenv("COADAPT_STORE"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := transfer.Recall(s, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Read(dir+"model.safetensors", k.Arch)
	if err != nil || w.Digest() != k.Weights.Digest() {
		t.Errorf("other weights are read back: %v", err)
	}
	if c.Net != "0/A3B" || c.Parent == "" || c.Data.Task != k.Task || c.Recipe.Steps != 3 || c.Data.Classes != 2 ||
		c.Tensors["/net/fc6/weights"] != "fc6.weight" || c.Backend != "go" ||
		c.Input.Shape != "[batch, 3, 24, 24]" ||
		!strings.HasSuffix(c.Input.Mean, "of task A, which its first layers come from") {
		t.Errorf("card %s", text)
	}
	readme, err := os.ReadFile(dir + "README.md")
	if err != nil || !strings.Contains(string(readme), c.Key) ||
		!strings.Contains(string(readme), `load_file("model.safetensors")`) ||
		strings.Contains(string(readme), "torchvision.models") {
		t.Errorf("%v:\n%s", err, readme)
	}

	status, out, errs = coadapt(t, t.Context(), "weights", "export", "0/A3B", "-o", dir, "-data",
		"shapes:classes=4,train=12,test=8,size=24")
	text, _ = os.ReadFile(dir + "card.json")
	if err := json.Unmarshal(text, &c); status != 0 || err != nil || len(c.Input.Channels) != 3 ||
		c.Input.MeanFile != "mean.safetensors" {
		t.Fatalf("status %d %s%s, %v; card %s", status, out, errs, err, text)
	}
	if infos, _, err := weights.Show(dir + "mean.safetensors"); err != nil || len(infos) != 1 ||
		infos[0].Name != "mean" ||
		!slices.Equal(infos[0].Shape, []int{3, 24, 24}) {
		t.Errorf("%+v, %v", infos, err)
	}
	for _, x := range c.Input.Channels { // of shapes on a ground of any brightness
		if !(x > 20 && x < 235) {
			t.Errorf("means of channels %v, want those of pixels 0..255", c.Input.Channels)
		}
	}

	status, out, errs = coadapt(t, t.Context(), "weights", "show", dir+"model.safetensors")
	if status != 0 || !strings.Contains(out, "conv1.weight  F32   4x3x5x5  300\n") ||
		!strings.Contains(out, "16 tensors") ||
		!strings.HasSuffix(out, "format: pt\n") {
		t.Errorf("status %d %s\n%s", status, errs, out)
	}
	again := filepath.Join(dir, "again.safetensors")
	status, out, errs = coadapt(t, t.Context(), "weights", "import", dir+"model.safetensors", "-arch",
		`mini:{"widths":[4,4,4,4,4,8,8],"size":24}`, "-o", again)
	if status != 0 || !strings.Contains(out, "again.safetensors: mini, 2 classes, ") {
		t.Errorf("status %d %s%s", status, out, errs)
	}
	if w, err := weights.Read(again, k.Arch); err != nil || w.Digest() != k.Weights.Digest() {
		t.Errorf("import changes weights: %v", err)
	}
	for given, want := range map[string]string{
		"export 0/A3B -o x.bin":                                `-o "x.bin": want a file that ends in .safetensors, or a folder`,
		"export 0/A5B -o " + again:                             "0/A5B is not in the store",
		"import " + again:                                      "-arch: no net named",
		"show " + dir + "card.json":                            "card.json: a head of ",
		"import " + again + " -arch resnet20 -o x.safetensors": `has no tensor "linear.weight" nor "fc.weight", the nearest of its 16 is`,
	} {
		if status, _, errs := coadapt(t, t.Context(),
			append([]string{"weights"}, strings.Fields(given)...)...); status != 1 ||
			!strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", given, status, errs, want)
		}
	}
}

// The card of a net that trained has its accuracy with the interval, by hand for 40 of 50, and says how torchvision
// makes a net of its own.
func TestCard(t *testing.T) {
	a, err := nets.Named("squeezenet1_1", 5, 64)
	if err != nil {
		t.Fatal(err)
	}
	net, err := transfer.ParseNet("1/baseA")
	if err != nil {
		t.Fatal(err)
	}
	k := &transfer.Kept{Arch: a, Recipe: transfer.MiniRecipe(),
		Result: transfer.Result{Net: net, Status: transfer.OK, Accuracy: 0.8, Correct: 40, Tested: 50, Classes: 5}}
	c, err := newCard(k, "x.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	// Wilson 1927: (0.8 + z²/100 ∓ z·√(0.0032 + z²/10000)) / (1 + z²/50) with z = 1.959964
	if c.Accuracy == nil || math.Abs(c.Accuracy.Low-0.66963) > 1e-5 || math.Abs(c.Accuracy.High-0.88756) > 1e-5 {
		t.Errorf("accuracy %+v", c.Accuracy)
	}
	if got := c.Torchvision(); got != "torchvision.models.squeezenet1_1(num_classes=5)" {
		t.Errorf("made by %q", got)
	}
	k.Arch.Blocks[9] = arch.Without[op.Dropout](k.Arch.Blocks[9])
	if c, err := newCard(k, "x"); err != nil || c.Torchvision() != "" {
		t.Errorf("another net is made by %q, %v", c.Torchvision(), err)
	}
}

// Means and order of a picture of two pixels, by hand.
func TestMeanOfACard(t *testing.T) {
	picture := arch.Tensor{Shape: []int{1, 2, 3}, Data: []float32{1, 2, 3, 5, 6, 7}}
	if got := channelMeans(picture); !slices.Equal(got, []float32{3, 4, 5}) {
		t.Errorf("means %v", got)
	}
	if got := channelsFirst(picture); !slices.Equal(got.Data, []float32{1, 5, 2, 6, 3, 7}) ||
		!slices.Equal(got.Shape, []int{3, 1, 2}) {
		t.Errorf("%v", got)
	}
}
