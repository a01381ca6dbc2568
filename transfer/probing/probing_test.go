package probing

import (
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
	"coadapt/transfer/store"

	_ "github.com/gomlx/gomlx/backends/default"
)

// small is a lab of nets of a second on the Go backend, which compiles nothing.
func small(t *testing.T) *transfer.Lab {
	t.Helper()
	return smallOn(t, "go", t.TempDir())
}

// smallNormed is one of nets with batch norm.
func smallNormed(t *testing.T) *transfer.Lab {
	t.Helper()
	opt := smallOptions
	opt.Norm, opt.NoLRN = "batch", false
	return smallLab(t, "go", t.TempDir(), opt, 12)
}

func smallOn(t *testing.T, config, dir string) *transfer.Lab {
	t.Helper()
	return smallLab(t, config, dir, smallOptions, 12)
}

var smallOptions = nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 6, 6, 4, 8, 8}, NoLRN: true}

func smallLab(t *testing.T, config, dir string, opt nets.MiniOptions, steps int) *transfer.Lab {
	t.Helper()
	if config != "go" && os.Getenv("PJRT_PLUGIN_LIBRARY_PATH") == "" {
		t.Skip("PJRT_PLUGIN_LIBRARY_PATH names no plugin; `go run ./kernel-setup test` sets it")
	}
	src, err := formats.Open(t.Context(), "shapes:classes=4,train=24,test=24,size=24", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	backend, err := backend.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	cfg := transfer.MiniConfig(src)
	cfg.Backend, cfg.Store, cfg.Epochs, cfg.Workers = backend, s, 0, 1
	cfg.Arch = nets.Mini(2, opt)
	cfg.Recipe = cfg.Recipe.WithSteps(steps)
	cfg.Recipe.Batch = 8
	l, err := transfer.NewLab(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func trained(t *testing.T, l *transfer.Lab, names ...string) []transfer.Result {
	t.Helper()
	var out []transfer.Result
	for _, name := range names {
		n, err := transfer.ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := l.Train(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func runner(t *testing.T, l *transfer.Lab) *Runner {
	t.Helper()
	r, err := NewRunner(l, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// named are the values of a name, in their order.
func named(values []Value, name string) []Value {
	return slices.DeleteFunc(slices.Clone(values), func(v Value) bool { return v.Name != name })
}

func collect(t *testing.T, r *Runner, p Probe, results ...transfer.Result) []Value {
	t.Helper()
	values, err := r.Collect(t.Context(), p, results...)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestEveryProbe runs each kind over nets, on both backends: all values are numbers of a range that the kind has, each
// has a name and a unit, and a second runner finds the same values without looking.
func TestEveryProbe(t *testing.T) {
	for _, config := range []string{"go", "xla:cpu"} {
		t.Run(config, func(t *testing.T) {
			dir := t.TempDir()
			l := smallOn(t, config, dir)
			nets := trained(t, l, "baseB", "B3B+", "B5B")
			names, lines := Kinds()
			r := runner(t, l) // graphs are compiled once for all
			for i, name := range names {
				p, err := Named(name)
				if err != nil {
					t.Fatal(err)
				}
				r.Hits, r.Misses = 0, 0
				values := collect(t, r, p, nets...)
				groups := len(nets) + 1 - p.Nets()
				if p.Nets() == 0 {
					groups = 1
				}
				if r.Misses != groups || r.Hits != 0 || len(values) < 2*groups || lines[i] == "" {
					t.Errorf("%s: %d values, %d looked into, %d kept; want %d looked into", name, len(values), r.Misses,
						r.Hits, groups)
				}
				for _, v := range values {
					if v.Name == "" || v.Unit == "" || v.Probe != name || v.Net == "" ||
						p.Nets() > 0 && (v.Other == "") != (p.Nets() == 1) {
						t.Errorf("%s: %+v lacks a name, a unit or its nets", name, v)
					}
					if v.Value == nil && v.Reason == "" {
						t.Errorf("%s: %+v has neither a number nor a reason", name, v)
					}
					if x := v.Number(); v.Unit == "share" && (x < 0 || x > 1) {
						t.Errorf("%s: %s of %s is %v", name, v.Name, v.Layer, x)
					}
				}
				again := runner(t, l)
				if kept := collect(t, again, p, nets...); again.Hits != groups || again.Misses != 0 ||
					!reflect.DeepEqual(kept, values) {
					t.Errorf("%s: a second run has %d hits and other values", name, again.Hits)
				}
			}
		})
	}
}

// TestKey has another spec, other nets and other pictures be looked into again.
func TestKey(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "baseA")
	r := runner(t, l)
	collect(t, r, Neighbours{Grid: 2, K: 3}, nets[0])
	for _, change := range []func(){
		func() { collect(t, r, Neighbours{Grid: 2, K: 4}, nets[0]) },
		func() { collect(t, r, Neighbours{Grid: 2, K: 3}, nets[1]) },
		func() { r.pictures = 20; collect(t, r, Neighbours{Grid: 2, K: 3}, nets[0]) },
	} {
		before := r.Misses
		if change(); r.Misses != before+1 || r.Hits != 0 {
			t.Errorf("%d misses and %d hits after %d misses: want one more and none", r.Misses, r.Hits, before)
		}
	}
}

// TestFeaturesAreReadOnce has several probes share a layer, and those of the output be what the net is tested by.
func TestFeaturesAreReadOnce(t *testing.T) {
	l := small(t)
	net := trained(t, l, "baseB")[0]
	r := runner(t, l)
	collect(t, r, Scale{Grid: 2}, net)
	before := len(r.readers)
	collect(t, r, Neighbours{Grid: 2, K: 3}, net)
	if len(r.readers) != before || r.passes != 1 || before != 1 {
		t.Errorf("%d graphs, %d before, and %d passes, want 1: the features were read again", len(r.readers), before,
			r.passes)
	}
	s, err := r.subject(t.Context(), net, nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Features(t.Context(), s, dataset.Test, 7)
	if err != nil {
		t.Fatal(err)
	}
	right, losses := score(out.Data, out.Labels)
	loss := mean(losses, nil)
	if int(math.Round(mean(right, nil)*float64(len(right)))) != net.Correct || len(losses) != net.Tested ||
		math.Abs(loss-net.Loss) > 1e-5 {
		t.Errorf("%v of %d right, loss %v: the result says %d of %d, %v", mean(right, nil), len(losses), loss,
			net.Correct, net.Tested, net.Loss)
	}
}

// TestOnePassForAllProbes has each net run over training and over test pictures once for all probes, and once more over
// the pictures of a forecast's target.
func TestOnePassForAllProbes(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "B3B+", "baseA")
	r := runner(t, l)
	names, _ := Kinds()
	for _, name := range names {
		p, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := p.(Maximise); ok { // it reads no features
			m.Steps = 1
			p = m
		}
		if path, ok := p.(Path); ok {
			path.Points = 3
			p = path
		}
		collect(t, r, p, nets...)
	}
	// Beside both parts of each net's own pictures: baseA on those of B, for what compares it with baseB.
	if want := 2*len(nets) + 2; r.passes != want {
		t.Errorf("%d passes of %d nets for %d probes, want %d", r.passes, len(nets), len(names), want)
	}
}

// TestPooled averages over the cells of a grid, also where places do not divide evenly.
func TestPooled(t *testing.T) {
	f := Features{Shape: []int{3, 3, 1}, Data: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, Labels: []int{0}}
	if got := f.Pooled(2).RawRowView(0); !slices.Equal(got, []float64{3, 4.5, 7.5, 9}) {
		t.Errorf("%v, want 3 4.5 7.5 9", got)
	}
	if got := f.Pooled(1).RawRowView(0); !slices.Equal(got, []float64{5}) {
		t.Errorf("%v, want the mean of all", got)
	}
	if got := f.Pooled(3).RawRowView(0); len(got) != 9 || got[4] != 5 {
		t.Errorf("%v, want all places", got)
	}
}

// find is the value of a name at a layer.
func find(t *testing.T, values []Value, name, layer string) Value {
	t.Helper()
	for _, v := range values {
		if v.Name == name && v.Layer == layer && (v.Beside == "" || v.Beside == layer) {
			return v
		}
	}
	t.Fatalf("no value %q at %q", name, layer)
	return Value{}
}

// TestOfItself has a net be alike to itself, and a frozen layer to its parent's.
func TestOfItself(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "B3B")
	r := runner(t, l)
	values := collect(t, r, CKA{Shuffles: 19}, nets...)
	for layer, alike := range map[string]bool{"conv1": true, "conv3": true, "fc7": false} {
		for _, name := range []string{CKABiased, CKAUnbiased, CKAWithin} {
			if x := find(t, values, name, layer).Number(); (math.Abs(x-1) < 1e-4) != alike {
				t.Errorf("%s of %s and its base at %s is %v, frozen: %t", name, nets[1].Net, layer, x, alike)
			}
		}
	}
	if v := find(t, values, CKANull, "conv1"); v.Control != Holds || math.Abs(v.Number()) > 0.1 {
		t.Errorf("shuffled pictures: %+v", v)
	}
	if v := find(t, values, CKAP, "conv1"); v.Number() != 0.05 {
		t.Errorf("p of the same features is %v, want 1 of 20", v.Number())
	}
	values = collect(t, r, Similarity{Grid: 2, Share: 0.99}, nets...)
	if x := find(t, values, "Procrustes distance", "conv2").Number(); math.Abs(x) > 1e-6 {
		t.Errorf("Procrustes distance of the same features is %v", x)
	}
	values = collect(t, r, Path{Points: 5, Resamples: 19}, nets[0], nets[0])
	if x := named(values, Barrier+PathLoss)[0].Number(); x != 0 {
		t.Errorf("the barrier to itself is %v", x)
	}
}

// TestFailedFirst has the controls that fail of all groups before everything else, in their order.
func TestFailedFirst(t *testing.T) {
	l := small(t)
	nets := trained(t, l, "baseB", "baseA", "B3B")
	values := collect(t, runner(t, l), Stitch{}, nets...)
	fails := 0
	for i, v := range values {
		if v.Control == Fails {
			fails++
			if fails != i+1 {
				t.Fatalf("a control that fails stands behind others: %d %+v", i, v)
			}
		}
	}
	if fails == 0 {
		t.Error("no control fails in nets that hardly learned, so that nothing was shown")
	}
}

// TestGroups refuses too few nets and probes that there are not.
func TestGroups(t *testing.T) {
	l := small(t)
	r := runner(t, l)
	net := trained(t, l, "baseB")
	for _, err := range r.Run(t.Context(), CKA{}, net...) {
		if err == nil || !strings.Contains(err.Error(), "want 2 at least") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := Named("ckb"); err == nil || !strings.Contains(err.Error(), "want one of cka, procrustes") {
		t.Errorf("error %v", err)
	}
	if _, err := NewRunner(l, 5); err == nil || !strings.Contains(err.Error(), "10 at least") {
		t.Errorf("error %v", err)
	}
}
