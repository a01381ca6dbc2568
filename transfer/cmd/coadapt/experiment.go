package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/kernel-setup/home"
	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/spf13/cobra"
)

// experimentFlags are those that say which nets, of what data, trained how and kept where.
type experimentFlags struct {
	data, split, seeds, treatments, cuts, widths string
	backend, store, grid, recipe, nets, join     string
	precision                                    string
	size, batch, steps, perClass, workers        int
	devices, together                            int
	epochs, rate                                 float64
	parts                                        partFlags
	dials                                        dials
	elsewhere                                    elsewhere
	own                                          ownSplits
	archName                                     string
	arch                                         gomlxnet.Arch // of archName, where that is not the miniature
	options                                      []byte        // of archName, where it is
	coarse, skipBad                              bool
	checkpoint                                   time.Duration
}

// defaultGrid is that of curve, run and plan, so that plan prices what the others train.
const defaultGrid = "curve"

// flags defines them; grid is the default of -grid.
func (f *experimentFlags) flags(c *cobra.Command, grid string) {
	fl := c.Flags()
	fl.StringVar(&f.grid, "grid", grid, "which nets: curve (tested on B), "+grids)
	fl.StringVar(
		&f.nets,
		"nets",
		"",
		"just these, with commas and in the paper's notation, such as 0/A3B,0/B3B,whole/R2,whole/base@50",
	)
	fl.StringVar(
		&f.recipe,
		"recipe",
		"mini",
		"mini, or 2014: CaffeNet on 227 px of 256, 450,000 steps of 256 images, 1000 outputs",
	)
	fl.StringVar(
		&f.archName,
		"arch",
		mini,
		"the net: "+strings.Join(gomlxnet.Names(), ", ")+", with options as in resnet20:depth=32, or a FILE.json;\n"+
			"its cuts lie between its blocks, coadapt arch NAME --cuts lists them",
	)
	fl.StringVar(
		&f.data,
		"data",
		"plain-shapes",
		"plain-shapes, shapes, shapes:classes=20,train=100,..., or a folder, .zip or .tar.gz with CIFAR's binary files or\ntrain/<class>/ and test/ or val/<class>/",
	)
	fl.StringVar(
		&f.split,
		"splits",
		"0",
		"splits of the classes: seeds of random halves, natman (natural against man-made) or those of --split-file, with commas",
	)
	f.own.flags(fl)
	f.elsewhere.flags(fl)
	fl.StringVar(&f.seeds, "seeds", "0", "replicates, such as 0, 0,1 or 0-4")
	fl.StringVar(&f.treatments, "conditions", "BnB,BnB+,AnB,AnB+,RnB", "conditions beside the base nets, with commas")
	fl.StringVarP(&f.cuts, "cuts", "n", "", "cuts: layers 1..n come from elsewhere (default: all of them, 1-7 of mini)")
	fl.Float64Var(&f.epochs, "epochs", 0, "passes over the training images (default: 3 for shapes, 15 for others)")
	fl.IntVar(&f.steps, "steps", 0, "steps of every net, in place of epochs")
	fl.IntVar(&f.batch, "batch", 0, "images of a step (default: 16 below 20,000 training pictures, else 64)")
	fl.Float64Var(
		&f.rate,
		"rate",
		0,
		"learning rate at the first step; it falls in a line to zero (default: 0.005 below 20,000 training pictures, else 0.01)",
	)
	f.dials.flags(fl)
	fl.IntVar(
		&f.perClass,
		"per-class",
		0,
		"train on the first `N` images of each class only, of a superclass on those of its classes in turn (0: all)",
	)
	fl.IntVar(&f.size, "size", 0, "pixels to which images are resized, at least 16 (default: 32; shapes: as drawn)")
	fl.StringVar(&f.widths, "widths", "", "widths of conv1 to conv5, fc6 and fc7 (default 24,48,64,64,48,192,192)")
	fl.StringVar(
		&f.precision,
		"precision",
		"float32",
		"float32, or bfloat16: activations, and the weights they meet, of 16 bits, where the machine multiplies them faster",
	)
	fl.BoolVar(&f.coarse, "coarse", false, "CIFAR-100: classes are the 20 superclasses")
	fl.BoolVar(&f.skipBad, "skip-bad", false, "leave out pictures that do not decode, and name them, instead of stopping")
	f.parts.flags(fl)
	fl.IntVar(
		&f.workers,
		"workers",
		0,
		"nets trained beside each other (default: one a core, for two where the net is large, at most 4, and at least one a GPU)",
	)
	fl.IntVar(
		&f.devices,
		"devices",
		0,
		"devices that train a net together, each on its part of every batch (default: 1, other workers on other devices)",
	)
	fl.IntVar(
		&f.together,
		"together",
		0,
		"nets that each worker trains in one graph, where they are too small to fill a GPU (default: 1)",
	)
	fl.DurationVar(&f.checkpoint, "checkpoint", 30*time.Second, "how often a net in training keeps where it is")
	fl.StringVar(
		&f.backend,
		"backend",
		"",
		"GoMLX backend, such as xla:cpu, xla:cuda or go (default: the plugin of set-up)",
	)
	fl.StringVar(&f.store, "store", "", "folder of results and weights (default: this clone's)")
	formerly(fl, olderWords)
	c.MarkFlagsMutuallyExclusive("epochs", "steps")
	c.MarkFlagsMutuallyExclusive("nets", "grid")
}

// open checks every flag before anything is decoded or trained.
func (f *experimentFlags) open(
	ctx context.Context,
	stderr io.Writer,
	progress func(transfer.Event),
) (*transfer.Lab, []transfer.Net, *store.Store, error) {
	fail := func(err error) (*transfer.Lab, []transfer.Net, *store.Store, error) { return nil, nil, nil, err }
	cfg, err := f.settled(ctx, stderr)
	if err != nil {
		return fail(err)
	}
	if f.cuts == "" {
		f.cuts = fmt.Sprintf("1-%d", cfg.Arch.Cuts())
	}
	nets, err := f.choose(cfg)
	if err != nil {
		return fail(err)
	}
	h, err := home.Locate()
	if err != nil {
		return fail(err)
	}
	if cfg.Store, err = openStore(h, f.store); err != nil {
		return fail(err)
	}
	backend, notice, err := h.Backend(f.backend)
	if err != nil {
		return fail(err)
	}
	if notice != "" {
		fmt.Fprintln(stderr, "note:", notice)
	}
	if cfg.Backend, err = gomlxnet.OpenBackend(backend); err != nil {
		return fail(err)
	}
	cfg.Progress = progress
	lab, err := transfer.NewLab(cfg)
	return lab, nets, cfg.Store, err
}

// settled checks the flags about data and training, opens the data, and says how nets are trained on it.
func (f *experimentFlags) settled(ctx context.Context, stderr io.Writer) (transfer.Config, error) {
	if err := f.readArch(); err != nil {
		return transfer.Config{}, err
	}
	if f.size == 0 && f.recipe == "2014" {
		f.size = 256
	}
	if f.size == 0 && !dataset.IsShapes(f.data) {
		f.size = 32
	}
	if err := errors.Join(f.parts.check(), f.elsewhere.check()); err != nil {
		return transfer.Config{}, err
	}
	opt := dataset.Options{Size: f.size, Coarse: f.coarse, Parts: f.parts.Parts}
	if f.skipBad {
		opt.Bad = dataset.BadSkips
	}
	src, err := dataset.Open(ctx, f.data, opt)
	if err != nil {
		return transfer.Config{}, err
	}
	survey(stderr, src)
	if src, err = f.elsewhere.pair(ctx, stderr, src, opt); err != nil {
		return transfer.Config{}, err
	}
	f.split = f.elsewhere.splits(f.split)
	cfg, err := f.config(src)
	if err != nil {
		return cfg, err
	}
	if cfg.Pretrained, err = f.elsewhere.pretrained(cfg.Arch); err != nil {
		return cfg, err
	}
	cfg.Splits, err = f.own.of(src, &f.split)
	return cfg, err
}

// choose are the nets that the flags ask for, each one that the data and the architecture can have.
func (f *experimentFlags) choose(cfg transfer.Config) ([]transfer.Net, error) {
	arch := cfg.Arch
	seeds, err := numbers("seeds", f.seeds, 0, 1<<30)
	if err != nil {
		return nil, err
	}
	ts, err := treatments("conditions", f.treatments)
	if err != nil {
		return nil, err
	}
	cuts, err := numbers("cuts", f.cuts, 1, arch.Cuts())
	if err != nil {
		return nil, err
	}
	var nets []transfer.Net
	flag := "-grid"
	switch {
	case f.nets != "":
		flag = "-nets"
		for _, name := range transfer.Words(f.nets) {
			n, err := transfer.ParseNet(name)
			if err != nil {
				return nil, fmt.Errorf("-nets: %w", err)
			}
			nets = append(nets, n)
		}
	case f.grid != "curve":
		planned, err := gridFlags{f.grid, f.split, f.seeds, f.cuts}.planned()
		if err != nil {
			return nil, err
		}
		nets = transfer.Nets(planned)
	default:
		splits, err := f.splits(cfg)
		if err != nil {
			return nil, err
		}
		return transfer.Curve(splits, seeds, ts, cuts), nil
	}
	checked := map[string]bool{transfer.WholeSplit: true}
	for _, n := range nets {
		if n.N > arch.Cuts() {
			return nil, fmt.Errorf(
				"%s: net %s is cut at %d, want 1 to %d, the layers of %s below its last",
				flag,
				n,
				n.N,
				arch.Cuts(),
				arch.Name,
			)
		}
		if checked[n.Split] {
			continue
		}
		if err := cfg.CheckSplit(n.Split); err != nil {
			return nil, fmt.Errorf("%s: net %s: %w", flag, n, err)
		}
		checked[n.Split] = true
	}
	if f.nets == "" {
		return nets, f.own.used(checked)
	}
	return nets, nil
}

// splits are those of -splits, each one that the data can have.
func (f *experimentFlags) splits(cfg transfer.Config) ([]string, error) {
	splits := transfer.Words(f.split)
	if len(splits) == 0 {
		return nil, errors.New("-splits: no split, want seeds of random halves such as 0, or natman")
	}
	checked := map[string]bool{}
	for _, s := range splits {
		if err := cfg.CheckSplit(s); err != nil {
			return nil, fmt.Errorf("-splits: %w", err)
		}
		checked[s] = true
	}
	return splits, f.own.used(checked)
}

// checkGrid refuses flags that a grid settles itself, and words it does not know.
func (f *experimentFlags) checkGrid(c *cobra.Command) error {
	if f.recipe != "mini" && f.recipe != "2014" {
		return fmt.Errorf("-recipe %q: want mini or 2014", f.recipe)
	}
	settled := map[string][]string{"balanced": {"conditions"}, "mini": {"conditions", "splits", "seeds", "cuts"}}
	settled["paper"], settled["random"], settled["scale2014"] = settled["mini"], settled["mini"], settled["mini"]
	if f.nets != "" {
		settled["curve"] = settled["mini"]
	}
	if _, ok := settled[f.grid]; !ok && f.grid != "curve" {
		return fmt.Errorf("-grid %q: want curve, %s", f.grid, grids)
	}
	for _, flag := range settled[f.grid] {
		if c.Flags().Changed(flag) {
			return fmt.Errorf("-%s: -grid %s or -nets settles it; leave one of the two flags out", flag, f.grid)
		}
	}
	if err := f.checkDials(c); err != nil {
		return err
	}
	if f.recipe == "2014" {
		for _, flag := range append([]string{"arch", "epochs", "rate", "widths", "coarse"}, dialNames...) {
			if c.Flags().Changed(flag) {
				return fmt.Errorf("-%s: the recipe of 2014 settles it; leave one of the two flags out", flag)
			}
		}
	}
	return nil
}

// paperConfig is the experiment of 2014, over fewer steps where -steps says so.
func (f *experimentFlags) paperConfig(src dataset.Source) transfer.Config {
	cfg := transfer.PaperConfig(src)
	if f.steps > 0 {
		reduced := cfg.Reduced.Shortened(f.steps)
		cfg.Reduced = &reduced
	}
	if f.batch > 0 {
		cfg.Reduced.Batch = f.batch
	}
	return cfg
}

// config is the miniature's for a source, with what flags change of it.
func (f *experimentFlags) config(src dataset.Source) (transfer.Config, error) {
	for _, n := range []struct {
		flag  string
		value float64
	}{{"epochs", f.epochs}, {"steps", float64(f.steps)}, {"batch", float64(f.batch)}, {"rate", f.rate}, {"per-class", float64(f.perClass)}, {"workers", float64(f.workers)}, {"devices", float64(f.devices)}, {"together", float64(f.together)}} {
		if n.value < 0 {
			return transfer.Config{}, fmt.Errorf("-%s %v: want a number above 0, or 0 for the default", n.flag, n.value)
		}
	}
	if most := src.Len(dataset.Train); f.batch > most {
		return transfer.Config{}, fmt.Errorf(
			"-batch %d: %s has %d training pictures, want at most as many",
			f.batch,
			src.Name(),
			most,
		)
	}
	cfg := transfer.MiniConfig(src)
	switch {
	case f.recipe == "2014":
		cfg = f.paperConfig(src)
	case !f.isMini():
		cfg.Arch = f.arch
	default:
		w, err := widths("widths", f.widths)
		if err != nil {
			return transfer.Config{}, err
		}
		opt := transfer.MiniOptions(src)
		if f.widths != "" {
			opt.Widths = w
		}
		if err := f.dials.arch(&opt); err != nil {
			return transfer.Config{}, err
		}
		if f.options != nil {
			if err := json.Unmarshal(f.options, &opt); err != nil {
				return transfer.Config{}, fmt.Errorf("-arch %s: %w", f.archName, err)
			}
		}
		cfg.Arch = gomlxnet.Mini(cfg.Arch.Classes, opt)
	}
	switch f.precision {
	case "float32":
	case string(gomlxnet.BFloat16):
		cfg.Arch.Precision = gomlxnet.BFloat16
		cfg.Arch.Name += "-" + f.precision
	default:
		return transfer.Config{}, fmt.Errorf("-precision %q: want float32 or %s", f.precision, gomlxnet.BFloat16)
	}
	if f.batch > 0 {
		cfg.Recipe.Batch = f.batch
	}
	if f.rate > 0 {
		cfg.Recipe.Rate.Base = f.rate
	}
	if f.epochs > 0 {
		cfg.Epochs = f.epochs
	}
	if f.steps > 0 {
		cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.Shortened(f.steps)
	}
	if err := f.dials.recipe(&cfg.Recipe); err != nil {
		return transfer.Config{}, err
	}
	cfg.PerClass, cfg.Workers, cfg.Devices, cfg.Together, cfg.Checkpoint = f.perClass, f.workers, f.devices, f.together, f.checkpoint
	if f.skipBad {
		cfg.Bad = dataset.BadSkips
	}
	return cfg, nil
}

// openStore opens the store that a flag names, else the clone's.
func openStore(h home.Home, flag string) (*store.Store, error) {
	if flag == "" {
		flag = h.Store()
	}
	s, err := store.Open(flag)
	if err != nil {
		return nil, err
	}
	return s, setLease(s, os.Getenv(home.EnvLease))
}
