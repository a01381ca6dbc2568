package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestArch checks the totals that reference/recipe.md gives for CaffeNet:
// 60,965,224 parameters and 724,406,816 multiply-adds.
func TestArch(t *testing.T) {
	status, out, errs := coadapt(t, t.Context(), "arch", "caffenet")
	if status != 0 || !strings.Contains(out, "60,965,224") || !strings.Contains(out, "724,406,816") {
		t.Errorf("status %d %s\n%s", status, errs, out)
	}
	_, out, _ = coadapt(t, t.Context(), "arch", "mini", "-n", "2", "-json")
	var rows []layerRow
	for line := range strings.Lines(out) {
		var r layerRow
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if len(rows) != 9 || rows[8].Layer != "total" {
		t.Fatalf("rows %v, want eight layers and the total", rows)
	}
	// conv3 sees 4x4x48 and has 3x3 windows to 64: 3*3*48*64 weights, 64 biases, 16 places.
	if r := rows[2]; r.Frozen || r.Input != "4x4x48" || r.Weights != "3x3x48x64" || r.Parameters != 27648+64 ||
		r.MultiplyAdds != 27648*16 {
		t.Errorf("conv3: %+v", r)
	}
	if !rows[1].Frozen || rows[1].Train != rows[1].MultiplyAdds || rows[2].Train != 2*rows[2].MultiplyAdds ||
		rows[3].Train != 3*rows[3].MultiplyAdds {
		t.Errorf("in training, frozen layers cost once, the lowest that learns twice, the others three times: %+v",
			rows)
	}
	_, out, _ = coadapt(t, t.Context(), "arch", "mini", "-n", "2", "-finetune")
	if strings.Contains(out, "frozen") {
		t.Errorf("fine-tuned layers are called frozen:\n%s", out)
	}
}

// TestArchOfFile: a net of blocks with ways has a row a block, and classes as asked for.
func TestArchOfFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.json")
	text := `{"name":"ways","size":8,"channels":3,"classes":2,"layers":[{"name":"res","ops":[{"name":"a","kind":"convolution","out":4,"kernel":3,"pad":1},
		{"kind":"batch_norm"},{"name":"skip","from":["input"],"kind":"convolution","out":4,"kernel":1},{"kind":"add","from":["batch_norm","skip"]}]},
		{"name":"out","ops":[{"kind":"global_average"},{"kind":"inner_product","out":0}]}]}`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, errs := coadapt(t, t.Context(), "arch", file, "-classes", "5", "-json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var res, last layerRow
	if status != 0 || len(lines) != 3 || json.Unmarshal([]byte(lines[0]), &res) != nil ||
		json.Unmarshal([]byte(lines[1]), &last) != nil {
		t.Fatalf("status %d %s\n%s", status, errs, out)
	}
	// 108 and 12 weights at 64 places; scale, shift, mean and variance of 4 channels.
	if res.Weights != "3x3x3x4, 1x1x3x4" || res.Parameters != 108+12+8 || res.MultiplyAdds != 64*120 ||
		res.Output != "8x8x4" || last.Output != "1x1x5" {
		t.Errorf("%+v, %+v", res, last)
	}
	os.WriteFile(file, []byte(strings.Replace(text, `"out":4,"kernel":1`, `"out":3,"kernel":1`, 1)), 0o644)
	if status, _, errs := coadapt(t, t.Context(), "arch", file); status == 0 || !strings.Contains(errs, file) ||
		!strings.Contains(errs, "block res: operation 4, add") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestCurveOfAFile trains a net of a JSON file, with batch norm and a way around it, at all of its cuts; its figure
// has them, and dials of the miniature are refused.
func TestCurveOfAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.json")
	block := func(name string) string {
		return `{"name":"` + name +
			`","ops":[{"name":"a","kind":"convolution","out":3,"kernel":3,"pad":1},` +
			`{"kind":"batch_norm"},{"kind":"add","from":["batch_norm","input"]},{"kind":"relu"}]}`
	}
	blocks := make([]string, 8)
	for i := range blocks {
		blocks[i] = block(fmt.Sprintf("res%d", i+1))
	}
	text := `{"name":"ways","size":16,"channels":3,"classes":2,"layers":[` + strings.Join(blocks, ",") +
		`,{"name":"out","ops":[{"kind":"global_average"},{"kind":"inner_product","out":0}]}]}`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COADAPT_STORE", filepath.Join(t.TempDir(), "store"))
	figure := filepath.Join(t.TempDir(), "curve.svg")
	args := []string{
		"curve",
		"-arch",
		file,
		"-data",
		"shapes:classes=4,train=12,test=8",
		"-steps",
		"3",
		"-batch",
		"4",
		"-conditions",
		"BnB,AnB+",
		"-backend",
		"go",
		"-json",
	}
	status, out, errs := coadapt(t, t.Context(), append(args, "-figure", figure)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	if lines := strings.Count(out, "\n"); lines != 2+2*8 || !strings.Contains(out, `"name":"0/B8B"`) ||
		!strings.Contains(out, `"arch":"ways"`) {
		t.Errorf("%d nets, want two bases and two conditions at eight cuts:\n%s", lines, out)
	}
	if data, err := os.ReadFile(figure); err != nil || bytes.Contains(data, []byte(">conv1<")) ||
		!bytes.Contains(data, []byte(">res8<")) {
		t.Errorf("the figure names layers that the net has not, or is not there: %v", err)
	}
	for given, want := range map[string]string{
		"-dropout 0.5": "-dropout: a dial of -arch mini", "-size 24": "takes pictures of 16 pixels",
		"-cuts 9": "1 to 8", "-recipe 2014": "-arch: the recipe of 2014",
		"-arch /no/such.json": "-arch: ", "-arch alexnet": "caffenet",
		"-arch resnet20:depth": "want a name and a value",
		"-arch mini:norm=batch,dropout=0.5 -dropout 0.1": "-dropout: -arch mini:norm=batch,dropout=0.5 has the " +
			"option dropout",
		"-arch mini:norm=layer":       `norm "layer", want "batch"`,
		"-arch mini:size=24 -size 32": "takes pictures of 24 pixels",
	} {
		if status, _, errs := coadapt(t, t.Context(), append(args, strings.Fields(given)...)...); status != 1 ||
			!strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", given, status, errs, want)
		}
	}
}

// TestArchCuts: the numbers of a ResNet of depth 8 by hand. Each window of 3 adds twice the stride of what it sees.
func TestArchCuts(t *testing.T) {
	status, out, errs := coadapt(t, t.Context(), "arch", "resnet20:depth=8", "-cuts", "-json")
	var rows []cutRow
	for line := range strings.Lines(out) {
		var r cutRow
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	conv1, first := int64(32*32*16*27), int64(2*32*32*16*16*9)
	second := int64(16*16*32*9) * (16 + 32)
	third := int64(8*8*64*9) * (32 + 64)
	want := []cutRow{
		{1, "conv1", "32x32x16", 16384, 432 + 32, 464, 3, 1, conv1, first + second + third + 640},
		{2, "layer1.0", "32x32x16", 16384, 2*2304 + 64, 5136, 7, 1, conv1 + first, second + third + 640},
		{3, "layer2.0", "16x16x32", 8192, 4608 + 9216 + 128, 19088, 13, 2, conv1 + first + second, third + 640},
		{4, "layer3.0", "8x8x64", 4096, 18432 + 36864 + 256, 74640, 25, 4, conv1 + first + second + third, 640},
	}
	if status != 0 || !slices.Equal(rows, want) {
		t.Errorf("status %d %s\n%+v, want\n%+v", status, errs, rows, want)
	}
	if _, out, _ := coadapt(t, t.Context(), "arch", "resnet20", "-cuts"); strings.Count(out, "\n") != 11 ||
		!strings.Contains(out, "269,072") {
		t.Errorf("ten cuts and a head are wanted:\n%s", out)
	}
	if status, _, errs := coadapt(t, t.Context(), "arch", "mini", "-cuts", "-cut", "2"); status == 0 {
		t.Errorf("both flags are taken: %s", errs)
	}
}

// TestCurveOfMiniWithOptions: options behind mini's name make another experiment, whose cuts have other names.
func TestCurveOfMiniWithOptions(t *testing.T) {
	t.Setenv("COADAPT_STORE", filepath.Join(t.TempDir(), "store"))
	status, out, errs := coadapt(t, t.Context(), "curve", "-arch", "mini:norm=batch,residual=true,depth=6", "-data",
		"shapes:classes=4,train=12,test=8", "-steps", "2", "-batch", "4", "-conditions", "BnB", "-cuts", "3-5",
		"-widths", "4,4,4,4,4,8,8", "-backend", "go", "-json")
	if status != 0 || strings.Count(out, "\n") != 5 || !strings.Contains(out, `"layers":"conv1,conv2,conv3,fc4,fc5"`) {
		t.Errorf("status %d %s\n%s", status, errs, out)
	}
}

func TestVersion(t *testing.T) {
	_, out, errs := coadapt(t, t.Context(), "version", "-json")
	var v versions
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err, errs)
	}
	if v.Go == "" || v.Backend == "" || v.Store == "" || v.Root == "" || !strings.HasPrefix(v.GoMLX, "v") ||
		!strings.HasPrefix(v.GoXLA, "v") {
		t.Errorf("%+v", v)
	}
}
