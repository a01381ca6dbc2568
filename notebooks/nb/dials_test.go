package nb

import (
	"math"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
	"coadapt/transfer/setup"
	"coadapt/transfer/sweep"
)

// Every dial reaches the configuration, the command of a run in the background, and the Go source of a form.
func TestDials(t *testing.T) {
	l := Open(
		"plain-shapes",
		Steps(50),
		Rate(0.01),
		SecondRate(0.02),
		SecondSteps(9),
		PerClass(5),
		Dropout(0.5),
		NoLRN(),
	)
	cfg, err := configure(t.Context(), l.set)
	if err != nil {
		t.Fatal(err)
	}
	if r := cfg.Recipe; r.Steps != 50 || r.Rate.Base != 0.01 || r.Second == nil || r.Second.Rate != 0.02 ||
		r.Second.Steps != 9 ||
		cfg.PerClass != 5 {
		t.Errorf("recipe %+v, %d pictures a class", r, cfg.PerClass)
	}
	plain, err := configure(t.Context(), with(t, "plain-shapes").set)
	if err != nil {
		t.Fatal(err)
	}
	_, lrn := arch.Find[op.LRN](cfg.Arch.Blocks[0])
	_, plainLRN := arch.Find[op.LRN](plain.Arch.Blocks[0])
	dropout, _ := arch.Find[op.Dropout](cfg.Arch.Blocks[5])
	if lrn || !plainLRN || dropout.P != 0.5 || cfg.Arch.Outputs(0) != plain.Arch.Outputs(0) {
		t.Errorf("arch %+v beside %+v", cfg.Arch, plain.Arch)
	}
	args := l.command(sweep.Record{})
	for _, want := range []string{"--steps=50", "--rate=0.01", "--rate2=0.02", "--steps2=9", "--per-class=5",
		"--dropout=0.5", "--no-lrn"} {
		if !slices.Contains(args, want) {
			t.Errorf("the command %q has no %s", args, want)
		}
	}
	if len(Open("plain-shapes").set.source()) != 0 {
		t.Error("a lab as it is has options")
	}
}

// unchecked is a lab that nobody has looked at.
func unchecked(data string, opts ...Option) *Lab {
	l := &Lab{given: data, set: settings{Options: setup.Default()}}
	l.set.Data = data
	for _, o := range opts {
		o(&l.set)
	}
	return l
}

// with is a lab whose options are right.
func with(t *testing.T, data string, opts ...Option) *Lab {
	t.Helper()
	l := unchecked(data, opts...)
	if err := l.check(); err != nil {
		t.Fatal(err)
	}
	return l
}

// opened is a lab with its data, without a store.
func opened(t *testing.T, data string, opts ...Option) *Lab {
	t.Helper()
	l := with(t, data, opts...)
	var err error
	if l.config, err = configure(t.Context(), l.set); err != nil {
		t.Fatal(err)
	}
	l.source = l.config.Source
	return l
}

// Flags of coadapt curve that have no function of their own reach the same places.
func TestFlags(t *testing.T) {
	l := opened(t, "plain-shapes", Flags("--widths=8,8,8,8,8,16,16 --batch 8 --momentum=0.5"), Steps(7))
	if cfg := l.config; cfg.Recipe.Batch != 8 || cfg.Recipe.Momentum != 0.5 || cfg.Recipe.Steps != 7 ||
		cfg.Arch.Outputs(0) != 8 {
		t.Errorf("recipe %+v, %d channels of conv1", cfg.Recipe, cfg.Arch.Outputs(0))
	}
	args := l.command(sweep.Record{})
	for _, want := range []string{"--widths=8,8,8,8,8,16,16", "--batch=8", "--momentum=0.5", "--steps=7"} {
		if !slices.Contains(args, want) {
			t.Errorf("the command %q has no %s", args, want)
		}
	}
	text := strings.Join(l.set.source(), ", ")
	if want := `nb.Steps(7), nb.Flags("--batch=8 --momentum=0.5 --widths=8,8,8,8,8,16,16")`; text != want {
		t.Errorf("source %s, want %s", text, want)
	}
	for want, text := range map[string]string{"unknown flag": "--colour=3", "is no flag": "batch=8",
		"want a number from 0 to below 1": "--momentum=2",
		"nb.Rate(-1)":                     "--rate=-1", "invalid argument": "--batch=many"} {
		if err := unchecked("shapes", Flags(text)).check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func TestWrongDials(t *testing.T) {
	for want, o := range map[string]Option{
		"nb.Rate(NaN)": Rate(math.NaN()), "nb.SecondRate(-1)": SecondRate(-1), "nb.Dropout(1)": Dropout(1),
		"nb.SecondSteps(-1)": SecondSteps(-1), "nb.PerClass(-2)": PerClass(-2),
	} {
		l := unchecked("shapes", o)
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}
