package setup

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
)

// chosen is the net as far as it is known without the data.
type chosen struct {
	arch    arch.Arch // where it is not the miniature
	options []byte    // of the miniature, as JSON; nil: none
	size    int       // of its pictures; 0: the data's
}

// mini says whether the net is the miniature, with options or without.
func (o Options) mini() bool {
	name, _, _ := strings.Cut(o.Arch, ":")
	return name == Mini
}

// Cuts is how many the net has.
func (o Options) Cuts() (int, error) {
	if o.Recipe == Recipe2014 {
		return nets.CaffeNet(2).Cuts(), nil
	}
	n, err := o.net()
	if err != nil {
		return 0, err
	}
	if o.mini() {
		opt, err := o.miniature(n, nets.MiniOptions{})
		if err != nil {
			return 0, err
		}
		return nets.Mini(2, opt).Cuts(), nil
	}
	return n.arch.Cuts(), nil
}

// net reads the architecture, and settles the size of pictures by it.
func (o Options) net() (chosen, error) {
	n := chosen{size: o.Size}
	switch {
	case o.Recipe == Recipe2014:
		return n, nil
	case o.mini():
		return o.readMini()
	}
	size := o.Size
	if isFile(o.Arch) {
		size = 0
	}
	var err error
	if n.arch, err = nets.Open(o.Arch, 0, size); err != nil {
		return n, fault("arch", nil, "%w", err)
	}
	return n, o.takeSize(&n, n.arch.Size)
}

// readMini reads options that follow the miniature's name.
func (o Options) readMini() (n chosen, err error) {
	n.size = o.Size
	if o.Arch == Mini {
		return n, nil
	}
	if _, err := nets.Named(o.Arch, 0, 0); err != nil {
		return n, fault("arch", nil, "%w", err)
	}
	if _, n.options, err = nets.ParseName(o.Arch); err != nil {
		return n, fault("arch", nil, "%w", err)
	}
	var opt nets.MiniOptions
	if err := json.Unmarshal(n.options, &opt); err != nil {
		return n, fault("arch", o.Arch, "%w", err)
	}
	if opt.Size == 0 {
		return n, nil
	}
	return n, o.takeSize(&n, opt.Size)
}

// takeSize has pictures be as large as the net takes them.
func (o Options) takeSize(n *chosen, size int) error {
	if o.Size != 0 && o.Size != size {
		return fault("size", o.Size, "the net of -arch %s takes pictures of %d pixels; leave -size out", o.Arch, size)
	}
	n.size = size
	return nil
}

// miniDials are options that the miniature alone has.
var miniDials = []string{"widths", "dropout", "no-lrn", "init"}

// checkNet refuses dials of the miniature where the net is another, or where its options say the same.
func (o Options) checkNet() error {
	_, options, err := nets.ParseName(o.Arch)
	if err != nil {
		return fault("arch", nil, "%w", err)
	}
	given := map[string]json.RawMessage{}
	if options != nil {
		if err := json.Unmarshal(options, &given); err != nil {
			return fault("arch", o.Arch, "%w", err)
		}
	}
	for _, dial := range miniDials {
		option := strings.ReplaceAll(dial, "-", "_")
		switch {
		case !o.Said(dial):
		case !o.mini():
			return fault(dial, nil, "a dial of -arch mini; a net of -arch %s has its own", o.Arch)
		case given[option] != nil:
			return fault(dial, nil, "-arch %s has the option %s; leave one of the two out", o.Arch, option)
		}
	}
	if !(o.Dropout >= 0 && o.Dropout < 1) {
		return fault("dropout", o.Dropout, "want a probability from 0 to below 1, such as 0.5")
	}
	if _, err := nets.ParseInit(o.Init); err != nil {
		return fault("init", nil, "%w", err)
	}
	if o.Precision != "float32" && o.Precision != string(arch.BFloat16) {
		return fault("precision", o.Precision, "want float32 or %s", arch.BFloat16)
	}
	_, err = ParseWidths("widths", o.Widths)
	return err
}

// arch is the net for pictures of a source.
func (o Options) arch(src dataset.Source, n chosen) (a arch.Arch, err error) {
	a = n.arch
	if o.mini() {
		opt, err := o.miniature(n, transfer.MiniOptions(src))
		if err != nil {
			return a, err
		}
		a = nets.Mini(len(src.Classes()), opt)
	}
	return a, nil
}

// miniature turns its dials, from what suits a source.
func (o Options) miniature(n chosen, opt nets.MiniOptions) (nets.MiniOptions, error) {
	w, err := ParseWidths("widths", o.Widths)
	if err != nil {
		return opt, err
	}
	if o.Widths != "" {
		opt.Widths = w
	}
	opt.Dropout, opt.NoLRN = o.Dropout, o.NoLRN
	if opt.Init, err = nets.ParseInit(o.Init); err != nil {
		return opt, fault("init", nil, "%w", err)
	}
	if n.options != nil {
		if err := json.Unmarshal(n.options, &opt); err != nil {
			return opt, fault("arch", o.Arch, "%w", err)
		}
	}
	return opt, nil
}

// ParseWidths reads seven numbers with commas, the value of a flag; none is the zero widths.
func ParseWidths(flag, text string) (w [7]int, err error) {
	if text == "" {
		return w, nil
	}
	parts := strings.Split(text, ",")
	bad := fault(flag, text,
		"want seven numbers from 1, of conv1 to conv5, fc6 and fc7, such as 24,48,64,64,48,192,192")
	if len(parts) != len(w) {
		return w, bad
	}
	for i, p := range parts {
		if w[i], err = strconv.Atoi(strings.TrimSpace(p)); err != nil {
			return w, bad
		}
	}
	if slices.Min(w[:]) < 1 {
		return w, bad
	}
	return w, nil
}
