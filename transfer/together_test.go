package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/train"
)

// seated are nets of the tiny experiment at one meeting, and a block of a step of each.
func seated(t *testing.T, n int) ([]*train.Trainer, []train.Steps) {
	t.Helper()
	cfg := tiny(t)
	first, err := train.New(cfg.Backend, cfg.Arch, train.SGD{Momentum: 0.9}, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(first.Close)
	var nets []*train.Trainer
	var blocks []train.Steps
	for i := range n {
		net := first
		if i > 0 {
			if net, err = first.Sibling(0); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(net.Close)
		}
		w, err := cfg.Arch.Init(uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if err := net.Load(w, arch.Cut{}); err != nil {
			t.Fatal(err)
		}
		nets = append(nets, net)
		blocks = append(blocks,
			train.Steps{Values: make([]float32, 2*24*24*3), Labels: make([]int32, 2), Rates: []float64{0.01}})
	}
	return nets, blocks
}

// TestMeeting: a block waits for those of all members, and for no others; who leaves is waited for no more.
func TestMeeting(t *testing.T) {
	nets, blocks := seated(t, 3)
	synctest.Test(t, func(t *testing.T) {
		meeting := newMeeting()
		var seats []*seat
		for i := range nets {
			seats = append(seats, meeting.join(kind{shape: arch.Cut{N: i / 2}})) // the last is of another shape
		}
		done := make([]int, len(nets)) // blocks
		take := func(i int) {
			losses, err := seats[i].train(t.Context(), nets[i], blocks[i])
			// two classes, pictures of zeros
			if err != nil || len(losses) != 1 || math.Abs(losses[0]-math.Log(2)) > 0.1 {
				t.Errorf("net %d: losses %v, %v", i, losses, err)
			}
			done[i]++
		}
		is := func(want ...int) {
			t.Helper()
			synctest.Wait()
			if fmt.Sprint(done) != fmt.Sprint(want) {
				t.Errorf("blocks taken %v, want %v", done, want)
			}
		}
		go take(0)
		is(0, 0, 0)
		go take(2) // it is alone in its graph
		is(0, 0, 1)
		go take(1)
		is(1, 1, 1)
		go take(1)
		is(1, 1, 1)
		seats[0].leave()
		seats[0].leave()
		is(1, 2, 1)
		go take(1)
		is(1, 3, 1)
		seats[1].leave()
		seats[2].leave()
	})
}

// TestMeetingEndsWithTheContext: who is cancelled while others are waited for has taken no step, and is waited for only
// by those of its kind until it leaves.
func TestMeetingEndsWithTheContext(t *testing.T) {
	nets, blocks := seated(t, 2)
	meeting := newMeeting()
	first, second := meeting.join(kind{}), meeting.join(kind{})
	before, err := nets[0].Weights()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if losses, err := first.train(ctx, nets[0], blocks[0]); !errors.Is(err, context.Canceled) || losses != nil {
		t.Errorf("cancelled while it waited: losses %v, %v, want none and %v", losses, err, context.Canceled)
	}
	after, err := nets[0].Weights()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Error("the net that was cancelled took a step")
	}
	first.leave()
	if losses, err := second.train(t.Context(), nets[1], blocks[1]); err != nil || len(losses) != 1 {
		t.Errorf("the other net: losses %v, %v, want one", losses, err)
	}
	second.leave()
}

// TestMeetingSharesTheFailure: nets of one execution fail together, and each says so.
func TestMeetingSharesTheFailure(t *testing.T) {
	nets, blocks := seated(t, 2)
	meeting := newMeeting()
	blocks[1].Labels = blocks[1].Labels[1:]
	failed := make(chan error)
	var seats []*seat
	for range nets {
		at := meeting.join(kind{})
		defer at.leave()
		seats = append(seats, at)
	}
	for i, b := range blocks {
		go func() {
			_, err := seats[i].train(t.Context(), nets[i], b)
			failed <- err
		}()
	}
	for range nets {
		if err := <-failed; err == nil || !strings.Contains(err.Error(), "in one graph with 1 others: net ") ||
			!strings.Contains(err.Error(), "3456 values and 1 labels") {
			t.Errorf("error %v", err)
		}
	}
}

// TestTogether: nets in one graph come to what they come to alone, to rounding, each in an entry of its own
// experiment: fine-tuned and frozen ones, on what frozen layers gave and on pictures, stopped half-way and gone on
// from.
func TestTogether(t *testing.T) {
	nets := []Net{
		net(t, "baseA"),
		net(t, "baseB"),
		net(t, "A2B"),
		net(t, "B2B"),
		net(t, "A4B+"),
		net(t, "B4B+"),
		net(t, "A7B"),
	}
	config := func(together int) Config {
		cfg := tinyOn(t, "xla:cpu")
		cfg.Recipe = cfg.Recipe.WithSteps(40) // blocks of 16, 16 and 8
		cfg.Recipe.Rate.Base = 0.002
		cfg.Recipe.TestEvery = 20 // within a block
		cfg.Together = together
		return cfg
	}
	var mu sync.Mutex
	inOne := map[bool]int{} // executions of both nets, on what frozen layers gave or not
	train := func(cfg Config) map[string]Result {
		t.Helper()
		l := lab(t, cfg)
		if want := max(1, cfg.Together); l.Workers() != want {
			t.Fatalf("%d nets at once, want %d", l.Workers(), want)
		}
		if at := l.slots[0].meeting; at != nil {
			at.train = func(nets []*train.Trainer, blocks []train.Steps) ([][]float64, error) {
				if len(nets) > 1 {
					mu.Lock()
					inOne[blocks[0].Above]++
					mu.Unlock()
				}
				return train.Together(nets, blocks)
			}
		}
		out := map[string]Result{}
		for r, err := range l.Curve(t.Context(), nets) {
			if err != nil {
				t.Fatal(err)
			}
			out[r.Net.String()] = r
		}
		return out
	}
	alone := train(config(0))
	cfg := config(2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg.Progress = func(e Event) {
		if e.Step > 0 {
			cancel()
		}
	}
	var stopped error
	for _, err := range lab(t, cfg).Curve(ctx, nets) {
		stopped = err
	}
	if !errors.Is(stopped, context.Canceled) {
		t.Fatalf("never stopped: %v", stopped)
	}
	cfg.Progress = nil
	together := train(cfg)
	if len(alone) != len(nets) || len(together) != len(nets) {
		t.Fatalf("%d nets alone and %d together, want %d", len(alone), len(together), len(nets))
	}
	if inOne[true] == 0 || inOne[false] == 0 {
		t.Errorf("blocks of two nets in one graph: %d on pictures and %d on what frozen layers gave; want some",
			inOne[false], inOne[true])
	}
	t.Logf("blocks of two nets: %d on pictures, %d on what frozen layers gave", inOne[false], inOne[true])
	goneOn := 0
	for name, want := range alone {
		got := together[name]
		if !got.HasWeights() || got.Key == want.Key || got.Experiment == want.Experiment {
			t.Errorf("%s: %+v; want another key and experiment than alone, %s", name, got, want.Key)
		}
		if math.Abs(got.TrainLoss-want.TrainLoss) > 1e-3*want.TrainLoss ||
			math.Abs(got.Loss-want.Loss) > 1e-3*want.Loss {
			t.Errorf("%s: losses %v and %v together, %v and %v alone", name, got.TrainLoss, got.Loss, want.TrainLoss,
				want.Loss)
		}
		files, err := cfg.Store.Get(got.Key, logFile)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(files[logFile]), "goes on from step") {
			goneOn++
		}
	}
	if goneOn == 0 {
		t.Error("no net was gone on from where it was stopped")
	}
}

func TestTogetherIsRefused(t *testing.T) {
	cfg := onDevices(t, 2)
	cfg.Together = 2
	if _, err := NewLab(cfg); err == nil ||
		!strings.Contains(err.Error(), "2 nets in one graph on 2 devices: want one device") {
		t.Errorf("error %v", err)
	}
	cfg = tiny(t)
	cfg.Together = -1
	if _, err := NewLab(cfg); err == nil || !strings.Contains(err.Error(), "-1 nets each") {
		t.Errorf("error %v", err)
	}
}
