package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/home"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/op"
)

// tiny is a case that the Go backend steps in no time.
func tiny() benchCase {
	a := nets.Mini(4, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	return benchCase{Name: "tiny", What: "a small net", Arch: a, Batch: 3, Rate: 0.01}
}

// blockCase is a net with the operations of the presets' cases but the mean over all places, and with more paddings.
func blockCase() benchCase {
	bias := &op.Param{Filler: op.Filler{Kind: op.Constant}, RateMult: 1, DecayMult: 1}
	conv := func(out, stride int) op.Spec {
		return op.Convolution{Out: out, Kernel: 3, Stride: stride, Pad: 1}
	}
	norm, relu := op.BatchNorm{}, op.ReLU{}
	a := arch.Arch{Name: "blocks", Size: 13, Channels: 3, Classes: 3, Blocks: []arch.Block{
		arch.Chain("stem", conv(4, 0), norm, relu, op.Pool{Kernel: 3, Stride: 2, Pad: 1, Floor: true}),
		{Name: "same", Ops: []arch.Op{{Spec: conv(4, 0)}, {Spec: norm},
			{Spec: op.Sum{}, From: []string{"batch_norm", arch.Input}}, {Spec: relu}}},
		{Name: "wider", Ops: []arch.Op{{Spec: conv(6, 2)}, {Spec: norm},
			{Spec: op.Shortcut{Out: 6, Stride: 2}, From: []string{arch.Input}},
			{Spec: op.Sum{}, From: []string{"batch_norm", "shortcut"}}, {Spec: relu}}},
		arch.Chain("places", conv(6, 0), norm, relu, op.Pool{Kernel: 2, Stride: 2, Floor: true},
			op.AdaptiveAverage{Out: 5}),
		arch.Chain("fc", op.Dense{Out: 8, Bias: bias}, relu),
		arch.Chain("out", op.Dense{Bias: bias}),
	}}
	return benchCase{Name: "blocks", What: "a small net of blocks", Arch: a, Batch: 6, Rate: 0.01}
}

// The presets' cases can be made: their nets, cut at the middle, and what an image costs.
func TestPresetCases(t *testing.T) {
	for _, name := range []string{"resnet20-train", "vgg11bn-frozen", "vgg11bn-infer"} {
		picked, err := pick([]string{name}, "xla:cpu")
		if err != nil {
			t.Fatal(err)
		}
		c := picked[0]
		flop, err := c.flop()
		if err != nil || flop <= 0 || c.Cut.N > c.Arch.Cuts()/2 {
			t.Errorf("%s: %v flop an image, cut %v of %d cuts; %v", name, flop, c.Cut, c.Arch.Cuts(), err)
		}
		if name == "resnet20-train" && math.Abs(flop/(2*3*41e6)-1) > 0.05 { // He et al. 2016: 41 million multiply-adds
			t.Errorf("%s: %v flop an image", name, flop)
		}
	}
}

// fake takes given seconds, round after round, with given losses.
type fake struct {
	name    string
	seconds []float64
	losses  []float64
	calls   int
	order   *[]string
}

func (f *fake) about() string                              { return f.name }
func (f *fake) load(context.Context, *problem) error       { return nil }
func (f *fake) peak(context.Context, int) (float64, error) { return 50, nil }
func (f *fake) close() error                               { return nil }
func (f *fake) steps(_ context.Context, n int, _ bool) (took, error) {
	f.calls++
	*f.order = append(*f.order, f.name)
	t := took{Seconds: f.seconds[(f.calls-1)%len(f.seconds)] * float64(n)}
	for i := range n {
		t.Losses = append(t.Losses, f.losses[i%len(f.losses)])
	}
	t.CPU = 2 * t.Seconds
	return t, nil
}

// A ratio is the median of the rounds' ratios and not that of the medians: here
// ours is slow in the rounds in which the peer is, so that medians would say
// 30/10 and the rounds say 2, 2, 3.
func TestRatiosAreByRound(t *testing.T) {
	tm := &timing{
		c:       tiny(),
		steps:   1,
		seconds: [][]float64{{10, 20, 10}, {20, 40, 30}},
		cpu:     [][]float64{{1, 2, 3}, {4, 5, 6}},
	}
	var order []string
	runners := []runner{&fake{name: "ours", order: &order}, &fake{name: "peer", order: &order}}
	r, err := newResult(tm, runners, []string{kindOurs, kindTorch}, 50)
	if err != nil {
		t.Fatal(err)
	}
	row := r.Rows[1]
	if row.Ratio != 2 || row.RatioLeast != 2 || row.RatioGreatest != 3 || r.RatioPyTorch != 2 || r.RatioJAX != 0 ||
		row.Seconds != 30 ||
		row.CPU != 5 {
		t.Errorf("got %+v", r)
	}
	flop, err := tm.c.flop()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1e-9 * flop * 3 / 30; math.Abs(row.GFLOPs-want) > 1e-12 || math.Abs(row.Share-want/50) > 1e-12 {
		t.Errorf("%g GFLOP/s, %g of the peak; want %g and %g", row.GFLOPs, row.Share, want, want/50)
	}
}

// Of two PyTorch rows the faster one counts.
func TestRatioToTheBestPyTorch(t *testing.T) {
	tm := &timing{
		c:       tiny(),
		steps:   1,
		seconds: [][]float64{{10}, {15}, {12}, {40}},
		cpu:     [][]float64{{0}, {0}, {0}, {0}},
	}
	var order []string
	f := &fake{order: &order}
	r, err := newResult(tm, []runner{f, f, f, f}, []string{kindOurs, kindTorch, kindTorch, kindJAX}, 1)
	if err != nil || r.RatioPyTorch != 1.2 || r.RatioJAX != 4 {
		t.Errorf("got %+v, %v", r, err)
	}
	var out bytes.Buffer
	if err := r.json(&out); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("JSON of %q, %v", out.String(), err)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["case"] != "tiny" ||
		line["ratio_pytorch"] != 1.2 ||
		line["ratio_jax"] != 4.0 {
		t.Errorf("JSON says %v, %v", line, err)
	}
	out.Reset()
	if err := markdown(&out, []*result{r}); err != nil ||
		!strings.Contains(out.String(), "| a small net, batch 3 | 0/s | 0/s | 0/s | 0/s | 1.20 | 4.00 |") {
		t.Errorf("Markdown of\n%s%v", out.String(), err)
	}
	if !strings.Contains(
		out.String(),
		fmt.Sprintf(", %d cores, %s/%s, %s. Images a second", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
			runtime.Version()),
	) {
		t.Errorf("the table does not say what it was measured on:\n%s", out.String())
	}
}

func TestTurnsChange(t *testing.T) {
	var order []string
	a := &fake{name: "a", seconds: []float64{1}, losses: []float64{2, 1}, order: &order}
	b := &fake{name: "b", seconds: []float64{2}, losses: []float64{2, 1.0005}, order: &order}
	c := &contest{runners: []runner{a, b}, rounds: 5, turn: 6 * time.Second, dir: t.TempDir(), say: t.Logf}
	tm, err := c.run(t.Context(), tiny())
	if err != nil {
		t.Fatal(err)
	}
	// Both are warmed up twice; then the first of a round changes.
	if got, want := strings.Join(order, ""), "aabb"+"abbaabbaab"; got != want {
		t.Errorf("turns %s, want %s", got, want)
	}
	if tm.steps != 3 || len(tm.seconds[1]) != 5 || tm.seconds[1][4] != 2 || math.Abs(tm.apart-0.0005) > 1e-9 {
		t.Errorf("got %+v, want 3 steps a turn (6 s of the slower)", tm)
	}
}

// Nets whose losses differ are not the same, and are not timed.
func TestLossesHaveToAgree(t *testing.T) {
	var order []string
	a := &fake{name: "a", seconds: []float64{1}, losses: []float64{2, 1}, order: &order}
	for _, losses := range [][]float64{{2, 1.002}, {2, math.NaN()}} {
		b := &fake{name: "other", seconds: []float64{2}, losses: losses, order: &order}
		c := &contest{runners: []runner{a, b}, rounds: 5, turn: time.Second, dir: t.TempDir(), say: t.Logf}
		if _, err := c.run(t.Context(), tiny()); err == nil ||
			!strings.Contains(err.Error(), "of other at step 1, ours is 1") {
			t.Errorf("losses %v: error %v", losses, err)
		}
	}
}

// The files hold what the trainer is given, in the order of the arch.
func TestProblemFiles(t *testing.T) {
	two := tiny()
	two.Nets = 2
	p, err := newProblem(t.TempDir(), two)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := p.Arch.Variables()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.start) != 2 || p.Nets != 2 || p.start[0].Digest() == p.start[1].Digest() {
		t.Fatalf("%d nets, want two that differ", len(p.start))
	}
	var want []byte
	for _, start := range p.start {
		for _, v := range vars {
			if want, err = binary.Append(want, binary.LittleEndian, start[v.Path].Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := os.ReadFile(p.Weights); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file of weights has %d bytes, want these %d; %v", len(got), len(want), err)
	}
	if got, err := os.ReadFile(p.Images); err != nil || len(got) != 4*batchesHeld*3*24*24*3 {
		t.Errorf("the file of images has %d bytes, %v", len(got), err)
	}
	if got, err := os.ReadFile(p.Labels); err != nil || len(got) != 4*batchesHeld*3 {
		t.Errorf("the file of labels has %d bytes, %v", len(got), err)
	}
}

// A peer that fails says so by name, with what it printed.
func TestPeer(t *testing.T) {
	dir := t.TempDir()
	script := `echo "warning of a library" >&2
read ask; echo '{"name": "fake 1.0"}'
read ask; echo '{"seconds": 1.5, "cpu": 3, "losses": [2, 1]}'
read ask; echo '{"error": "Traceback: no such layer"}'
read ask; exit 3`
	if err := os.WriteFile(filepath.Join(dir, "fake.sh"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := startPeer(t.Context(), "/bin/sh", dir, "fake.sh", "compile")
	if err != nil || p.about() != "fake 1.0" {
		t.Fatalf("peer %v, %v", p, err)
	}
	got, err := p.steps(t.Context(), 2, false)
	if err != nil || got.Seconds != 1.5 || got.CPU != 3 || len(got.Losses) != 2 || got.Losses[1] != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := p.steps(t.Context(), 1, false); err == nil ||
		!strings.Contains(err.Error(), "fake 1.0: Traceback: no such layer") {
		t.Errorf("error %v", err)
	}
	if _, err := p.peak(t.Context(), 8); err == nil || !strings.Contains(err.Error(), "warning of a library") {
		t.Errorf("error %v", err)
	}
	if err := p.close(); err == nil {
		t.Error("it ended with status 3, and closing it says nothing")
	}
}

func TestPick(t *testing.T) {
	if _, err := pick([]string{"mini"}, "xla:cpu"); err == nil ||
		!strings.Contains(err.Error(), "-case mini: want some of mini-train, ") {
		t.Errorf("error %v", err)
	}
	got, err := pick([]string{"caffenet-train", "mini-by8"}, "xla:cpu")
	if err != nil || len(got) != 2 || got[0].Name != "caffenet-train" || got[1].nets() != 8 ||
		got[1].images() != 8*128 {
		t.Errorf("got %v, %v", got, err)
	}
	// Several nets in one graph are for GPUs, where nobody asks.
	for class, want := range map[string]bool{"xla:cpu": false, cuda: true} {
		got, err := pick(nil, class)
		if by8 := slices.ContainsFunc(got, func(c benchCase) bool { return c.Name == "mini-by8" }); err != nil ||
			by8 != want ||
			len(got) < 8 {
			t.Errorf("%s: %d cases, mini-by8 is one: %v, want %v; %v", class, len(got), by8, want, err)
		}
	}
}

// Where the peers are installed, they train the same net as we do on the Go
// backend: all of it, frozen, and testing; a convolution with groups, and three nets at once, too.
func TestPeersAgree(t *testing.T) {
	h, err := home.Locate()
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(h.Peers(), "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Skip("no PyTorch and JAX: `go run ./kernel-setup bench` installs them")
	}
	backend, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := peers.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	c := &contest{runners: []runner{&ours{backend: backend}}, rounds: 1, turn: time.Millisecond, dir: dir, say: t.Logf}
	for _, script := range []string{"in_torch.py", "in_jax.py"} {
		p, err := startPeer(t.Context(), python, dir, script)
		if err != nil {
			t.Fatal(err)
		}
		c.runners = append(c.runners, p)
	}
	defer func() {
		for _, r := range c.runners {
			if err := r.close(); err != nil {
				t.Error(err)
			}
		}
	}()
	grouped := tiny()
	conv2 := grouped.Arch.Blocks[1]
	for i, o := range conv2.Ops {
		if c, ok := o.Spec.(op.Convolution); ok {
			c.Groups = 2
			conv2.Ops[i].Spec = c
		}
	}
	frozen, tests, three := tiny(), tiny(), tiny()
	three.Nets = 3
	frozen.Cut, tests.Infer = arch.Cut{N: 3, Frozen: true}, true
	blocks := blockCase()
	blocksFrozen, blocksTesting := blocks, blocks
	blocksFrozen.Cut, blocksTesting.Infer = arch.Cut{N: 2, Frozen: true}, true
	for _, bc := range []benchCase{grouped, frozen, tests, three, grouped.in(arch.BFloat16),
		blocks, blocksFrozen, blocksTesting, blocks.in(arch.BFloat16)} {
		t.Run(bc.Name, func(t *testing.T) {
			tm, err := c.run(t.Context(), bc)
			if err != nil {
				t.Fatal(err)
			}
			if bc.Arch.Precision == arch.Float32 && tm.apart > 1e-5 { // a hundred roundings
				t.Errorf("losses are %g apart", tm.apart)
			}
			if bc.Arch.Precision == arch.BFloat16 && tm.apart < 1e-5 {
				t.Errorf("losses in bfloat16 are %g apart: not in bfloat16", tm.apart)
			}
		})
	}
}
