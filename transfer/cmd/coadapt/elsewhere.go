package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"

	"github.com/spf13/pflag"
)

// elsewhere is what task A or its base net is where neither comes from the data of task B.
type elsewhere struct {
	dataB, baseA, preprocess string
	asked                    func() bool // whether -splits was given
}

func (e *elsewhere) flags(fl *pflag.FlagSet) {
	fl.StringVar(&e.dataB, "data-b", "", "a second data set: all classes of -data are task A, all of this are task B (split "+dataset.PairSplit+")")
	fl.StringVar(&e.baseA, "base-a", "",
		"`FILE` of weights of -arch, as .safetensors or .caffemodel: base A is this net, and all classes of the data\nare task B (split "+
			transfer.PretrainedSplit+")")
	fl.StringVar(&e.preprocess, "preprocess", "",
		"what the net of -base-a was shown of pictures: "+strings.Join(transfer.PreprocessingNames(), ", ")+
			`, or a FILE.json such as`+"\n"+`{"mean": [123.7, 116.3, 103.5], "std": [58.4, 57.1, 57.4], "bgr": false} of pixels 0..255`)
	e.asked = func() bool { return fl.Changed("splits") }
}

// check refuses flags that do not go together.
func (e *elsewhere) check() error {
	switch {
	case e.dataB != "" && e.baseA != "":
		return fmt.Errorf("-data-b, -base-a: task A is another data set or that of a pretrained net; leave one of the two flags out")
	case e.baseA != "" && e.preprocess == "":
		return fmt.Errorf("-base-a %s: say by -preprocess what the net was shown of pictures: %s, or a FILE.json",
			e.baseA, strings.Join(transfer.PreprocessingNames(), ", "))
	case e.baseA == "" && e.preprocess != "":
		return fmt.Errorf("-preprocess %s: it is about the net of -base-a, and there is none", e.preprocess)
	}
	return nil
}

// pair joins the second data set to the first, resized alike.
func (e *elsewhere) pair(ctx context.Context, stderr io.Writer, src dataset.Source, opt dataset.Options) (dataset.Source, error) {
	if e.dataB == "" {
		return src, nil
	}
	pair, err := dataset.OpenPair(ctx, src, e.dataB, opt)
	if err != nil {
		return nil, fmt.Errorf("-data-b: %w", err)
	}
	survey(stderr, pair.Second())
	return pair, nil
}

// splits are those asked for, or the one that there is.
func (e *elsewhere) splits(asked string) string {
	switch {
	case e.asked():
	case e.dataB != "":
		return dataset.PairSplit
	case e.baseA != "":
		return transfer.PretrainedSplit
	}
	return asked
}

// pretrained reads the net of -base-a; nil where there is none.
func (e *elsewhere) pretrained(arch gomlxnet.Arch) (*transfer.Pretrained, error) {
	if e.baseA == "" {
		return nil, nil
	}
	pre, err := transfer.ReadPreprocessing(e.preprocess)
	if err != nil {
		return nil, fmt.Errorf("-preprocess: %w", err)
	}
	p, err := transfer.ReadPretrained(e.baseA, arch, pre)
	if err != nil {
		return nil, fmt.Errorf("-base-a: %w", err)
	}
	return p, nil
}
