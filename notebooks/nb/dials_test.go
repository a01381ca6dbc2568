package nb

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet"
	"coadapt/transfer/sweep"
)

// Every dial reaches the configuration, the command of a run in the background, and the Go source of a form.
func TestDials(t *testing.T) {
	l := Open("plain-shapes", Steps(50), Rate(0.01), SecondRate(0.02), SecondSteps(9), PerClass(5), Dropout(0.5), NoLRN())
	_, cfg, err := configure(t.Context(), l.data, l.set)
	if err != nil {
		t.Fatal(err)
	}
	if r := cfg.Recipe; r.Steps != 50 || r.Rate.Base != 0.01 || r.Second == nil || r.Second.Rate != 0.02 ||
		r.Second.Steps != 9 ||
		cfg.PerClass != 5 {
		t.Errorf("recipe %+v, %d pictures a class", r, cfg.PerClass)
	}
	_, plain, err := configure(t.Context(), l.data, settings{})
	if err != nil {
		t.Fatal(err)
	}
	_, lrn := gomlxnet.Find[gomlxnet.LRN](cfg.Arch.Blocks[0])
	_, plainLRN := gomlxnet.Find[gomlxnet.LRN](plain.Arch.Blocks[0])
	dropout, _ := gomlxnet.Find[gomlxnet.Dropout](cfg.Arch.Blocks[5])
	if lrn || !plainLRN || dropout.P != 0.5 || cfg.Arch.Outputs(0) != plain.Arch.Outputs(0) {
		t.Errorf("arch %+v beside %+v", cfg.Arch, plain.Arch)
	}
	args := l.command(sweep.Record{})
	for _, want := range []string{"--steps=50", "--rate=0.01", "--rate2=0.02", "--steps2=9", "--per-class=5", "--dropout=0.5", "--no-lrn"} {
		if !slices.Contains(args, want) {
			t.Errorf("the command %q has no %s", args, want)
		}
	}
	if len(Open("plain-shapes").set.options()) != 0 {
		t.Error("a lab as it is has options")
	}
}

func TestWrongDials(t *testing.T) {
	for want, o := range map[string]Option{
		"nb.Rate(NaN)": Rate(math.NaN()), "nb.SecondRate(-1)": SecondRate(-1), "nb.Dropout(1)": Dropout(1), "nb.SecondSteps(-1)": SecondSteps(-1), "nb.PerClass(-2)": PerClass(-2),
	} {
		l := &Lab{data: "shapes"}
		o(&l.set)
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}
