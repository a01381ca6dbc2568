package transfer

import "testing"

// TestInitial has what a net began with be drawn again from its seed, and its lower layers be its parent's.
func TestInitial(t *testing.T) {
	cfg := tiny(t)
	l := lab(t, cfg)
	r, err := l.Train(t.Context(), net(t, "B3B"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := l.Initial(t.Context(), r.Net)
	if err != nil {
		t.Fatal(err)
	}
	after := weightsOf(t, cfg.Store, r)
	if prefix(t, cfg.Arch, w, 3) != prefix(t, cfg.Arch, after, 3) {
		t.Error("layers 1 to 3 are not the parent's")
	}
	first, err := cfg.Arch.Init(r.Net.stream("init"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/net/conv4/weights", "/net/fc7/weights"} {
		if w[path].Data[0] != first[path].Data[0] || w[path].Data[0] == after[path].Data[0] {
			t.Errorf("%s is not what the seed gives", path)
		}
	}
	if l.Backend() == nil || l.Store() != cfg.Store {
		t.Error("the lab does not say by what it works")
	}
}
