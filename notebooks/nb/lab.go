package nb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/kernel-setup/home"
	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/gomlx/backends/default" // the backends that a cell can ask for
	"github.com/janpfeifer/gonb/gonbui"
)

// Lab is the miniature on one data set, in a notebook. It is cheap until a verb needs data, store or backend, so that a package-level
// variable can hold it; its verbs are for one goroutine.
type Lab struct {
	data string
	set  settings

	was    bool // opened, or tried to be
	err    error
	home   home.Home
	store  *store.Store
	source dataset.Source
	config transfer.Config // without a backend
	lab    *transfer.Lab   // of config: it names nets and looks them up
	opened compute.Backend // by backend
	ctx    context.Context
	stop   context.CancelFunc
	live   live
}

// settings are what options change.
type settings struct {
	Epochs, Steps int
	dials         dials
	SkipBad       bool
	parts         dataset.Parts
	SplitFile     string
	elsewhere     elsewhere
	stop          bool // a run in the background, when its cell is interrupted
}

// Option changes how a Lab trains, or waits.
type Option func(*settings)

// Epochs has every net see the training images e times (default: 3 for shapes, 15 for others), as coadapt's -epochs.
func Epochs(e int) Option { return func(s *settings) { s.Epochs = e } }

// Steps gives every net n steps in place of epochs, as coadapt's -steps.
func Steps(n int) Option { return func(s *settings) { s.Steps = n } }

// SkipBad leaves out pictures that cannot be read, and names them, instead of stopping, as coadapt's -skip-bad.
func SkipBad() Option { return func(s *settings) { s.SkipBad = true } }

// TestShare tests on this share of each class's pictures, such as 0.2, where the data is not divided into train/ and test/, as
// coadapt's -test-share.
func TestShare(share float64) Option { return func(s *settings) { s.parts.TestShare = share } }

// Fold divides all pictures into k parts that are alike and tests on part i, 1 to k, as coadapt's -folds and -fold.
func Fold(i, k int) Option { return func(s *settings) { s.parts.Fold, s.parts.Folds = i, k } }

// PartSeed is another choice of pictures for TestShare and Fold, as coadapt's -part-seed.
func PartSeed(seed int) Option { return func(s *settings) { s.parts.Seed = seed } }

// Groups keeps the pictures of a group in one part: file is a .csv with a line file,group for each picture, as coadapt's
// -groups.
func Groups(file string) Option { return func(s *settings) { s.parts.Groups = file } }

// SplitFile divides the classes as a file says, with classes or patterns such as animal_*, one a line, below a line [A] and
// below a line [B], as coadapt's -split-file. Grids then are of its splits unless they name others.
func SplitFile(file string) Option { return func(s *settings) { s.SplitFile = file } }

// Open names the data of a chapter: "shapes", "shapes:classes=20,...", or a path to a folder or archive of pictures. Nothing but the
// name and the options is looked at yet.
func Open(data string, opts ...Option) *Lab {
	l := &Lab{data: data}
	for _, o := range opts {
		o(&l.set)
	}
	if err := l.check(); err != nil {
		fail(err)
	}
	return l
}

// check says what is wrong with the data's name and the options.
func (l *Lab) check() error {
	if l.set.Epochs < 0 || l.set.Steps < 0 {
		return fmt.Errorf("nb.Epochs(%d), nb.Steps(%d): want numbers from 1", l.set.Epochs, l.set.Steps)
	}
	if err := l.set.checkParts(); err != nil {
		return err
	}
	if l.set.Epochs > 0 && l.set.Steps > 0 {
		return errors.New("nb.Epochs and nb.Steps: each settles how long a net trains; leave one of the two out")
	}
	if err := l.set.dials.check(); err != nil {
		return err
	}
	if _, err := l.set.ownSplits(); err != nil {
		return err
	}
	if err := l.set.elsewhere.check(); err != nil {
		return err
	}
	if l.procedural() {
		_, err := dataset.ParseShapes(l.data)
		return err
	}
	path, err := filepath.Abs(l.data)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		where, _ := os.Getwd() // a hint only
		return fmt.Errorf("no data at %q (looked from %s): want \"shapes\", or a folder, .zip or .tar.gz with train/<class>/ and test/<class>/ or CIFAR's binary files", l.data, where)
	}
	l.data = path // a background run starts elsewhere
	return nil
}

func (l *Lab) procedural() bool { return procedural(l.data) }

func procedural(data string) bool { return dataset.IsShapes(data) }

// configure opens data and says how its nets are trained, as coadapt does with the same flags.
func configure(ctx context.Context, data string, set settings) (dataset.Source, transfer.Config, error) {
	size := 32
	if procedural(data) {
		size = 0 // as they are drawn
	}
	opt := dataset.Options{Size: size, Parts: set.parts}
	if set.SkipBad {
		opt.Bad = dataset.BadSkips
	}
	if set.elsewhere.Arch != "" {
		arch, err := set.elsewhere.arch(0)
		if err != nil {
			return nil, transfer.Config{}, err
		}
		opt.Size = arch.Size
	}
	src, err := dataset.Open(ctx, data, opt)
	if err != nil {
		return nil, transfer.Config{}, err
	}
	if src, err = set.elsewhere.source(ctx, src, opt); err != nil {
		return nil, transfer.Config{}, err
	}
	cfg := transfer.MiniConfig(src)
	cfg.Bad = opt.Bad
	if set.Epochs > 0 {
		cfg.Epochs = float64(set.Epochs)
	}
	if set.Steps > 0 {
		cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.Shortened(set.Steps)
	}
	set.dials.turn(&cfg)
	if err := set.elsewhere.turn(&cfg); err != nil {
		return nil, transfer.Config{}, err
	}
	if cfg.Splits, err = transfer.OwnSplits(set.SplitFile, src); err != nil {
		return nil, transfer.Config{}, fmt.Errorf("nb.SplitFile: %w", err)
	}
	return src, cfg, nil
}

// ready opens data and store, once.
func (l *Lab) ready() error {
	if !l.was {
		l.was, l.err = true, l.open()
	}
	return l.err
}

func (l *Lab) open() error {
	var err error
	if l.home, err = home.Locate(); err != nil {
		return err
	}
	if l.store, err = store.Open(l.home.Store()); err != nil {
		return err
	}
	l.listen(patience)
	if l.source, l.config, err = configure(l.ctx, l.data, l.set); err != nil {
		return err
	}
	l.config.Store, l.config.Progress = l.store, l.live.event
	name, notice, err := l.home.Backend("")
	if err != nil {
		return err
	}
	if notice != "" {
		fmt.Fprintln(os.Stderr, notice)
	}
	known := false
	if l.config.Class, known = gomlxnet.ClassOf(name); !known {
		backend, err := l.backend()
		if err != nil {
			return err
		}
		l.config.Class = gomlxnet.BackendClass(backend)
	}
	l.lab, err = transfer.NewLab(l.config)
	return err
}

// backend opens the backend of this clone. What only reads the store has no need of it.
func (l *Lab) backend() (compute.Backend, error) {
	if l.opened != nil {
		return l.opened, nil
	}
	name, _, err := l.home.Backend("")
	if err == nil {
		l.opened, err = gomlxnet.OpenBackend(name)
	}
	return l.opened, err
}

// trainer is a Lab that can train here. The caller closes it.
func (l *Lab) trainer() (*transfer.Lab, error) {
	backend, err := l.backend()
	if err != nil {
		return nil, err
	}
	cfg := l.config
	cfg.Backend = backend
	return transfer.NewLab(cfg)
}

// nets are those of a work, each one that the data can have.
func (l *Lab) nets(w Work) ([]transfer.Net, error) {
	if w == nil {
		return nil, errors.New("no work: want nb.Grid{...} or nb.These(...)")
	}
	w = l.inOwnSplits(w)
	var nets []transfer.Net
	var err error
	if cut, ok := w.(interface {
		nets(cuts int) ([]transfer.Net, error)
	}); ok {
		nets, err = cut.nets(l.set.cuts())
	} else {
		nets, err = w.Nets()
	}
	if err != nil {
		return nil, err
	}
	checked := map[string]bool{transfer.WholeSplit: true}
	for _, n := range nets {
		if !checked[n.Split] {
			if err := l.config.CheckSplit(n.Split); err != nil {
				return nil, fmt.Errorf("net %s: %w", n, err)
			}
			checked[n.Split] = true
		}
	}
	return nets, nil
}

// patience is how long an interrupted cell may go on: GoNB kills it after 5 s,
// and then it could not say what is kept.
const patience = 3 * time.Second

// listen makes the lab's context, which ends at an interrupt. A step that does
// not look at it for longer than patience (XLA compiles for seconds) is left:
// the store is written in whole entries only.
func (l *Lab) listen(patience time.Duration) {
	l.ctx, l.stop = context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		select {
		case <-l.ctx.Done():
		case <-signals:
			l.stop()
			time.Sleep(patience)
			l.live.end()
			fail(context.Canceled)
		}
	}()
}

// fail ends the cell with one sentence; where it was interrupted, it says what
// is kept. The process ends, and what is in the store is whole.
func fail(err error) {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: every finished net is in the store; run the cell again to go on")
	}
	gonbui.Sync()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// must ends the cell where a verb failed.
func must[T any](x T, err error) T {
	if err != nil {
		fail(err)
	}
	return x
}
