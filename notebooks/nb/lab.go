package nb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/kernel-setup/home"
	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/store"

	_ "github.com/gomlx/gomlx/backends/default" // the backends that a cell can ask for
	"github.com/janpfeifer/gonb/gonbui"
)

// Lab trains the miniature on one data set and shows it in the cell.
type Lab struct {
	lab    *transfer.Lab
	home   home.Home
	layers []string
	ctx    context.Context
	stop   context.CancelFunc
	live   live
}

// Open opens a data set ("shapes", or a path to a folder or archive) with the
// backend and store of this clone.
func Open(data string) *Lab {
	l, err := open(data)
	if err != nil {
		fail(err)
	}
	return l
}

func open(data string) (*Lab, error) {
	h, err := home.Locate()
	if err != nil {
		return nil, err
	}
	config, notice, err := h.Backend("")
	if err != nil {
		return nil, err
	}
	if notice != "" {
		fmt.Fprintln(os.Stderr, notice)
	}
	backend, err := gomlxnet.OpenBackend(config)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(h.Store())
	if err != nil {
		return nil, err
	}
	l := &Lab{home: h}
	l.listen(patience)
	src, err := dataset.Open(l.ctx, data, dataset.Options{Size: 32})
	if err != nil {
		return nil, err
	}
	cfg := transfer.MiniConfig(src)
	cfg.Backend, cfg.Store, cfg.Progress = backend, s, l.live.event
	for _, layer := range cfg.Arch.Layers[:cfg.Arch.Cuts()] {
		l.layers = append(l.layers, layer.Name)
	}
	l.lab, err = transfer.NewLab(cfg)
	return l, err
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
			l.live.end("")
			fail(context.Canceled)
		}
	}()
}

// Close frees the lab and hands all output to the notebook.
func (l *Lab) Close() {
	l.lab.Close()
	l.stop()
	gonbui.Sync()
}

// Nets lists a whole transfer curve: both base nets and every condition at
// every cut, on split 0 with seed 0.
func Nets() []transfer.Net {
	return transfer.Curve([]string{"0"}, []int{0}, transfer.Treatments(), []int{1, 2, 3, 4, 5, 6, 7})
}

// Net is one net of split 0 tested on task B: a condition in the paper's words
// (base, BnB, BnB+, AnB, AnB+, RnB), the cut n (0 for base) and a seed.
func Net(condition string, n, seed int) transfer.Net {
	t, err := transfer.ParseTreatment(condition)
	if err != nil {
		fail(err)
	}
	if t == transfer.Base {
		n = 0
	}
	return transfer.Net{Split: "0", Seed: seed, Target: transfer.B, Treatment: t, N: n}
}

// Curve trains the nets that the store lacks, with a bar and the figure filling
// in place, and returns the results in order. The cell keeps one output.
func (l *Lab) Curve(nets ...transfer.Net) []transfer.Result {
	l.live.start(len(nets))
	var results []transfer.Result
	for r, err := range l.lab.Curve(l.ctx, nets) {
		if err != nil {
			l.live.end("")
			fail(err)
		}
		results = append(results, r)
		if l.live.redraw() {
			if png, err := l.png(results, screenDPI); err == nil { // a curve without its base yet is no error
				l.live.picture(png)
			}
		}
	}
	hits := len(slices.DeleteFunc(slices.Clone(results), func(r transfer.Result) bool { return !r.Hit }))
	l.live.end(fmt.Sprintf("%s: %d trained now, %d from the store, in %s", count(len(results)), len(results)-hits, hits, time.Since(l.live.began).Round(100*time.Millisecond)))
	return results
}

func count(nets int) string {
	if nets == 1 {
		return "1 net"
	}
	return fmt.Sprint(nets, " nets")
}

// fail ends the cell with one sentence; where it was interrupted, it says what
// is kept. A deferred Close does not run then, and need not: the process ends,
// and what is in the store is whole.
func fail(err error) {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: every finished net is in the store; run the cell again to go on")
	}
	gonbui.Sync()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (l *Lab) figure(results []transfer.Result) (*figure.Figure, error) {
	return figure.Curve(results, figure.Options{Layers: l.layers})
}
