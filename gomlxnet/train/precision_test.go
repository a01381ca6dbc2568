package train

import (
	"math"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"

	"github.com/gomlx/compute"
)

// A net in bfloat16 learns what the float32 one learns, to bfloat16's three digits, and is another net. Its frozen
// layers stay as they are and may be run once for all steps, to the same bits.
func TestBFloat16(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		const batch = 8
		wide := nettest.Tiny(3, 0)
		images, labels := nettest.Batch(wide, batch, 1)
		start, err := wide.Init(1)
		if err != nil {
			t.Fatal(err)
		}
		train := func(a arch.Arch, cut arch.Cut, above bool) ([]float64, arch.Weights) {
			t.Helper()
			trainer, err := New(backend, a, SGD{Momentum: 0.9, Decay: 0.0005}, batch)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			if err := trainer.Load(start, cut); err != nil {
				t.Fatal(err)
			}
			given := images
			if above {
				if given, err = trainer.Prefix(images); err != nil {
					t.Fatal(err)
				}
			}
			var losses []float64
			for k := range 20 {
				step := trainer.Step
				if above {
					step = trainer.StepAbove
				}
				loss, err := step(given, labels, 0.003, 1, k)
				if err != nil {
					t.Fatal(err)
				}
				losses = append(losses, loss)
			}
			w, err := trainer.Weights()
			if err != nil {
				t.Fatal(err)
			}
			return losses, w
		}
		narrow := wide
		narrow.Precision = arch.BFloat16
		want, full := train(wide, arch.Cut{}, false)
		got, half := train(narrow, arch.Cut{}, false)
		for k := range want {
			apart := 0.1 // what is rounded grows from step to step
			if k < 5 {
				apart = 0.02
			}
			if !(math.Abs(got[k]-want[k]) <= apart*want[0]) {
				t.Errorf("step %d: loss %.4f in bfloat16, %.4f in float32", k, got[k], want[k])
			}
		}
		if full.Digest() == half.Digest() {
			t.Error("bfloat16 came to the bits of float32")
		}
		if last := len(got) - 1; !(got[last] < 0.9*got[0]) {
			t.Errorf("the loss is %.4f after %d steps, %.4f before: it does not learn", got[last], last, got[0])
		}
		narrow.Blocks = nettest.Tiny(3, 0.5).Blocks
		cut := arch.Cut{N: 3, Frozen: true}
		_, slow := train(narrow, cut, false)
		_, fast := train(narrow, cut, true)
		if slow.Digest() != fast.Digest() {
			t.Error("frozen layers that are run once come to another net")
		}
		was, err := narrow.PrefixDigest(start, 3)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := narrow.PrefixDigest(slow, 3); err != nil || was != is {
			t.Errorf("frozen layers moved; %v", err)
		}
	})
}

func TestUnknownPrecision(t *testing.T) {
	a := nettest.Tiny(3, 0)
	a.Precision = "float16"
	if _, err := a.Dims(); err == nil || !strings.Contains(err.Error(), `precision "float16", want "bfloat16"`) {
		t.Errorf("error %v, want one that names what there is", err)
	}
}
