package nb

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"
	"coadapt/transfer/sweep"
)

func settingsOf(t *testing.T, opts ...Option) settings {
	t.Helper()
	var s settings
	for _, o := range opts {
		o(&s)
	}
	if err := s.elsewhere.check(); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAnotherNet: a lab's nets are cut where their architecture can be cut.
func TestAnotherNet(t *testing.T) {
	const data = "shapes:classes=4,train=12,test=8,size=32"
	set := settingsOf(t, Arch("resnet20"), Steps(2))
	src, cfg, err := configure(t.Context(), data, set)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Arch.Cuts() != 10 || set.cuts() != 10 || cuts() != 7 {
		t.Errorf("resnet20 has %d cuts here, %d by the settings; mini has %d; want 10, 10 and 7", cfg.Arch.Cuts(), set.cuts(), cuts())
	}
	l := &Lab{data: data, set: set, source: src, config: cfg}
	nets, err := l.nets(Grid{Conditions: "AnB"})
	if err != nil {
		t.Fatal(err)
	}
	if last := nets[len(nets)-1]; last.N != 10 {
		t.Errorf("the last net is %s, want one cut at 10", last)
	}
	if _, err := l.nets(These(transfer.Net{Split: "0", Target: transfer.B, Treatment: transfer.Transfer, N: 11})); err == nil {
		t.Error("a net cut at 11 was taken")
	}
	plain := &Lab{data: data, source: src, config: cfg}
	if _, err := plain.nets(Grid{Cuts: "8"}); err == nil {
		t.Error("the miniature was cut at 8")
	}
	if args := l.command(sweep.Record{}); !slices.Contains(args, "--arch=resnet20") {
		t.Errorf("command %v lacks --arch=resnet20", args)
	}
	if text := l.goSource(choice{data: "other", set: set}); !strings.Contains(text, `nb.Arch("resnet20")`) {
		t.Errorf("source %s lacks the net", text)
	}
	var bad settings
	Arch("resnet21x")(&bad)
	if err := bad.elsewhere.check(); err == nil || !strings.Contains(err.Error(), "nb.Arch") {
		t.Errorf("an unknown net: %v", err)
	}
}

// TestTasksFromElsewhere: a grid that names no split is of the only one that there is, in every lab with a second data
// set or a pretrained net.
func TestTasksFromElsewhere(t *testing.T) {
	const data = "shapes:classes=4,train=12,test=8,size=24"
	file := filepath.Join(t.TempDir(), "net.safetensors")
	arch := gomlxnet.Mini(7, gomlxnet.MiniOptions{Size: 24})
	w, err := arch.Init(5)
	if err != nil {
		t.Fatal(err)
	}
	if err := weights.Write(file, arch, w); err != nil {
		t.Fatal(err)
	}
	for split, o := range map[string]Option{
		dataset.PairSplit:        DataB("plain-shapes:classes=6,train=12,test=8,size=24"),
		transfer.PretrainedSplit: BaseA(file, "caffe"),
	} {
		set := settingsOf(t, o, Steps(2))
		src, cfg, err := configure(t.Context(), data, set)
		if err != nil {
			t.Fatal(err)
		}
		l := &Lab{data: data, set: set, source: src, config: cfg}
		nets, err := l.nets(Grid{Conditions: "AnB", Cuts: "3"})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nets {
			if n.Split != split {
				t.Errorf("net %s, want one of split %s", n, split)
			}
		}
		if (cfg.Pretrained != nil) != (split == transfer.PretrainedSplit) {
			t.Errorf("split %s: pretrained %v", split, cfg.Pretrained)
		}
		if args := strings.Join(l.command(sweep.Record{}), " "); !strings.Contains(args, "--data-b=plain-shapes") && !strings.Contains(args, "--preprocess=caffe") {
			t.Errorf("command %s lacks the option", args)
		}
		s := Stamp{Data: data, Elsewhere: set.elsewhere.named()}
		if strings.Contains(s.Elsewhere.BaseA, string(os.PathSeparator)) || s.known() != (split == dataset.PairSplit) {
			t.Errorf("stamp %+v, known %t: want names of files alone, and to know what needs none", s.Elsewhere, s.known())
		}
	}
	both := settings{elsewhere: elsewhere{DataB: "shapes", BaseA: file, Preprocess: "none"}}
	if err := both.elsewhere.check(); err == nil || !strings.Contains(err.Error(), "leave one of the two out") {
		t.Errorf("a second data set and a pretrained net: %v", err)
	}
	unsaid := settings{elsewhere: elsewhere{BaseA: file}}
	if err := unsaid.elsewhere.check(); err == nil || !strings.Contains(err.Error(), "imagenet") {
		t.Errorf("no preprocessing: %v", err)
	}
}
