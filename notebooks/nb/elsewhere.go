package nb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
)

// elsewhere is a net other than the miniature, and what task A or its base net is where neither comes from the lab's
// data.
type elsewhere struct {
	Arch       string `json:"arch,omitempty"`
	DataB      string `json:"data_b,omitempty"`
	BaseA      string `json:"base_a,omitempty"`
	Preprocess string `json:"preprocess,omitempty"`
}

// Arch takes another net than the miniature: one that goes by a name, with its options, such as
// "resnet20:shortcut=B", or a file of JSON, as coadapt's -arch.
func Arch(name string) Option { return func(s *settings) { s.elsewhere.Arch = name } }

// DataB is a second data set: all classes of the lab's own are task A, all of this one are task B, as coadapt's -data-b.
// Nets are then pair/A3B and so on.
func DataB(data string) Option { return func(s *settings) { s.elsewhere.DataB = data } }

// BaseA has a file of weights of the net of [Arch] be base A, and all classes of the lab's data task B, as coadapt's
// -base-a. preprocess is what it was shown of pictures: imagenet, caffe, none, or a file of JSON. Nets are then
// pretrained/A3B and so on.
func BaseA(file, preprocess string) Option {
	return func(s *settings) { s.elsewhere.BaseA, s.elsewhere.Preprocess = file, preprocess }
}

// check says what is wrong with the options, and makes paths absolute, as a run in the background starts elsewhere.
func (e *elsewhere) check() error {
	if e.DataB != "" && e.BaseA != "" {
		return errors.New("nb.DataB and nb.BaseA: task A is another data set or that of a pretrained net; leave one of the two out")
	}
	if e.BaseA != "" {
		if _, err := transfer.ReadPreprocessing(e.Preprocess); err != nil {
			return fmt.Errorf("nb.BaseA(%q, %q): %w", e.BaseA, e.Preprocess, err)
		}
	}
	for _, path := range []*string{&e.Arch, &e.BaseA, &e.Preprocess, &e.DataB} {
		file := strings.HasSuffix(*path, ".json") || path == &e.BaseA || path == &e.DataB && !procedural(*path)
		if *path == "" || !file {
			continue
		}
		full, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = full
	}
	_, err := e.arch(0)
	return err
}

// arch is the net for pictures of a size, 0 for its own; the miniature has none.
func (e elsewhere) arch(size int) (a gomlxnet.Arch, err error) {
	if e.Arch == "" {
		return a, nil
	}
	if a, err = gomlxnet.OpenArch(e.Arch, 0, size); err != nil {
		return a, fmt.Errorf("nb.Arch: %w", err)
	}
	return a, nil
}

// cuts are those that nets of the lab have.
func (s settings) cuts() int {
	if a, err := s.elsewhere.arch(0); err == nil && s.elsewhere.Arch != "" {
		return a.Cuts()
	}
	return cuts()
}

// split is the only one that there is, "" where there are several.
func (e elsewhere) split() string {
	switch {
	case e.DataB != "":
		return dataset.PairSplit
	case e.BaseA != "":
		return transfer.PretrainedSplit
	}
	return ""
}

// source is the data of both tasks.
func (e elsewhere) source(ctx context.Context, src dataset.Source, opt dataset.Options) (dataset.Source, error) {
	if e.DataB == "" {
		return src, nil
	}
	pair, err := dataset.OpenPair(ctx, src, e.DataB, opt)
	if err != nil {
		return nil, fmt.Errorf("nb.DataB: %w", err)
	}
	return pair, nil
}

// turn has cfg be of the net and the base A that were chosen.
func (e elsewhere) turn(cfg *transfer.Config) error {
	if e.Arch != "" {
		size, _, _ := cfg.Source.Shape()
		arch, err := e.arch(size)
		if err != nil {
			return err
		}
		cfg.Arch = arch
	}
	if e.BaseA == "" {
		return nil
	}
	pre, err := transfer.ReadPreprocessing(e.Preprocess)
	if err == nil {
		cfg.Pretrained, err = transfer.ReadPretrained(e.BaseA, cfg.Arch, pre)
	}
	if err != nil {
		return fmt.Errorf("nb.BaseA: %w", err)
	}
	return nil
}

// options are those that were given, as flags of coadapt and as Go.
func (e elsewhere) options() (out []option) {
	if e.Arch != "" {
		out = append(out, option{"--arch=" + e.Arch, fmt.Sprintf("nb.Arch(%q)", e.Arch)})
	}
	if e.DataB != "" {
		out = append(out, option{"--data-b=" + e.DataB, fmt.Sprintf("nb.DataB(%q)", e.DataB)})
	}
	if e.BaseA != "" {
		out = append(out, option{"--base-a=" + e.BaseA, fmt.Sprintf("nb.BaseA(%q, %q)", e.BaseA, e.Preprocess)},
			option{"--preprocess=" + e.Preprocess, ""})
	}
	return out
}

// named is what a stamp says of it: names of files alone.
func (e elsewhere) named() elsewhere {
	for _, path := range []*string{&e.Arch, &e.BaseA, &e.Preprocess, &e.DataB} {
		if *path != "" && !procedural(*path) {
			*path = filepath.Base(*path)
		}
	}
	return e
}

// known says that it can be had again without a file.
func (e elsewhere) known() bool {
	return e.BaseA == "" && (e.DataB == "" || procedural(e.DataB)) && !strings.HasSuffix(e.Arch, ".json")
}
