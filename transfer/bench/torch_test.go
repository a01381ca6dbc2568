package bench

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/bench/peers"
	"coadapt/gomlxnet/home"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/train"
	"coadapt/transfer"

	_ "github.com/gomlx/gomlx/backends/default"
)

// testPython names a Python that has PyTorch, for tests where the bench's own is not installed.
const testPython = "COADAPT_TEST_TORCH"

// PyTorch's side trains the nets that ours trains. While the rate stays as it is its solver is Caffe's, so that all
// losses are those of ours, of children of trained parents too; frozen and fine-tuned nets come to different ones.
func TestTorch(t *testing.T) {
	python := os.Getenv(testPython)
	if python == "" {
		h, err := home.Locate()
		if err != nil {
			t.Fatal(err)
		}
		python = filepath.Join(h.Peers(), "bin", "python")
		if _, err := os.Stat(python); err != nil {
			t.Skipf("no PyTorch: `go run ./kernel-setup bench` installs it, or %s names a Python that has it",
				testPython)
		}
	}
	dir := t.TempDir()
	if err := peers.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	p, err := peers.Start(t.Context(), python, dir, "curve_torch.py")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	fixed := func(cfg *transfer.Config) {
		cfg.Recipe.Rate = train.Schedule{Policy: train.Fixed, Base: 0.05}
		conv2 := cfg.Arch.Blocks[1].Ops
		c := conv2[0].Spec.(op.Convolution)
		c.Groups = 2
		conv2[0].Spec = c
	}
	turns, err := contest(t, p, fixed, "0/A7B", "0/A7B+", "0/B3B", "0/baseB+", "0/R2B").Run(t.Context(),
		func(Turn) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	apart := func(a, b float64) float64 { return math.Abs(a-b) / b }
	loss := map[string]float64{}
	for _, turn := range turns {
		o, p := turn.Ours.Nets[0], turn.Peer.Nets[0]
		loss[turn.name()] = p.Loss
		if apart(p.First, o.First) > 1e-5 || apart(p.Loss, o.Loss) > 1e-5 || apart(p.Last, o.Last) > 1e-5 ||
			p.Accuracy != o.Accuracy || turn.Peer.CPU <= 0 {
			t.Errorf("%s: PyTorch's %+v, ours %+v", turn.name(), p, o)
		}
	}
	if apart(loss["0/A7B"], loss["0/A7B+"]) < 1e-4 {
		t.Errorf("frozen and fine-tuned layers come to the same loss: %v", loss)
	}
	// Cut and mirrored at random, in a recipe of channel means; hardly trained, so that both sides end where both
	// begin.
	cut := func(cfg *transfer.Config) {
		cfg.Recipe.Rate = train.Schedule{Policy: train.Fixed, Base: 1e-6}
		cfg.Recipe.Pad, cfg.Recipe.Mirror, cfg.Recipe.ChannelMean = 2, true, true
		for i := 5; i < 7; i++ {
			b := &cfg.Arch.Blocks[i]
			b.Ops = append(b.Ops, arch.Op{Spec: op.Dropout{P: 0.5}})
		}
	}
	turns, err = contest(t, p, cut, "1/baseA").Run(t.Context(), func(Turn) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if p := turns[0].Peer.Nets[0]; fmt.Sprint(p.Images, p.Tested) != "30 16" || apart(p.First, math.Ln2) > 0.2 {
		t.Errorf("got %+v", p)
	}
}
