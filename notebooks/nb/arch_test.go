package nb

import (
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet"
	"coadapt/transfer/sweep"
)

// A lab's net reaches its configuration, the command of a run in the background, and the cuts of its work.
func TestArch(t *testing.T) {
	l := Open("shapes:classes=4,train=12,test=8", Steps(3), Arch("resnet20:depth=14,size=16"))
	src, cfg, err := configure(t.Context(), l.data, l.set)
	if err != nil {
		t.Fatal(err)
	}
	if h, w, _ := src.Shape(); cfg.Arch.Name != "resnet14" || cfg.Arch.Cuts() != 7 || cfg.Arch.Size != 16 || h != 16 || w != 16 {
		t.Errorf("%s of %d px with %d cuts, pictures of %dx%d", cfg.Arch.Name, cfg.Arch.Size, cfg.Arch.Cuts(), h, w)
	}
	if args := l.command(sweep.Record{}); !slices.Contains(args, "--arch=resnet20:depth=14,size=16") {
		t.Errorf("the command %q has no --arch", args)
	}

	l = Open("shapes", Arch("resnet20"))
	for _, c := range []struct {
		work  Work
		nets  int
		error string
	}{
		{Grid{Conditions: "BnB"}, 10, ""},
		{Grid{Conditions: "BnB", Cuts: "1,5,9"}, 3, ""},
		{Grid{Conditions: "BnB", Cuts: "11"}, 0, "from 1 to 10"},
		{These(Net("BnB", 10, 0)), 1, ""},
		{These(Net("BnB", 11, 0)), 0, "cut at 11, want 1 to 10"},
	} {
		nets, err := l.atItsCuts(c.work).Nets()
		cut := 0
		for _, n := range nets {
			if n.N > 0 {
				cut++
			}
		}
		if cut != c.nets || c.error == "" && err != nil || c.error != "" && (err == nil || !strings.Contains(err.Error(), c.error)) {
			t.Errorf("%+v: %d nets that are cut, %v; want %d, %s", c.work, cut, err, c.nets, c.error)
		}
	}
	p, err := l.formPanel(Spec{Grid: Grid{layers: l.layers()}})
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.IndexFunc(p.controls, func(c control) bool { return c.name == "cuts" }); p.controls[at].max != 10 {
		t.Errorf("the form's slider of cuts ends at %v, want 10", p.controls[at].max)
	}

	l = Open("plain-shapes", Arch("mini:norm=batch"), Dropout(0.5))
	if _, cfg, err = configure(t.Context(), l.data, l.set); err != nil {
		t.Fatal(err)
	}
	_, norm := gomlxnet.Find[gomlxnet.BatchNorm](cfg.Arch.Blocks[0])
	dropout, _ := gomlxnet.Find[gomlxnet.Dropout](cfg.Arch.Blocks[5])
	if !norm || dropout.P != 0.5 || cfg.Arch.Outputs(0) != 16 {
		t.Errorf("the narrow miniature with batch norm and dropout is %+v", cfg.Arch)
	}
	for want, opts := range map[string][]Option{
		`nb.Arch: arch "resnet", want`:          {Arch("resnet")},
		`want a name and a value`:               {Arch("resnet20:depth")},
		"nb.NoLRN are dials of mini":            {Arch("resnet20"), NoLRN()},
		"nb.Arch: arch \"mini\": depth 3, want": {Arch("mini:depth=3")},
	} {
		l := &Lab{data: "shapes"}
		for _, o := range opts {
			o(&l.set)
		}
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}
