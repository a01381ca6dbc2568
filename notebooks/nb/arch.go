package nb

import (
	"encoding/json"
	"fmt"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
)

// mini is the name of the miniature.
const mini = "mini"

// checkArch says what is wrong with the net's name, its options, or dials that it has not.
func (d dials) checkArch() error {
	if d.Arch == "" {
		return nil
	}
	name, _, err := gomlxnet.ParseName(d.Arch)
	if err == nil {
		_, err = gomlxnet.Named(d.Arch, 0, 0)
	}
	if err != nil {
		return fmt.Errorf("nb.Arch: %w", err)
	}
	if name != mini && (d.Dropout != 0 || d.NoLRN) {
		return fmt.Errorf("nb.Arch(%q): nb.Dropout and nb.NoLRN are dials of mini; leave them out", d.Arch)
	}
	return nil
}

// size is that of the pictures that the net takes, 0 where any will do.
func (d dials) size() int {
	if d.Arch == "" {
		return 0
	}
	name, options, err := gomlxnet.ParseName(d.Arch)
	if err != nil {
		return 0 // check has said so
	}
	if name == mini {
		var opt gomlxnet.MiniOptions
		if options != nil && json.Unmarshal(options, &opt) != nil {
			return 0
		}
		return opt.Size
	}
	a, err := gomlxnet.Named(d.Arch, 0, 0)
	if err != nil {
		return 0
	}
	return a.Size
}

// net is the net for a source: the miniature that suits it, as the dials say, or another.
func (d dials) net(src dataset.Source, classes int) (gomlxnet.Arch, error) {
	name, options, err := gomlxnet.ParseName(d.Arch)
	if err != nil {
		return gomlxnet.Arch{}, fmt.Errorf("nb.Arch: %w", err)
	}
	if name != mini && name != "" {
		return gomlxnet.Named(d.Arch, classes, 0)
	}
	opt := transfer.MiniOptions(src)
	opt.Dropout, opt.NoLRN = d.Dropout, d.NoLRN
	if options != nil {
		if err := json.Unmarshal(options, &opt); err != nil {
			return gomlxnet.Arch{}, fmt.Errorf("nb.Arch(%q): %w", d.Arch, err)
		}
	}
	return gomlxnet.Mini(classes, opt), nil
}

// layers is how many cuts the lab's net has, 0 where it is the miniature of eight layers.
func (l *Lab) layers() int {
	if l.set.dials.Arch == "" {
		return 0
	}
	a, err := gomlxnet.Named(l.set.dials.Arch, 0, 0)
	if err != nil {
		return 0 // check has said so
	}
	return a.Cuts()
}

// atItsCuts is the work with as many cuts as the lab's net has.
func (l *Lab) atItsCuts(w Work) Work {
	n := l.layers()
	switch w := w.(type) {
	case Grid:
		w.layers = n
		return w
	case these:
		if n > 0 {
			return theseUpTo{w, n}
		}
	}
	return w
}

// most is the highest cut that the grid can have.
func (g Grid) most() int {
	if g.layers > 0 {
		return g.layers
	}
	return cuts()
}

// theseUpTo are nets one by one of a net that has so many cuts.
type theseUpTo struct {
	these
	most int
}

// Nets implements Work.
func (t theseUpTo) Nets() ([]transfer.Net, error) { return t.upTo(t.most) }
