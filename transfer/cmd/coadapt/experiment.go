package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/setup"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
	"github.com/spf13/cobra"
)

// trained are the flags that say what nets are trained on, and how.
type trained = setup.Options

// experimentFlags are those that say which nets, of what data, trained how and kept where.
type experimentFlags struct {
	trained
	split, seeds, treatments, cuts string
	splitsGiven                    func() bool
	backend, store, grid, nets     string
	join                           string
	workers, devices, together     int
	bytes                          bool
	checkpoint                     time.Duration
}

// defaultGrid is that of curve, run and plan, so that plan prices what the others train.
const defaultGrid = "curve"

// flags defines them; grid is the default of -grid.
func (f *experimentFlags) flags(c *cobra.Command, grid string) {
	fl := c.Flags()
	fl.StringVar(&f.grid, "grid", grid, "which nets: curve (tested on B), "+grids)
	fl.StringVar(&f.nets, "nets", "",
		"just these, with commas and in the paper's notation, such as 0/A3B,0/B3B,whole/R2,whole/base@50")
	fl.StringVar(&f.split, "splits", "0", "splits of the classes: seeds of random halves, natman (natural against "+
		"man-made) or those of --split-file, with commas")
	f.splitsGiven = func() bool { return fl.Changed("splits") }
	fl.StringVar(&f.seeds, "seeds", "0", "replicates, such as 0, 0,1 or 0-4")
	fl.StringVar(&f.treatments, "conditions", "BnB,BnB+,AnB,AnB+,RnB", "conditions beside the base nets, with commas")
	fl.StringVarP(&f.cuts, "cuts", "n", "", "cuts: layers 1..n come from elsewhere (default: all of them, 1-7 of mini)")
	f.trained = setup.Default()
	f.Flags(fl)
	fl.IntVar(&f.workers, "workers", 0, "nets trained beside each other (default: one a core, for two where the net "+
		"is large, at most 4, and at least one a GPU)")
	fl.IntVar(&f.devices, "devices", 0, "devices that train a net together, each on its part of every batch "+
		"(default: 1, other workers on other devices)")
	fl.IntVar(&f.together, "together", 0,
		"nets that each worker trains in one graph, where they are too small to fill a GPU (default: 1)")
	fl.BoolVar(&f.bytes, "bytes", false,
		"pictures go to the device as bytes, and are cut and normalised there, to the same nets: for GPUs that wait "+
			"for the host")
	fl.DurationVar(&f.checkpoint, "checkpoint", 0,
		"how often a net in training keeps where it is (default: 30s, or thirty times as long as that takes)")
	fl.StringVar(&f.backend, "backend", "",
		"GoMLX backend, such as xla:cpu, xla:cuda or go (default: the plugin of set-up)")
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
	if cfg.Backend, err = f.openBackend(h, stderr); err != nil {
		return fail(err)
	}
	cfg.Progress = progress
	lab, err := transfer.NewLab(cfg)
	return lab, nets, cfg.Store, err
}

// openBackend opens the backend that is asked for, else that of set-up.
func (f *experimentFlags) openBackend(h home.Home, stderr io.Writer) (compute.Backend, error) {
	name, notice, err := plugins.Choose(h, f.backend)
	if err != nil {
		return nil, err
	}
	if notice != "" {
		fmt.Fprintln(stderr, "note:", notice)
	}
	return backend.Open(name)
}

// settled checks the flags about data and training, opens the data, and says how nets are trained on it.
func (f *experimentFlags) settled(ctx context.Context, stderr io.Writer) (transfer.Config, error) {
	for flag, n := range map[string]int{"workers": f.workers, "devices": f.devices, "together": f.together} {
		if n < 0 {
			return transfer.Config{}, fmt.Errorf("-%s %d: want a number above 0, or 0 for the default", flag, n)
		}
	}
	cfg, err := f.Config(ctx, func(src dataset.Source) { survey(stderr, src) })
	if err != nil {
		return cfg, err
	}
	cfg.Workers, cfg.Devices, cfg.Together, cfg.Checkpoint = f.workers, f.devices, f.together, f.checkpoint
	cfg.Bytes = f.bytes
	if only := f.Splits(cfg); only != "" && !f.splitsGiven() {
		f.split = only
	}
	return cfg, nil
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
			return nil, fmt.Errorf("%s: net %s is cut at %d, want 1 to %d, the layers of %s below its last", flag, n,
				n.N, arch.Cuts(), arch.Name)
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
		return nets, f.used(cfg, checked)
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
	return splits, f.used(cfg, checked)
}

// checkGrid refuses flags that a grid settles itself, and words it does not know.
func (f *experimentFlags) checkGrid(c *cobra.Command) error {
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
	return f.Check()
}

// used refuses a split file none of whose splits is asked for. splits are those that are.
func (f *experimentFlags) used(cfg transfer.Config, splits map[string]bool) error {
	var names []string
	for _, s := range cfg.Splits {
		if splits[s.Name] {
			return nil
		}
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("-split-file %s: no net is of its split %s; name it in -splits, leave the flag out, or choose "+
		"-grid curve or balanced", f.SplitFile, strings.Join(names, ", "))
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
