package setup

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// Options are what can be said of an experiment. [Default] has the values that are right where nothing is said; the
// zero Options are not valid.
type Options struct {
	// The data.
	Data      string // a folder, an archive, shapes or plain-shapes
	DataB     string // a second data set, which is task B
	Size      int    // pixels to which pictures are resized; 0: what the net or the data suggests
	Coarse    bool   // CIFAR-100's superclasses
	SkipBad   bool   // leave out pictures that do not decode
	Parts     divide.Parts
	SplitFile string // splits of the user's own
	PerClass  int    // training pictures of each class; 0: all

	// The net.
	Arch       string // a name with options, or a file of JSON
	Widths     string // the miniature's, seven numbers
	Dropout    float64
	NoLRN      bool
	Init       string
	Precision  string
	BaseA      string // a file of weights, which are base A
	Preprocess string // what that net was shown of pictures

	// The training.
	Recipe          string  // mini or 2014
	Epochs          float64 // 0: what suits the data
	Steps, Batch    int     // 0: what suits the data
	Rate            float64 // 0: what suits the data
	Schedule        string
	Warmup          int
	Momentum, Decay float64
	NoAugment       bool
	Rate2           float64 // of the second training; 0: Rate
	Steps2          int     // of the second training; 0: as many as of the first
}

// Mini is the architecture of the default experiment, which has dials of its own; Recipe2014 the paper's recipe.
const (
	Mini       = "mini"
	Recipe2014 = "2014"
)

// Default is the default experiment.
func Default() Options {
	return Options{Data: "plain-shapes", Arch: Mini, Init: "he", Precision: "float32", Recipe: Mini, Schedule: "poly",
		Momentum: 0.9, Decay: 0.0005}
}

// Fault is what is wrong with an option.
type Fault struct {
	Option string // its flag, without dashes
	Value  string // as it was given; "" where it is not the value alone
	Err    error
}

// Error is "-rate -1: want ..." or "-widths: a dial of ...".
func (f *Fault) Error() string {
	if f.Value == "" {
		return fmt.Sprintf("-%s: %v", f.Option, f.Err)
	}
	return fmt.Sprintf("-%s %s: %v", f.Option, f.Value, f.Err)
}

// Unwrap is what is wrong.
func (f *Fault) Unwrap() error { return f.Err }

func fault(option string, value any, format string, args ...any) error {
	f := &Fault{Option: option, Err: fmt.Errorf(format, args...)}
	switch value := value.(type) {
	case nil:
	case string:
		f.Value = strconv.Quote(value)
	default:
		f.Value = fmt.Sprint(value)
	}
	return f
}

// flag is an option as the command line takes it. Its default is the present value.
type flag struct {
	to         any // *string, *int, *float64 or *bool
	name, help string
}

func define(fl *pflag.FlagSet, flags []flag) {
	for _, f := range flags {
		switch to := f.to.(type) {
		case *string:
			fl.StringVar(to, f.name, *to, f.help)
		case *int:
			fl.IntVar(to, f.name, *to, f.help)
		case *float64:
			fl.Float64Var(to, f.name, *to, f.help)
		case *bool:
			fl.BoolVar(to, f.name, *to, f.help)
		default:
			panic(fmt.Sprintf("flag %s is of %T", f.name, to))
		}
	}
}

// Flags defines a flag for each option; their defaults are o's present values.
func (o *Options) Flags(fl *pflag.FlagSet) {
	define(fl, []flag{
		{&o.Recipe, "recipe", "mini, or 2014: CaffeNet on 227 px of 256, 450,000 steps of 256 images, 1000 outputs"},
		{&o.Arch, "arch",
			"the net: " + strings.Join(nets.Names(), ", ") + ", with options as in resnet20:depth=32, or a " +
				"FILE.json;\nits cuts lie between its blocks, coadapt arch NAME --cuts lists them"},
		{&o.Data, "data", strings.Join(formats.Specs(), ", ") + ", or a folder, .zip or .tar.gz with CIFAR's " +
			"binary files or\ntrain/<class>/ and test/ or val/<class>/"},
		{&o.SplitFile, "split-file",
			"`FILE` with a split of your own: classes, or patterns such as animal_*, one a line, below a line [A] " +
				"and below a\nline [B]; its nets are called as the file is, such as animals/A3B, or by a line name: " +
				"animals"},
		{&o.DataB, "data-b", "a second data set: all classes of --data are task A, all of this are task B (split " +
			dataset.PairSplit + ")"},
		{&o.BaseA, "base-a", "`FILE` of weights of --arch, as .safetensors or .caffemodel: base A is this net, and " +
			"all classes of the data\nare task B (split " + transfer.PretrainedSplit + ")"},
		{&o.Preprocess, "preprocess", "what the net of --base-a was shown of pictures: " +
			strings.Join(transfer.PreprocessingNames(), ", ") + ", or a FILE.json such as\n" +
			`{"mean": [123.7, 116.3, 103.5], "std": [58.4, 57.1, 57.4], "bgr": false} of pixels 0..255`},
		{&o.Epochs, "epochs", "passes over the training images (default: 3 for shapes, 15 for others)"},
		{&o.Steps, "steps", "steps of every net, in place of epochs"},
		{&o.Batch, "batch", "images of a step (default: 16 below 20,000 training pictures, else 64)"},
		{&o.Rate, "rate", "learning rate at the first step; it falls in a line to zero (default: 0.005 below 20,000 " +
			"training pictures, else 0.01)"},
		{&o.Dropout, "dropout", "probability with which outputs of fc6 and fc7 are dropped in training"},
		{&o.NoLRN, "no-lrn", "leave out the response normalisation behind conv1 and conv2"},
		{&o.NoAugment, "no-augment", "show pictures as they are, neither shifted nor mirrored (shapes never are)"},
		{&o.Init, "init", "initial values: he (variance 2/fan-in), gauss (standard deviation 0.01), or caffe " +
			"(CaffeNet's, with its biases of 1)"},
		{&o.Momentum, "momentum", "of the solver, from 0 to below 1"},
		{&o.Decay, "decay", "weight decay of the solver"},
		{&o.Schedule, "schedule", "how the rate goes: poly (in a line to zero) or fixed"},
		{&o.Warmup, "warmup", "steps over which the rate rises to its first value"},
		{&o.Rate2, "rate2",
			"rate of the second training, that of nets which begin from a base's layers (default: --rate)"},
		{&o.Steps2, "steps2", "steps of the second training (default: as many as of the first)"},
		{&o.PerClass, "per-class", "train on the first `N` images of each class only, of a superclass on those of " +
			"its classes in turn (0: all)"},
		{&o.Size, "size", "pixels to which images are resized, at least 16 (default: 32; shapes: as drawn)"},
		{&o.Widths, "widths", "widths of conv1 to conv5, fc6 and fc7 (default 24,48,64,64,48,192,192)"},
		{&o.Precision, "precision", "float32, or bfloat16: activations, and the weights they meet, of 16 bits, where " +
			"the machine multiplies them faster"},
		{&o.Coarse, "coarse", "CIFAR-100: classes are the 20 superclasses"},
		{&o.SkipBad, "skip-bad", "leave out pictures that do not decode, and name them, instead of stopping"},
	})
	PartFlags(&o.Parts, fl)
}

// Args are the flags that make of [Default] what o is, in the order of their names, such as "--steps=300".
func (o Options) Args() []string {
	was, is, std := pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError), Default()
	std.Flags(was)
	o.Flags(is)
	var args []string
	is.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.DefValue == was.Lookup(f.Name).DefValue:
		case f.Value.Type() == "bool":
			args = append(args, "--"+f.Name) // none of them is true by default
		default:
			args = append(args, "--"+f.Name+"="+f.DefValue)
		}
	})
	return args
}

// Said reports whether an option, by its flag's name, has another value than the default experiment's.
func (o Options) Said(option string) bool {
	for _, a := range o.Args() {
		if name, _, _ := strings.Cut(strings.TrimPrefix(a, "--"), "="); name == option {
			return true
		}
	}
	return false
}

// Files are the options that name files, or may: those that do are changed by f.
func (o *Options) Files(f func(path string) (string, error)) error {
	for path, file := range map[*string]bool{
		&o.Data: !shapes.Is(o.Data), &o.DataB: !shapes.Is(o.DataB), &o.SplitFile: true, &o.Parts.Groups: true,
		&o.BaseA: true, &o.Arch: isFile(o.Arch), &o.Preprocess: isFile(o.Preprocess),
	} {
		if !file || *path == "" {
			continue
		}
		now, err := f(*path)
		if err != nil {
			return err
		}
		*path = now
	}
	return nil
}

func isFile(name string) bool { return strings.HasSuffix(name, ".json") }

// Config opens the data, which may take long, and says how nets are trained on it. say hears what data sets hold.
// Backend, store and progress are left to the caller.
func (o Options) Config(ctx context.Context, say func(dataset.Source)) (transfer.Config, error) {
	fail := func(err error) (transfer.Config, error) { return transfer.Config{}, err }
	if err := o.Check(); err != nil {
		return fail(err)
	}
	n, err := o.net()
	if err != nil {
		return fail(err)
	}
	src, err := o.source(ctx, n.size, say)
	if err != nil {
		return fail(err)
	}
	cfg, err := o.trained(src, n)
	if err != nil {
		return fail(err)
	}
	if cfg.Pretrained, err = o.pretrained(cfg.Arch); err != nil {
		return fail(err)
	}
	if cfg.Splits, err = transfer.OwnSplits(o.SplitFile, src); err != nil {
		return fail(fault("split-file", nil, "%w", err))
	}
	if o.SkipBad {
		cfg.Bad = dataset.BadSkips
	}
	cfg.PerClass = o.PerClass
	return cfg, nil
}
