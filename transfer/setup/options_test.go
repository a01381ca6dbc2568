package setup

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// parsed are the options that flags come to.
func parsed(t *testing.T, args ...string) Options {
	t.Helper()
	o := Default()
	fl := pflag.NewFlagSet("test", pflag.ContinueOnError)
	o.Flags(fl)
	if err := fl.Parse(args); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestArgs changes every option by its flag: the flags that Args gives come to the same options, and nothing is left
// out.
func TestArgs(t *testing.T) {
	if args := Default().Args(); len(args) != 0 {
		t.Errorf("the default experiment has the flags %v", args)
	}
	std := Default()
	fl := pflag.NewFlagSet("test", pflag.ContinueOnError)
	std.Flags(fl)
	var all []string
	fl.VisitAll(func(f *pflag.Flag) {
		arg := "--" + f.Name
		switch f.Value.Type() {
		case "bool":
		case "int":
			arg += "=7"
		case "float64":
			arg += "=0.25"
		default:
			arg += "=some,thing"
		}
		all = append(all, arg)
		if o := parsed(t, arg); !slices.Equal(o.Args(), []string{arg}) || !o.Said(f.Name) || std.Said(f.Name) {
			t.Errorf("%s gives %v", arg, o.Args())
		}
	})
	o := parsed(t, all...)
	if back := parsed(t, o.Args()...); back != o {
		t.Errorf("%+v, and by its flags %+v", o, back)
	}
	// Each field has a flag.
	fields := 0
	for i, v := 0, reflect.ValueOf(o); i < v.NumField(); i++ {
		if v.Field(i).Interface() == reflect.ValueOf(std).Field(i).Interface() {
			t.Errorf("no flag changes %s", v.Type().Field(i).Name)
		}
		fields++
	}
	if fields < 25 || len(all) < fields {
		t.Errorf("%d flags for %d fields", len(all), fields)
	}
}

// TestCheck has every refusal by the name of its option.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ option, want, args string }{
		{"recipe", "mini or 2014", "--recipe=1998"},
		{"coarse", "2014 settles it", "--recipe=2014 --coarse"},
		{"widths", "2014 settles it", "--recipe=2014 --widths=1,2,3,4,5,6,7"},
		{"rate", "above 0", "--rate=-1"},
		{"warmup", "above 0", "--warmup=-1"},
		{"epochs", "leave one of the two out", "--steps=3 --epochs=2"},
		{"momentum", "below 1", "--momentum=1"},
		{"decay", "from 0", "--decay=-1"},
		{"schedule", "poly or fixed", "--schedule=cosine"},
		{"test-share", "less than 1", "--test-share=1"},
		{"folds", "2 or more", "--folds=1"},
		{"fold", "want 1 to", "--folds=3 --fold=4"},
		{"part-seed", "0 or more", "--part-seed=-1"},
		{"base-a", "leave one of the two", "--base-a=a --data-b=b --preprocess=none"},
		{"base-a", "say by -preprocess", "--base-a=a"},
		{"preprocess", "there is none", "--preprocess=none"},
		{"dropout", "dial of -arch mini", "--arch=resnet20 --dropout=0.5"},
		{"dropout", "has the option dropout", "--arch=mini:dropout=0.2 --dropout=0.5"},
		{"dropout", "below 1", "--dropout=1"},
		{"init", "xavier", "--init=xavier"},
		{"precision", "float32 or bfloat16", "--precision=int8"},
		{"rate", "at most 1e+38", "--rate=1e39"}, // no float32
		{"steps", "at most 1e+12", "--steps=9223372036854775807"},
		{"decay", "to 1e+38", "--decay=1e39"},
		{"widths", "seven numbers", "--widths=1,2"},
		{"widths", "seven numbers", "--widths=1,2,3,4,5,6,0"},
	} {
		o := parsed(t, strings.Fields(c.args)...)
		err := o.Check()
		var f *Fault
		if !errors.As(err, &f) || f.Option != c.option || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "-"+c.option) {
			t.Errorf("%s: %v, want an error of -%s with %q", c.args, err, c.option, c.want)
		}
	}
	o := parsed(t, "--folds=3")
	if err := o.Check(); err != nil || o.Parts.Fold != 1 {
		t.Errorf("three folds: %v, tested on fold %d, want the first", err, o.Parts.Fold)
	}
}

// TestConfig: each option reaches what it is about.
func TestConfig(t *testing.T) {
	const data = "--data=shapes:classes=4,train=12,test=8,size=24"
	config := func(args ...string) transfer.Config {
		t.Helper()
		seen := 0
		cfg, err := parsed(t, append(args, data)...).Config(t.Context(), func(dataset.Source) { seen++ })
		if err != nil || seen != 1 {
			t.Fatalf("%v: %v, %d sources", args, err, seen)
		}
		return cfg
	}
	plain, cfg := config(), config("--steps=40", "--batch=4", "--rate=0.5", "--momentum=0.3", "--decay=0",
		"--schedule=fixed", "--warmup=3", "--rate2=0.1", "--steps2=9", "--per-class=5", "--skip-bad",
		"--precision=bfloat16", "--widths=4,4,4,4,4,8,8", "--no-lrn")
	r := cfg.Recipe
	if r.Steps != 40 || r.Batch != 4 || r.Rate.Base != 0.5 || r.Rate.Policy != "fixed" || r.Rate.Warmup != 3 ||
		r.Momentum != 0.3 || r.Decay != 0 ||
		r.Second.Rate != 0.1 || r.Second.Steps != 9 || cfg.PerClass != 5 ||
		cfg.Bad != dataset.BadSkips ||
		cfg.Epochs != 0 {
		t.Errorf("%+v, %d pictures a class", r, cfg.PerClass)
	}
	if cfg.Arch.Precision != "bfloat16" || cfg.Arch.Outputs(0) != 4 ||
		len(cfg.Arch.Blocks[0].Ops) >= len(plain.Arch.Blocks[0].Ops) {
		t.Errorf("arch %+v", cfg.Arch)
	}
	if own := transfer.MiniConfig(plain.Source); !reflect.DeepEqual(plain.Recipe, own.Recipe) ||
		!reflect.DeepEqual(plain.Arch, own.Arch) {
		t.Error("without options it is not what suits the source")
	}
	if n, err := parsed(t, "--arch=resnet20").Cuts(); err != nil || n != 10 {
		t.Errorf("resnet20 has %d cuts, %v; want 10", n, err)
	}
	if n, err := parsed(t, "--recipe=2014").Cuts(); err != nil || n != 7 {
		t.Errorf("CaffeNet has %d cuts, %v; want 7", n, err)
	}
}

// TestFiles: options that name files are found, others are left.
func TestFiles(t *testing.T) {
	o := parsed(t, "--data=a/b.zip", "--data-b=shapes", "--arch=net.json", "--base-a=w", "--preprocess=imagenet",
		"--split-file=s", "--groups=g")
	if err := o.Files(func(path string) (string, error) { return filepath.Join("at", path), nil }); err != nil {
		t.Fatal(err)
	}
	if o.Data != filepath.Join("at", "a", "b.zip") || o.DataB != "shapes" ||
		o.Arch != filepath.Join("at", "net.json") ||
		o.BaseA != filepath.Join("at", "w") ||
		o.Preprocess != "imagenet" ||
		o.SplitFile != filepath.Join("at", "s") ||
		o.Parts.Groups != filepath.Join("at", "g") {
		t.Errorf("%+v", o)
	}
	bad := errors.New("bad")
	if err := o.Files(func(string) (string, error) { return "", bad }); !errors.Is(err, bad) {
		t.Errorf("error %v, want that of the function", err)
	}
}

// TestBatchOfTheData: a batch that is larger than the data is refused, by its flag, before memory is taken for it.
func TestBatchOfTheData(t *testing.T) {
	const data = "--data=shapes:classes=4,train=3,test=2,size=24" // 12 training pictures
	for batch, want := range map[string]string{"12": "", "13": "12 training pictures, want at most as many",
		"100000": "-batch 100000"} {
		_, err := parsed(t, data, "--batch="+batch).Config(t.Context(), func(dataset.Source) {})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("-batch %s: %v, want %q", batch, err, want)
		}
	}
}

// TestSmallPictures: pictures of 16 pixels are taken, as -size says.
func TestSmallPictures(t *testing.T) {
	cfg, err := parsed(
		t,
		"--data=shapes:classes=4,train=3,test=2",
		"--size=16",
		"--batch=4",
	).Config(t.Context(), func(dataset.Source) {})
	if err != nil || cfg.Arch.Size != 16 {
		t.Errorf("an arch of %d pixels, %v; want 16", cfg.Arch.Size, err)
	}
}
