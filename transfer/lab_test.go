package transfer

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer/store"

	_ "github.com/gomlx/gomlx/backends/default"
)

// tiny is an experiment of a second on the Go backend, which compiles nothing.
func tiny(t *testing.T) Config {
	t.Helper()
	return tinyOn(t, "go")
}

// tinyOn is tiny on a backend; without a plugin, one for XLA is skipped.
func tinyOn(t *testing.T, config string) Config {
	t.Helper()
	if config != "go" && os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		t.Skip("PJRT_PLUGIN_LIBRARY_PATH names no plugin; `go run ./kernel-setup test` sets it")
	}
	src, err := formats.Open(t.Context(), "shapes:classes=4,train=12,test=8,size=24", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	backend, err := backend.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg := MiniConfig(src)
	cfg.Backend, cfg.Store, cfg.Epochs, cfg.Workers = backend, s, 0, 1
	cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}, Dropout: 0.2})
	cfg.Recipe = cfg.Recipe.WithSteps(6)
	cfg.Recipe.Batch = 8
	return cfg
}

func lab(t *testing.T, cfg Config) *Lab {
	t.Helper()
	l, err := NewLab(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func net(t *testing.T, name string) Net {
	t.Helper()
	n, err := ParseNet(name)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func weightsOf(t *testing.T, s *store.Store, r Result) arch.Weights {
	t.Helper()
	files, err := s.Get(r.Key, weightsFile)
	if err != nil {
		t.Fatal(err)
	}
	w, err := decodeWeights(files[weightsFile])
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestFrozenLayersAreTheParents: the layers of a stored frozen net are bit for
// bit those of its stored parent, or for a random net its initial values; those
// above the cut are not.
func TestFrozenLayersAreTheParents(t *testing.T) {
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) { frozenLayersAreTheParents(t, tinyOn(t, config)) })
	}
}

func frozenLayersAreTheParents(t *testing.T, cfg Config) {
	l := lab(t, cfg)
	for _, name := range []string{"A3B", "B5B", "A7B", "R2B"} {
		r, err := l.Train(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		// 2 classes of 8 test images; 6 steps of 8
		if !r.HasWeights() || r.Tested != 16 || r.Steps != 6 || r.Images != 48 {
			t.Errorf("%s: %+v", name, r)
		}
		var parent arch.Weights
		if p, ok := r.Net.Parent(); ok {
			pr, err := l.Train(t.Context(), p)
			if err != nil || !pr.Hit {
				t.Fatalf("parent of %s: hit %v, %v", name, pr.Hit, err)
			}
			parent = weightsOf(t, cfg.Store, pr)
		} else if parent, err = cfg.Arch.Init(r.Net.stream("init")); err != nil {
			t.Fatal(err)
		}
		mine := weightsOf(t, cfg.Store, r)
		for n := 1; n <= 8; n++ {
			a, b := prefix(t, cfg.Arch, mine, min(n, 7)), prefix(t, cfg.Arch, parent, min(n, 7))
			if n <= r.Net.N && a != b {
				t.Errorf("%s: layers 1..%d are not the parent's", name, n)
			}
			if n > r.Net.N && n <= 7 && a == b {
				t.Errorf("%s: layers 1..%d are the parent's, above the cut too", name, n)
			}
		}
		if slices.Equal(mine["/net/fc8/weights"].Data, parent["/net/fc8/weights"].Data) {
			t.Errorf("%s: the last layer is the parent's", name)
		}
	}
}

func prefix(t *testing.T, a arch.Arch, w arch.Weights, n int) string {
	t.Helper()
	d, err := a.PrefixDigest(w, n)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestThawedIsAnError: a prefix that moved in training gives an error and no
// entry. The plan is falsified: it claims as frozen what is trained.
func TestThawedIsAnError(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	p, err := l.Plan(t.Context(), net(t, "R3B"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := cfg.Arch.Init(1)
	if err != nil {
		t.Fatal(err)
	}
	after := before.Clone()
	after["/net/conv2/biases"].Data[0] += 1e-6
	if err := p.prove(before, before.Clone()); err != nil {
		t.Errorf("equal layers: %v", err)
	}
	if err := p.prove(before, after); !errors.Is(err, errThawed) || !strings.Contains(err.Error(), "1..3") {
		t.Errorf("moved layers: %v, want errThawed that names layers 1..3", err)
	}
}

func TestRerunIsAHit(t *testing.T) {
	cfg := tiny(t)
	nets := []Net{net(t, "baseB"), net(t, "B2B+")}
	run := func() []Result {
		l := lab(t, cfg)
		var out []Result
		for r, err := range l.Curve(t.Context(), nets) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, r)
		}
		return out
	}
	first, second := run(), run()
	for i := range first {
		if first[i].Hit || !second[i].Hit {
			t.Errorf("%s: hit %v at first, %v then", first[i].Net, first[i].Hit, second[i].Hit)
		}
		first[i].Hit = true
		if first[i] != second[i] {
			t.Errorf("%s: stored %+v, was %+v", first[i].Net, second[i], first[i])
		}
	}
	all, err := Results(cfg.Store)
	if err != nil || len(all) != 2 {
		t.Errorf("the store lists %d results, %v; want 2", len(all), err)
	}
}

// TestKeyCoversWhatCounts: names do not change a key, everything else does.
func TestKeyCoversWhatCounts(t *testing.T) {
	key := func(change func(*Config), name string) string {
		cfg := tiny(t)
		if change != nil {
			change(&cfg)
		}
		p, err := lab(t, cfg).Plan(t.Context(), net(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return p.Key
	}
	want := key(nil, "A3B")
	if got := key(func(c *Config) { c.Arch.Name, c.Recipe.Name, c.Workers = "x", "y", 3 }, "A3B"); got != want {
		t.Error("the key depends on names or workers")
	}
	seen := map[string]string{want: "A3B"}
	for what, k := range map[string]string{
		"steps":     key(func(c *Config) { c.Recipe = c.Recipe.WithSteps(7) }, "A3B"),
		"decay":     key(func(c *Config) { c.Recipe.Decay = 0.001 }, "A3B"),
		"width":     key(wider, "A3B"),
		"per class": key(func(c *Config) { c.PerClass = 3 }, "A3B"),
		"seed":      key(nil, "A3B#1"), "cut": key(nil, "A4B"), "frozen": key(nil, "A3B+"), "source": key(nil, "B3B"),
		"target": key(nil, "B3A"), "split": key(nil, "natman/A3B"), "random": key(nil, "R3B"),
	} {
		if other, ok := seen[k]; ok {
			t.Errorf("%s gives the key of %s", what, other)
		}
		seen[k] = what
	}
}

// wider changes fc7.
func wider(c *Config) {
	c.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 9}, Dropout: 0.2})
}

// TestExperiment: nets of one lab belong together whatever split and seed they
// have; a change of recipe, data or arch makes another experiment.
func TestExperiment(t *testing.T) {
	id := func(change func(*Config)) string {
		cfg := tiny(t)
		change(&cfg)
		return lab(t, cfg).Experiment()
	}
	want := id(func(*Config) {})
	if len(want) != 12 {
		t.Errorf("experiment %q, want twelve digits", want)
	}
	if got := id(func(c *Config) { c.Arch.Classes, c.Arch.Name, c.Workers = 7, "x", 2 }); got != want {
		t.Error("the experiment depends on classes of a half, names or workers")
	}
	for what, change := range map[string]func(*Config){
		"steps":     func(c *Config) { c.Recipe = c.Recipe.WithSteps(7) },
		"epochs":    func(c *Config) { c.Epochs = 1 },
		"per class": func(c *Config) { c.PerClass = 3 },
		"width":     wider,
	} {
		if id(change) == want {
			t.Errorf("%s: another experiment has the same name", what)
		}
	}
}

// TestDivergedBlocks: a net whose loss leaves the numbers is a status, is kept,
// and its children are blocked with the reason.
func TestDivergedBlocks(t *testing.T) {
	cfg := tiny(t)
	cfg.Recipe.Rate.Base = 1e30
	l := lab(t, cfg)
	base, err := l.Train(t.Context(), net(t, "baseA"))
	if err != nil || base.Status != Diverged || base.Reason == "" || base.Steps > 6 {
		t.Fatalf("base: %+v, %v; want diverged with a reason", base, err)
	}
	child, err := l.Train(t.Context(), net(t, "A3B"))
	if err != nil || child.Status != Blocked || !strings.Contains(child.Reason, "0/baseA") {
		t.Errorf("child: %+v, %v; want blocked by 0/baseA", child, err)
	}
	if again, err := l.Train(t.Context(), net(t, "baseA")); err != nil || !again.Hit || again.Status != Diverged {
		t.Errorf("again: %+v, %v; want a hit", again, err)
	}
}

// TestWorkersChangeNothing: nets trained beside each other, on XLA's CPU in clients of their own, are bit for bit those
// trained one by one.
func TestWorkersChangeNothing(t *testing.T) {
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) { workersChangeNothing(t, config) })
	}
}

func workersChangeNothing(t *testing.T, config string) {
	nets := []Net{net(t, "A2B"), net(t, "B2B"), net(t, "A4B+"), net(t, "R3B"), net(t, "baseB")}
	digests := func(workers int) map[string]string {
		cfg := tinyOn(t, config)
		cfg.Workers = workers
		l := lab(t, cfg)
		out := map[string]string{}
		train := func(nets ...Net) {
			for r, err := range l.Curve(t.Context(), nets) {
				if err != nil {
					t.Fatal(err)
				}
				out[r.Net.String()] = weightsOf(t, cfg.Store, r).Digest()
			}
		}
		train(nets[len(nets)-1])
		if len(l.parts) != 0 {
			t.Errorf("one net has a part of the backend, of %d", len(l.parts))
		}
		train(nets...)
		want := 0
		if config == "xla:cpu" && workers > 1 {
			want = workers
		}
		if len(l.parts) != want {
			t.Errorf("%d workers: the backend is in %d parts, want %d", workers, len(l.parts), want)
		}
		return out
	}
	one, three := digests(1), digests(3)
	if len(one) != len(nets) || !maps.Equal(one, three) {
		t.Errorf("one by one %v\nthree beside each other %v", one, three)
	}
}

// TestInterrupt: cancelling ends the curve with the context's error and keeps
// what was finished.
func TestInterrupt(t *testing.T) {
	cfg := tiny(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got error
	for r, err := range lab(t, cfg).Curve(ctx, []Net{net(t, "baseA"), net(t, "baseB"), net(t, "A1B")}) {
		if err != nil {
			got = err
			break
		}
		if r.Net == net(t, "baseA") {
			cancel()
		}
	}
	if !errors.Is(got, context.Canceled) {
		t.Fatalf("the curve ended with %v, want context.Canceled", got)
	}
	all, err := Results(cfg.Store)
	if err != nil || len(all) != 1 || all[0].Net != net(t, "baseA") {
		t.Errorf("kept %v, %v; want baseA alone", all, err)
	}
}

// TestBrokenEntryIsComputedAgain: a flipped byte in the store costs a retraining
// and a notice, never a wrong number.
func TestBrokenEntryIsComputedAgain(t *testing.T) {
	cfg := tiny(t)
	var notices []string
	cfg.Progress = func(e Event) {
		if e.Notice != "" {
			notices = append(notices, e.Notice)
		}
	}
	l := lab(t, cfg)
	first, err := l.Train(t.Context(), net(t, "R1B"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cfg.Store.Dir(), "entries", first.Key[:2], first.Key, resultFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := l.Train(t.Context(), net(t, "R1B"))
	if err != nil || again.Hit || again.Accuracy != first.Accuracy || again.Loss != first.Loss {
		t.Errorf("again %+v, %v; want it trained anew to the same numbers as %+v", again, err, first)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], resultFile) {
		t.Errorf("notices %q, want one that names %s", notices, resultFile)
	}
}

func TestRefusals(t *testing.T) {
	l := lab(t, tiny(t))
	for name, want := range map[string]string{"A8B": "cuts 0 to 7", "nowhere/A3B": "nowhere"} {
		if _, err := l.Train(t.Context(), net(t, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, want)
		}
	}
	cfg := tiny(t)
	cfg.Arch.Size = 64
	if _, err := NewLab(cfg); err == nil || !strings.Contains(err.Error(), "24 px") {
		t.Errorf("images too small for the net: %v", err)
	}
}
