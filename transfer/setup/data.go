package setup

import (
	"context"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// PartFlags defines the flags that say which pictures are for testing.
func PartFlags(p *divide.Parts, fl *pflag.FlagSet) {
	define(fl, []flag{
		{&p.TestShare, "test-share",
			"test on this share of each class's pictures, such as 0.2, where the data is not divided into train/ and " +
				"test/"},
		{&p.Folds, "folds",
			"divide all pictures of any data into `K` parts that are alike, those of test/ among them"},
		{&p.Fold, "fold", "with --folds: test on part `I`, 1 to K, and train on the others (default: 1)"},
		{&p.Seed, "part-seed", "with --test-share or --folds: another choice of pictures for each number"},
		{&p.Groups, "groups", "`FILE.csv` with a line file,group for each picture: no group is in both parts; with " +
			"data that is divided already, it is\nonly looked whether one is"},
	})
}

// CheckParts refuses what divides no pictures. Of folds, the first is tested on where none is named.
func CheckParts(p *divide.Parts) error {
	switch {
	case p.TestShare != 0 && !(p.TestShare > 0 && p.TestShare < 1):
		return fault("test-share", p.TestShare, "want more than 0 and less than 1, such as 0.2")
	case p.Folds == 1 || p.Folds < 0:
		return fault("folds", p.Folds, "want 2 or more, such as 5")
	}
	if p.Folds > 0 && p.Fold == 0 {
		p.Fold = 1
	}
	switch {
	case p.Fold < 0 || p.Fold > p.Folds:
		return fault("fold", p.Fold, "want 1 to the number of -folds, which is %d", p.Folds)
	case p.Seed < 0:
		return fault("part-seed", p.Seed, "want 0 or more")
	}
	return nil
}

// source opens the data, resized to a number of pixels, 0 for what suits it.
func (o Options) source(ctx context.Context, size int, say func(dataset.Source)) (dataset.Source, error) {
	switch {
	case size != 0 || shapes.Is(o.Data):
	case o.Recipe == Recipe2014:
		size = 256
	default:
		size = 32
	}
	opt := formats.Options{Size: size, Coarse: o.Coarse, Parts: o.Parts}
	if o.SkipBad {
		opt.Bad = dataset.BadSkips
	}
	src, err := formats.Open(ctx, o.Data, opt)
	if err != nil {
		return nil, err
	}
	say(src)
	if o.DataB == "" {
		return src, nil
	}
	pair, second, err := formats.OpenPair(ctx, src, o.DataB, opt)
	if err != nil {
		return nil, fault("data-b", nil, "%w", err)
	}
	say(second)
	return pair, nil
}

// Splits are those to train where none is asked for, of a configuration that o came to: the only one that there is, or
// those of the split file; "" where it is neither.
func (o Options) Splits(cfg transfer.Config) string {
	switch {
	case o.DataB != "":
		return dataset.PairSplit
	case o.BaseA != "":
		return transfer.PretrainedSplit
	}
	var names []string
	for _, s := range cfg.Splits {
		names = append(names, s.Name)
	}
	return strings.Join(names, ",")
}

// checkElsewhere refuses options about task A that do not go together.
func (o Options) checkElsewhere() error {
	switch {
	case o.DataB != "" && o.BaseA != "":
		return fault("base-a", o.BaseA, "with -data-b, task A is another data set; leave one of the two flags out")
	case o.BaseA != "" && o.Preprocess == "":
		return fault("base-a", o.BaseA, "say by -preprocess what the net was shown of pictures: %s, or a FILE.json",
			strings.Join(transfer.PreprocessingNames(), ", "))
	case o.BaseA == "" && o.Preprocess != "":
		return fault("preprocess", o.Preprocess, "it is about the net of -base-a, and there is none")
	}
	return nil
}

// pretrained reads the net of BaseA; nil where there is none.
func (o Options) pretrained(a arch.Arch) (*transfer.Pretrained, error) {
	if o.BaseA == "" {
		return nil, nil
	}
	pre, err := transfer.ReadPreprocessing(o.Preprocess)
	if err != nil {
		return nil, fault("preprocess", nil, "%w", err)
	}
	p, err := transfer.ReadPretrained(o.BaseA, a, pre)
	if err != nil {
		return nil, fault("base-a", nil, "%w", err)
	}
	return p, nil
}
