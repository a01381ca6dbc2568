package nb

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
)

// TestAnotherNet: a lab's nets are cut where their architecture can be cut.
func TestAnotherNet(t *testing.T) {
	const data = "shapes:classes=4,train=12,test=8,size=32"
	l := opened(t, data, Arch("resnet20"), Steps(2))
	if l.config.Arch.Cuts() != 10 || l.set.cuts() != 10 || cuts() != 7 {
		t.Errorf("resnet20 has %d cuts here, %d by the settings; mini has %d; want 10, 10 and 7", l.config.Arch.Cuts(),
			l.set.cuts(), cuts())
	}
	nets, err := l.nets(Grid{Conditions: "AnB"})
	if err != nil {
		t.Fatal(err)
	}
	if last := nets[len(nets)-1]; last.N != 10 {
		t.Errorf("the last net is %s, want one cut at 10", last)
	}
	if _, err := l.nets(These(transfer.Net{Split: "0", Target: transfer.B, Treatment: transfer.Transfer,
		N: 11})); err == nil {
		t.Error("a net cut at 11 was taken")
	}
	if _, err := opened(t, data).nets(Grid{Cuts: "8"}); err == nil {
		t.Error("the miniature was cut at 8")
	}
	if args := l.command(sweep.Record{}); !slices.Contains(args, "--arch=resnet20") {
		t.Errorf("command %v lacks --arch=resnet20", args)
	}
	if text := unchecked("other").goSource(choice{set: l.set}); !strings.Contains(text, `nb.Arch("resnet20")`) {
		t.Errorf("source %s lacks the net", text)
	}
	if err := unchecked(data, Arch("resnet21x")).check(); err == nil || !strings.Contains(err.Error(), "nb.Arch") {
		t.Errorf("an unknown net: %v", err)
	}
}

// TestTasksFromElsewhere: a grid that names no split is of the only one that there is, in every lab with a second data
// set or a pretrained net.
func TestTasksFromElsewhere(t *testing.T) {
	const data = "shapes:classes=4,train=12,test=8,size=24"
	file := filepath.Join(t.TempDir(), "net.safetensors")
	arch := nets.Mini(7, nets.MiniOptions{Size: 24})
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
		l := opened(t, data, o, Steps(2))
		nets, err := l.nets(Grid{Conditions: "AnB", Cuts: "3"})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nets {
			if n.Split != split {
				t.Errorf("net %s, want one of split %s", n, split)
			}
		}
		if (l.config.Pretrained != nil) != (split == transfer.PretrainedSplit) {
			t.Errorf("split %s: pretrained %v", split, l.config.Pretrained)
		}
		if args := strings.Join(l.command(sweep.Record{}), " "); !strings.Contains(args, "--data-b=plain-shapes") &&
			!strings.Contains(args, "--preprocess=caffe") {
			t.Errorf("command %s lacks the option", args)
		}
		cfg := l.config
		cfg.Class = "go"
		if cfg.Store, err = store.Open(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		if l.lab, err = transfer.NewLab(cfg); err != nil {
			t.Fatal(err)
		}
		s, err := l.stamp("x", nil)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(s.Options, " "); strings.Contains(text, string(os.PathSeparator)) ||
			s.known() != (split == dataset.PairSplit) {
			t.Errorf("stamp %s, known %t: want names of files alone, and to know what needs none", text, s.known())
		}
	}
	if err := unchecked(data, DataB("shapes"), BaseA(file, "none")).check(); err == nil ||
		!strings.Contains(err.Error(), "leave one of the two") {
		t.Errorf("a second data set and a pretrained net: %v", err)
	}
	if err := unchecked(data, BaseA(file, "")).check(); err == nil || !strings.Contains(err.Error(), "imagenet") {
		t.Errorf("no preprocessing: %v", err)
	}
}
