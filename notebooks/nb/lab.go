package nb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/setup"
	"coadapt/transfer/store"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/gomlx/backends/default" // the backends that a cell can ask for
	"github.com/janpfeifer/gonb/gonbui"
)

// Lab is the miniature on one data set, in a notebook. It is cheap until a verb needs data, store or backend, so that
// a package-level variable can hold it; its verbs are for one goroutine.
type Lab struct {
	given string // the data, as Open was told
	set   settings

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

// Open names the data of a chapter: "shapes", "shapes:classes=20,...", or a path to a folder or archive of pictures.
// Nothing but the name and the options is looked at yet.
func Open(data string, opts ...Option) *Lab {
	l := &Lab{given: data, set: settings{Options: setup.Default()}}
	l.set.Data = data
	for _, o := range opts {
		o(&l.set)
	}
	if err := l.check(); err != nil {
		fail(err)
	}
	return l
}

// check says what is wrong with the data's name and the options, and makes names of files absolute, as a run in the
// background starts elsewhere.
func (l *Lab) check() error {
	if err := l.set.check(); err != nil {
		return err
	}
	if l.procedural() {
		_, err := shapes.Parse(l.set.Data)
		return err
	}
	if _, err := os.Stat(l.set.Data); err != nil {
		where, _ := os.Getwd() // a hint only
		return fmt.Errorf("no data at %q (looked from %s): want \"shapes\", or a folder, .zip or .tar.gz with "+
			"train/<class>/ and test/<class>/ or CIFAR's binary files", l.given, where)
	}
	return nil
}

func (l *Lab) procedural() bool { return procedural(l.set.Data) }

func procedural(data string) bool { return shapes.Is(data) }

// configure opens data and says how its nets are trained, as coadapt does with the same flags.
func configure(ctx context.Context, set settings) (transfer.Config, error) {
	cfg, err := set.Config(ctx, func(dataset.Source) {})
	return cfg, inGo(err)
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
	if l.config, err = configure(l.ctx, l.set); err != nil {
		return err
	}
	l.source = l.config.Source
	l.config.Store, l.config.Progress = l.store, l.live.event
	name, notice, err := plugins.Choose(l.home, "")
	if err != nil {
		return err
	}
	if notice != "" {
		fmt.Fprintln(os.Stderr, notice)
	}
	known := false
	if l.config.Class, known = backend.ClassOf(name); !known {
		opened, err := l.backend()
		if err != nil {
			return err
		}
		l.config.Class = backend.Class(opened)
	}
	l.lab, err = transfer.NewLab(l.config)
	return err
}

// backend opens the backend of this clone. What only reads the store has no need of it.
func (l *Lab) backend() (compute.Backend, error) {
	if l.opened != nil {
		return l.opened, nil
	}
	name, _, err := plugins.Choose(l.home, "")
	if err == nil {
		l.opened, err = backend.Open(name)
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
