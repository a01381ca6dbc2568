package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
	"coadapt/transfer/store"

	_ "github.com/gomlx/gomlx/backends/default"
)

// lab is one on the Go backend whose nets take six steps, with an empty store.
func lab(t *testing.T, change func(*transfer.Config)) (*transfer.Lab, *store.Store) {
	t.Helper()
	src, err := formats.Open(t.Context(), "shapes:classes=4,train=12,test=8,size=24", formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := transfer.MiniConfig(src)
	cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	cfg.Recipe.Batch = 5 // does not divide 24 pictures
	cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.WithSteps(6)
	if change != nil {
		change(&cfg)
	}
	if cfg.Backend, err = backend.Open("go"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cfg.Backend.Finalize)
	if cfg.Store, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	l, err := transfer.NewLab(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, cfg.Store
}

// twin is a peer that is a second Lab: its answers are right.
type twin struct {
	*testing.T
	lab    *transfer.Lab
	store  *store.Store
	asked  []any
	change func(*Outcome) // of an answer
}

func (p *twin) Name() string { return "a second lab" }

func (p *twin) Ask(what, answer any) error {
	// What is asked is read as the script would read it.
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	if _, ok := what.(*taskAsk); ok {
		var ask taskAsk
		p.asked = append(p.asked, ask)
		return json.Unmarshal(text, &ask)
	}
	var ask trainAsk
	if err := json.Unmarshal(text, &ask); err != nil {
		return err
	}
	p.asked = append(p.asked, ask)
	net, err := transfer.ParseNet(ask.Name)
	if err != nil {
		return err
	}
	c := Contest{Lab: p.lab, Store: p.store}
	s, err := c.ours(p.Context(), []transfer.Net{net})
	if err != nil {
		return err
	}
	if p.change != nil {
		p.change(&s.Nets[0])
	}
	if text, err = json.Marshal(s.Nets[0]); err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

func netsOf(t *testing.T, names ...string) []transfer.Net {
	t.Helper()
	var nets []transfer.Net
	for _, name := range names {
		n, err := transfer.ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, n)
	}
	return nets
}

func contest(t *testing.T, peer Asker, change func(*transfer.Config), names ...string) *Contest {
	c := &Contest{Nets: netsOf(t, names...), Peer: peer, Dir: t.TempDir(), Say: t.Logf}
	c.Lab, c.Store = lab(t, func(cfg *transfer.Config) {
		cfg.Progress = c.Hear
		if change != nil {
			change(cfg)
		}
	})
	return c
}

// Parents come first, each net is trained on both sides, nets of one condition in one turn, and all that the peer
// is told is what the Lab has.
func TestContest(t *testing.T) {
	peer := &twin{T: t}
	peer.lab, peer.store = lab(t, nil)
	c := contest(t, peer, func(cfg *transfer.Config) { cfg.Workers = 2 }, "0/A3B", "0/B3B+", "0/baseB+")
	var told []string
	turns, err := c.Run(t.Context(), func(turn Turn) error { told = append(told, turn.name()); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"0/baseA, 0/baseB", "0/B3B+", "0/A3B", "0/baseB+"}; !slices.Equal(told, want) {
		t.Errorf("trained %v, want %v", told, want)
	}
	for _, turn := range turns {
		if s := turn.Ours; s.Seconds <= 0 || s.FirstStep <= 0 || s.FirstStep > s.Seconds {
			t.Errorf("%s: ours %+v", turn.name(), s)
		}
		for i, o := range turn.Ours.Nets {
			if p := turn.Peer.Nets[i]; o.Images != 30 || o.Tested != 16 || o.Loss != p.Loss || o.First != p.First {
				t.Errorf("%s: ours %+v, peer's %+v", turn.Nets[i], o, p)
			}
		}
	}
	var asks []trainAsk
	for _, ask := range peer.asked {
		if a, ok := ask.(trainAsk); ok {
			asks = append(asks, a)
		}
	}
	if len(peer.asked) != 2+5 || len(asks) != 5 {
		t.Fatalf("asked %d things, %d nets; want 2 tasks and 5 nets", len(peer.asked), len(asks))
	}
	for i, want := range []trainAsk{
		{Name: "0/baseA", Keep: true, Task: "task0"}, {Name: "0/baseB", Keep: true, Task: "task1"},
		{Name: "0/B3B+", Parent: "0/baseB", Copied: 3, Task: "task1"},
		{Name: "0/A3B", Parent: "0/baseA", Copied: 3, Frozen: 3, Task: "task1"},
		{Name: "0/baseB+", Parent: "0/baseB", Copied: 8, Task: "task1"},
	} {
		got := asks[i]
		if got.Name != want.Name || got.Parent != want.Parent || got.Copied != want.Copied ||
			got.Frozen != want.Frozen || got.Keep != want.Keep || got.Task != want.Task ||
			len(got.Rates) != 6 || got.Rates[0] != 0.005 || got.Batch != 5 || got.First != 1 {
			t.Errorf("asked for %+v, want %+v", got, want)
		}
	}
}

// The files hold the pictures, their order, the mean and the initial values.
func TestFiles(t *testing.T) {
	l, _ := lab(t, nil)
	net := netsOf(t, "0/A3B")[0]
	p, err := l.Plan(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{dir: t.TempDir(), tasks: map[*dataset.Task]string{}}
	task, err := w.task(p.Task)
	if err != nil {
		t.Fatal(err)
	}
	var pictures []uint8
	var labels []int32
	for i := range p.Task.NumTest() {
		pic, err := p.Task.Picture(dataset.Test, i, nil)
		if err != nil {
			t.Fatal(err)
		}
		pictures, labels = append(pictures, pic...), append(labels, int32(p.Task.Label(dataset.Test, i)))
	}
	ask, err := w.net(0, p, false)
	if err != nil {
		t.Fatal(err)
	}
	var order []int32
	for k := range p.Recipe.Steps {
		for _, i := range p.Order().Indices(k, p.Task.NumTrain()) {
			order = append(order, int32(i))
		}
	}
	// As in 2014 a transferred net subtracts the mean of the task its layers come from.
	source, err := l.Task(t.Context(), "0", transfer.A)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := p.Arch.Variables()
	if err != nil {
		t.Fatal(err)
	}
	initial, err := p.Initial()
	if err != nil {
		t.Fatal(err)
	}
	var weights []float32
	for _, v := range vars {
		weights = append(weights, initial[v.Path].Data...)
	}
	for name, want := range map[string]any{task.Test.Pictures: pictures, task.Test.Labels: labels, ask.Order: order,
		ask.View.Mean: source.Mean(), ask.Weights: weights} {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, want); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, b.Bytes()) {
			t.Errorf("%s has %d bytes, want these %d; %v", filepath.Base(name), len(got), b.Len(), err)
		}
	}
	if got, err := os.ReadFile(task.Train.Pictures); err != nil || len(got) != 24*24*24*3 {
		t.Errorf("%d bytes of 24 training pictures of 24 px, %v", len(got), err)
	}
	byChannel := *p
	byChannel.View.MeanPerChannel = true
	for i, m := range mean(&byChannel) {
		want := 0.0
		for k := i % 3; k < len(source.Mean()); k += 3 {
			want += float64(source.Mean()[k]) / 576
		}
		if math.Abs(float64(m)-want) > 1e-4 {
			t.Fatalf("channel mean %g, want %g", m, want)
		}
	}
}

// A peer that does something else is told of instead of a ratio.
func TestContestCompares(t *testing.T) {
	for want, change := range map[string]func(*Outcome){
		"trained on 30 images and was tested on 16, the peer's on 31 and 16": func(s *Outcome) { s.Images++ },
		"the peer's on 30 and 15":    func(s *Outcome) { s.Tested-- },
		"do not train the same net":  func(s *Outcome) { s.First *= 1.002 },
		"NaN":                        func(s *Outcome) { s.First = math.NaN() },
		"which seeds do not explain": func(s *Outcome) { s.Accuracy += 0.16 },
		"a second lab: test loss -1": func(s *Outcome) { s.Loss = -1 },
	} {
		peer := &twin{T: t, change: change}
		peer.lab, peer.store = lab(t, nil)
		_, err := contest(t, peer, nil, "0/baseA").Run(t.Context(), func(Turn) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// Where each side cuts pictures at its own places the first losses may differ.
	pad := func(cfg *transfer.Config) { cfg.Recipe.Pad = 2 }
	peer := &twin{T: t, change: func(s *Outcome) { s.First *= 1.1 }}
	peer.lab, peer.store = lab(t, pad)
	if _, err := contest(t, peer, pad, "0/baseA").Run(t.Context(), func(Turn) error { return nil }); err != nil {
		t.Error(err)
	}
}

// A net that is there already cannot be timed.
func TestContestWantsAnEmptyStore(t *testing.T) {
	peer := &twin{T: t}
	peer.lab, peer.store = lab(t, nil)
	c := contest(t, peer, nil, "0/baseA")
	if _, err := c.Lab.Train(t.Context(), c.Nets[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), func(Turn) error { return nil }); err == nil ||
		!strings.Contains(err.Error(), "0/baseA: it is in the store") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Run(ctx, func(Turn) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A condition's ratio is that of its sums, and the start counts in the last row.
func TestReport(t *testing.T) {
	turn := func(name string, ours, peer float64) Turn {
		side := func(c Cost, accuracy float64) Side {
			return Side{Cost: c, Nets: []Outcome{{Images: 100, Accuracy: accuracy}}}
		}
		return Turn{netsOf(t, name), side(Cost{ours, 2 * ours}, 0.5), side(Cost{peer, peer}, 0.6)}
	}
	r := Report{Peer: "PyTorch 0", Beside: 2,
		Turns:   []Turn{turn("0/baseA", 1, 4), turn("0/A3B", 2, 2), turn("0/baseB", 3, 4)},
		Started: [2]Cost{{1, 1}, {4, 5}}}
	var out bytes.Buffer
	if err := r.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []line
	for text := range strings.Lines(out.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	want := []line{
		{"curve base", 2, 200, Cost{4, 8}, Cost{8, 8}, "PyTorch 0", 2, 2, 4. / 3, 4, 1},
		{"curve AnB", 1, 100, Cost{2, 4}, Cost{2, 2}, "PyTorch 0", 2, 1, 1, 1, 0.5},
		{"curve start", 0, 0, Cost{1, 1}, Cost{4, 5}, "PyTorch 0", 2, 4, 0, 0, 5},
		{"curve", 3, 300, Cost{7, 13}, Cost{14, 15}, "PyTorch 0", 2, 2, 1, 4, 15. / 13},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	out.Reset()
	if err := r.Table(&out); err != nil {
		t.Fatal(err)
	}
	if words := strings.Join(strings.Fields(out.String()), " "); !strings.HasSuffix(words,
		"base 2 200 4.0 8.0 2.00 1.33 4.00 1.00 0.500 0.600 "+
			"AnB 1 100 2.0 2.0 1.00 1.00 1.00 0.50 0.500 0.600 start 1.0 4.0 4.00 5.00 all 3 300 7.0 14.0 2.00 1.00 "+
			"4.00 1.15 0.500 0.600") {
		t.Errorf("table\n%s", &out)
	}
}
