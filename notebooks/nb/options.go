package nb

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"coadapt/gomlxnet/dataset/divide"
	"coadapt/transfer/setup"

	"github.com/spf13/pflag"
)

// settings are what options change.
type settings struct {
	setup.Options
	stop bool  // a run in the background, when its cell is interrupted
	err  error // of an option that could not be read
}

// Option changes how a Lab trains, or waits. What has no function of its own is said by [Flags].
type Option func(*settings)

// Flags takes any flags of coadapt curve that say what nets are trained on and how, such as
// "--widths=16,24,24,24,24,64,64 --batch=32". coadapt curve --help lists them. A value with spaces or quotes in it is
// quoted as in a shell: "--split-file='my classes.txt'".
func Flags(text string) Option {
	return func(s *settings) {
		words, err := shellWords(text)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("nb.Flags(%q): %w", text, err))
			return
		}
		fl := pflag.NewFlagSet("nb.Flags", pflag.ContinueOnError)
		fl.Usage = func() {}
		s.Flags(fl)
		if err := fl.Parse(words); err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("nb.Flags(%q): %w", text, err))
		} else if fl.NArg() > 0 {
			s.err = errors.Join(s.err,
				fmt.Errorf("nb.Flags(%q): %q is no flag; want flags as coadapt curve has them, such as --batch=32",
					text, fl.Arg(0)))
		}
	}
}

// Epochs has every net see the training images e times (default: 3 for shapes, 15 for others), as coadapt's -epochs.
func Epochs(e int) Option { return func(s *settings) { s.Epochs = float64(e) } }

// Steps gives every net n steps in place of epochs, as coadapt's -steps.
func Steps(n int) Option { return func(s *settings) { s.Steps = n } }

// Rate is the learning rate at which a training begins, as coadapt's -rate.
func Rate(rate float64) Option { return func(s *settings) { s.Rate = rate } }

// SecondRate is the rate of the second training alone, that of nets which begin from a base's layers: -rate2. Base nets
// stay as they are.
func SecondRate(rate float64) Option { return func(s *settings) { s.Rate2 = rate } }

// SecondSteps is the number of steps of the second training alone: -steps2.
func SecondSteps(n int) Option { return func(s *settings) { s.Steps2 = n } }

// PerClass trains on the first n pictures of each class: -per-class.
func PerClass(n int) Option { return func(s *settings) { s.PerClass = n } }

// Dropout drops so large a share of the values of fc6 and fc7 in training: -dropout.
func Dropout(share float64) Option { return func(s *settings) { s.Dropout = share } }

// NoLRN leaves out the response normalisation behind conv1 and conv2: -no-lrn.
func NoLRN() Option { return func(s *settings) { s.NoLRN = true } }

// SkipBad leaves out pictures that cannot be read, and names them, instead of stopping, as coadapt's -skip-bad.
func SkipBad() Option { return func(s *settings) { s.SkipBad = true } }

// TestShare tests on this share of each class's pictures, such as 0.2, where the data is not divided into train/ and
// test/, as coadapt's -test-share.
func TestShare(share float64) Option { return func(s *settings) { s.Parts.TestShare = share } }

// Fold divides all pictures into k parts that are alike and tests on part i, 1 to k, as coadapt's -folds and -fold.
func Fold(i, k int) Option { return func(s *settings) { s.Parts.Fold, s.Parts.Folds = i, k } }

// PartSeed is another choice of pictures for TestShare and Fold, as coadapt's -part-seed.
func PartSeed(seed int) Option { return func(s *settings) { s.Parts.Seed = seed } }

// Groups keeps the pictures of a group in one part: file is a .csv with a line file,group for each picture, as
// coadapt's
// -groups.
func Groups(file string) Option { return func(s *settings) { s.Parts.Groups = file } }

// SplitFile divides the classes as a file says, with classes or patterns such as animal_*, one a line, below a line
// [A] and below a line [B], as coadapt's -split-file. Grids then are of its splits unless they name others.
func SplitFile(file string) Option { return func(s *settings) { s.SplitFile = file } }

// Arch takes another net than the miniature: one that goes by a name, with its options, such as
// "resnet20:shortcut=B", or a file of JSON, as coadapt's -arch.
func Arch(name string) Option { return func(s *settings) { s.Arch = name } }

// DataB is a second data set: all classes of the lab's own are task A, all of this one are task B, as coadapt's
// -data-b. Nets are then pair/A3B and so on.
func DataB(data string) Option { return func(s *settings) { s.DataB = data } }

// BaseA has a file of weights of the net of [Arch] be base A, and all classes of the lab's data task B, as coadapt's
// -base-a. preprocess is what it was shown of pictures: imagenet, caffe, none, or a file of JSON. Nets are then
// pretrained/A3B and so on.
func BaseA(file, preprocess string) Option {
	return func(s *settings) { s.BaseA, s.Preprocess = file, preprocess }
}

// option is a function that says what flags say, with their values as its arguments.
type option struct {
	name  string
	flags []string
}

// inOptions are all of them, in the order in which source writes them.
var inOptions = []option{
	{
		"Epochs",
		[]string{"epochs"},
	}, {"Steps", []string{"steps"}}, {"Rate", []string{"rate"}}, {"SecondRate", []string{"rate2"}},
	{"SecondSteps", []string{"steps2"}}, {"PerClass", []string{"per-class"}}, {"Dropout", []string{"dropout"}},
	{"NoLRN", []string{"no-lrn"}}, {"TestShare", []string{"test-share"}}, {"Fold", []string{"fold", "folds"}},
	{"PartSeed", []string{"part-seed"}}, {"Groups", []string{"groups"}}, {"SplitFile", []string{"split-file"}},
	{
		"Arch",
		[]string{"arch"},
	}, {"DataB", []string{"data-b"}}, {"BaseA", []string{"base-a", "preprocess"}}, {"SkipBad", []string{"skip-bad"}},
}

// check says what is wrong with the options, and makes names of files absolute.
func (s *settings) check() error {
	if s.err != nil {
		return s.err
	}
	if err := s.Check(); err != nil {
		return inGo(err)
	}
	if err := s.Files(filepath.Abs); err != nil {
		return err
	}
	if s.Parts.Groups != "" {
		if _, err := divide.ReadGroups(s.Parts.Groups); err != nil {
			return fmt.Errorf("nb.Groups: %w", err)
		}
	}
	if _, err := s.ownSplits(); err != nil {
		return err
	}
	_, err := s.Cuts()
	return inGo(err)
}

// inGo names options as a notebook does.
func inGo(err error) error {
	var f *setup.Fault
	if !errors.As(err, &f) {
		return err
	}
	text := mentioned.ReplaceAllStringFunc(f.Err.Error(), func(flag string) string {
		if o, ok := optionOf(flag[2:]); ok {
			return " nb." + o.name
		}
		return flag
	})
	o, ok := optionOf(f.Option)
	switch {
	case !ok:
		return fmt.Errorf("nb.Flags: %w", err)
	case f.Value == "":
		return fmt.Errorf("nb.%s: %s", o.name, text)
	case len(o.flags) > 1:
		return fmt.Errorf("nb.%s, %s %s: %s", o.name, f.Option, f.Value, text)
	}
	return fmt.Errorf("nb.%s(%s): %s", o.name, f.Value, text)
}

// mentioned is a flag in a message, with the space before it.
var mentioned = regexp.MustCompile(` -[a-z][a-z0-9-]*`)

// optionOf is the function that says what a flag says.
func optionOf(flag string) (option, bool) {
	for _, o := range inOptions {
		if slices.Contains(o.flags, flag) {
			return o, true
		}
	}
	return option{}, false
}

// cuts are those that nets of the lab have.
func (s settings) cuts() int {
	if n, err := s.Cuts(); err == nil {
		return n
	}
	return cuts() // check has said what is wrong
}

// source is Go for the options that were given, in one order; the data are not among them.
func (s settings) source() []string {
	said := map[string]string{}
	for _, a := range s.Args() {
		flag, value, some := strings.Cut(strings.TrimPrefix(a, "--"), "=")
		if !some {
			value = "true"
		}
		said[flag] = value
	}
	delete(said, "data")
	var out []string
	for _, o := range inOptions {
		if _, ok := said[o.flags[0]]; !ok {
			continue
		}
		var values []string
		for _, flag := range o.flags {
			value := said[flag]
			if _, err := strconv.ParseFloat(value, 64); err != nil && value != "true" {
				value = strconv.Quote(value)
			}
			if value != "true" {
				values = append(values, value)
			}
			delete(said, flag)
		}
		out = append(out, fmt.Sprintf("nb.%s(%s)", o.name, strings.Join(values, ", ")))
	}
	var others []string
	for _, a := range s.Args() {
		if flag, _, _ := strings.Cut(strings.TrimPrefix(a, "--"), "="); said[flag] != "" {
			others = append(others, a)
		}
	}
	if len(others) > 0 {
		out = append(out, fmt.Sprintf("nb.Flags(%q)", shellText(others)))
	}
	return out
}
