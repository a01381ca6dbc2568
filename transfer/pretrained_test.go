package transfer

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// pretrainedOn is a net of the tiny experiment's architecture with five classes, as if it came from elsewhere.
func pretrainedOn(t *testing.T, cfg Config, seed uint64) *Pretrained {
	t.Helper()
	arch := cfg.Arch
	arch.Classes = 5
	w, err := arch.Init(seed)
	if err != nil {
		t.Fatal(err)
	}
	pre, err := NamedPreprocessing("imagenet")
	if err != nil {
		t.Fatal(err)
	}
	return &Pretrained{Name: "elsewhere", Arch: arch, Weights: w, Preprocessing: pre}
}

// TestPretrainedBaseA trains nets whose layers come from a net that the lab never trained: frozen, fine-tuned, and from
// a net that began from it.
func TestPretrainedBaseA(t *testing.T) {
	cfg := tiny(t)
	cfg.Pretrained = pretrainedOn(t, cfg, 99)
	l := lab(t, cfg)
	nets := Curve([]string{PretrainedSplit}, []int{0}, []Treatment{Selffer, Transfer, ProbeFirst}, []int{3})
	var names []string
	for _, n := range nets {
		names = append(names, n.String())
	}
	if want := []string{"pretrained/baseB", "pretrained/B3B", "pretrained/A3B", "pretrained/A3B+p"}; !slices.Equal(
		names,
		want,
	) {
		t.Fatalf("nets %v, want %v", names, want)
	}
	results := map[string]Result{}
	for r, err := range l.Curve(t.Context(), nets) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.HasWeights() || r.Classes != 4 {
			t.Errorf("%+v", r)
		}
		results[r.Net.String()] = r
	}
	anb := results["pretrained/A3B"]
	arch := cfg.Arch
	arch.Classes = 4
	if got, want := prefix(t, arch, weightsOf(t, cfg.Store, anb), 3),
		prefix(t, cfg.Pretrained.Arch, cfg.Pretrained.Weights, 3); got != want {
		t.Error("layers 1..3 of A3B are not those of the pretrained net")
	}
	if anb.Scale <= 0 || anb.InitialScale != 0 {
		t.Errorf("scale %v at the cut, initially %v; want one above 0, and 0 as nobody knows it", anb.Scale,
			anb.InitialScale)
	}
	// What it is shown: (x - mean)/std, where base B has the mean of its own task and the recipe's scale.
	p, err := l.Plan(t.Context(), anb.Net)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Plan(t.Context(), results["pretrained/baseB"].Net)
	if err != nil {
		t.Fatal(err)
	}
	for batch, err := range p.Task.Test(t.Context(), 1, p.View) {
		if err != nil {
			t.Fatal(err)
		}
		pic, err := p.Task.Picture(1, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		for c, want := range []float64{(float64(pic[0]) - 123.675) / 58.395, (float64(pic[1]) - 116.28) / 57.12,
			(float64(pic[2]) - 103.53) / 57.375} {
			if got := float64(batch.Images[c]); math.Abs(got-want) > 1e-5 {
				t.Errorf("channel %d of the first pixel is %v, want %v", c, got, want)
			}
		}
		break
	}
	if len(b.View.Std) != 0 || b.View.Scale == 0 {
		t.Errorf("base B is shown %+v, want the recipe's own view", b.View)
	}
}

// TestKeysOfPretrained: keys cover the layers that are taken and what the net was shown, and nothing else.
func TestKeysOfPretrained(t *testing.T) {
	cfg := tiny(t)
	key := func(name string, change func(p *Pretrained)) string {
		t.Helper()
		c := cfg
		if change != nil {
			c.Pretrained = pretrainedOn(t, cfg, 99)
			change(c.Pretrained)
		}
		p, err := lab(t, c).Plan(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return p.Key
	}
	same := func(p *Pretrained) {}
	was := key("pretrained/A3B", same)
	for what, change := range map[string]func(p *Pretrained){
		"name": func(p *Pretrained) { p.Name = "other" },
		"head": func(p *Pretrained) { delete(p.Weights, "/net/fc8/weights") },
	} {
		if key("pretrained/A3B", change) != was {
			t.Errorf("%s: the key is another, and the net is not", what)
		}
	}
	for what, change := range map[string]func(p *Pretrained){
		"weights": func(p *Pretrained) { *p = *pretrainedOn(t, cfg, 98) },
		"mean":    func(p *Pretrained) { p.Preprocessing.Mean = []float32{1, 2, 3} },
		"BGR":     func(p *Pretrained) { p.Preprocessing.BGR = true },
	} {
		if key("pretrained/A3B", change) == was {
			t.Errorf("%s: the key is the same, and the net is not", what)
		}
	}
	if key("0/A3B", same) != key("0/A3B", nil) {
		t.Error("a net that takes nothing of it has another key")
	}
}

func TestPretrainedThatCannotBe(t *testing.T) {
	cfg := tiny(t)
	for want, change := range map[string]func(c *Config){
		"has shape":      func(c *Config) { wider(c) },
		"deviation of 0": func(c *Config) { c.Pretrained.Preprocessing.Std = []float32{1, 0, 1} },
		"want 3 of each": func(c *Config) { c.Pretrained.Preprocessing.Mean = []float32{1} },
		"a weight is not finite": func(c *Config) {
			c.Pretrained.Weights["/net/conv1/weights"].Data[0] = float32(math.NaN())
		},
		"want one architecture":    func(c *Config) { c.Pretrained.Arch.Blocks = c.Pretrained.Arch.Blocks[1:] },
		"/net/conv2/biases has sh": func(c *Config) { delete(c.Pretrained.Weights, "/net/conv2/biases") },
	} {
		c := cfg
		c.Pretrained = pretrainedOn(t, cfg, 99)
		change(&c)
		if _, err := NewLab(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	l := lab(t, cfg)
	if _, err := l.Train(t.Context(), net(t, "pretrained/A3B")); err == nil ||
		!strings.Contains(err.Error(), "-base-a") {
		t.Errorf("without a pretrained net: %v", err)
	}
	for _, name := range []string{"pretrained/baseA", "pretrained/B3A"} {
		if _, err := ParseNet(name); err == nil {
			t.Errorf("%s is a net", name)
		}
	}
	if _, err := NamedPreprocessing("inception"); err == nil || !strings.Contains(err.Error(), "caffe") {
		t.Errorf("an unknown preprocessing: %v", err)
	}
}
