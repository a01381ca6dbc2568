package transfer_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/store/storetest"
	"coadapt/transfer/sweep"
)

// BenchmarkSharedStore is the 2014 experiment on a shared folder: its 163 nets, trained by 50 workers at real pace as
// far as the store can tell, and what they ask of the file system, by strace. Training is waiting: a net takes as long
// as its phase, beats every ten seconds and keeps a checkpoint every half a minute. The workers are goroutines with a
// store each. The phases, of which the last minute counts:
//
//	begin       23 nets have no parent and are trained, 27 workers wait for them: the first minute
//	wait        the same after five minutes
//	train       all 50 train
//	status      coadapt status reads the run at that time, and once more
//	flow        nets end as soon as they begin, down to the last five: what a net costs from claim to entry
//	last        five nets are left, 45 workers wait for them, after five minutes
//
// It takes 15 minutes: go test ./transfer -run '^$' -bench SharedStore -benchtime 1x -timeout 0
func BenchmarkSharedStore(b *testing.B) {
	if dir := storetest.Folder(); dir != "" {
		shareStore(b, dir)
		return
	}
	for _, phase := range storetest.Trace(b) {
		b.Run(phase.Phase, func(b *testing.B) {
			per, unit := phase.Seconds, "/s"
			switch phase.Phase {
			case "flow":
				per, unit = float64(len(transfer.Paper())-23-last), "/net"
			case "status":
				per, unit = 2, "/read"
			}
			for _, kind := range storetest.Kinds() {
				b.ReportMetric(float64(phase.Kinds[kind])/per, kind+unit)
			}
			b.ReportMetric(float64(phase.Sum())/per, "all"+unit)
			b.ReportMetric(0, "ns/op")
		})
	}
}

// last is how many nets are left for the last phase.
const last = 5

// fleet is what the workers of the benchmark have in common.
type fleet struct {
	cfg     transfer.Config
	nets    []transfer.Net
	record  sweep.Record
	dir     string
	begun   atomic.Int64 // nets
	ended   atomic.Int64
	release atomic.Int64 // nets up to this one, in the order in which they begin, are to end
}

// grouped is a source whose classes are natural and man-made ones in turn.
type grouped struct{ dataset.Source }

func (g grouped) Classes() []dataset.Class {
	list := append([]dataset.Class{}, g.Source.Classes()...)
	for i := range list {
		list[i].Group = []string{dataset.Natural, dataset.ManMade}[i%2]
	}
	return list
}

func newFleet(b *testing.B, dir string) *fleet {
	b.Helper()
	src, err := formats.Open(b.Context(), "shapes:classes=8,train=6,test=4,size=24", formats.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f := &fleet{cfg: transfer.MiniConfig(grouped{src}), nets: transfer.Nets(transfer.Paper()), dir: dir}
	f.cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	f.cfg.Class, f.cfg.Workers = "simulated", 1
	lab, s := f.lab(b)
	defer lab.Close()
	var plans []*transfer.Plan
	for _, n := range f.nets {
		p, err := lab.Plan(b.Context(), n)
		if err != nil {
			b.Fatal(err)
		}
		plans = append(plans, p)
	}
	f.record = sweep.NewRecord("paper", "shapes", lab.Experiment(), plans)
	if err := f.record.Save(s); err != nil {
		b.Fatal(err)
	}
	return f
}

// lab makes a Lab with a store of its own, as a process has it.
func (f *fleet) lab(b *testing.B) (*transfer.Lab, *store.Store) {
	b.Helper()
	s, err := store.Open(f.dir)
	if err != nil {
		b.Fatal(err)
	}
	cfg := f.cfg
	cfg.Store = s
	l, err := transfer.NewLab(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return l, s
}

// work is one worker, from its first net to the end of the run.
func (f *fleet) work(b *testing.B) error {
	l, s := f.lab(b)
	defer l.Close()
	l.TrainBy(func(ctx context.Context, _ *transfer.Plan, tick func() error) error {
		mine := f.begun.Add(1)
		defer f.ended.Add(1)
		for f.release.Load() < mine {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(200 * time.Millisecond):
			}
			if err := tick(); err != nil {
				return err
			}
		}
		return nil
	})
	if err := f.record.Save(s); err != nil {
		return err
	}
	w, ctx, err := sweep.Begin(b.Context(), s, f.record)
	if err != nil {
		return err
	}
	for _, err := range l.Curve(ctx, f.nets) {
		if err != nil {
			return err
		}
	}
	return w.End()
}

func shareStore(b *testing.B, dir string) {
	f := newFleet(b, dir)
	s, err := store.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := f.work(b); err != nil {
				b.Error(err)
			}
		})
	}
	minute := func(phase string) {
		storetest.Phase(phase)
		time.Sleep(time.Minute)
		storetest.Phase("")
	}
	until := func(what string, n *atomic.Int64, want int) {
		for began := time.Now(); n.Load() < int64(want); time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > 5*time.Minute {
				b.Fatal(fmt.Errorf("%d nets have %s, want %d", n.Load(), what, want))
			}
		}
	}
	until("begun", &f.begun, 23)
	minute("begin")
	time.Sleep(4 * time.Minute)
	minute("wait")
	f.release.Store(23)
	until("begun", &f.begun, 23+50)
	time.Sleep(10 * time.Second)
	minute("train")
	storetest.Phase("status")
	reader := sweep.NewReader(s, f.record)
	for range 2 {
		if _, err := reader.Read(); err != nil {
			b.Error(err)
		}
	}
	storetest.Phase("flow")
	f.release.Store(int64(len(f.nets) - last))
	until("ended", &f.ended, len(f.nets)-last)
	until("begun", &f.begun, len(f.nets))
	storetest.Phase("")
	time.Sleep(5 * time.Minute)
	minute("last")
	f.release.Store(int64(len(f.nets)))
	all.Wait()
}
