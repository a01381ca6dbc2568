package nets

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

func TestRegistry(t *testing.T) {
	for _, c := range []struct {
		name, options string
		classes       int
		want          arch.Arch
	}{
		{"caffenet", "", 0, CaffeNet(1000)},
		{"caffenet", " ", 10, CaffeNet(10)},
		{"mini", "", 0, Mini(20, MiniOptions{})},
		{"mini", `{"size":24,"channels":1,"widths":[1,2,3,4,5,6,7],"dropout":0.5,"groups":1,"no_lrn":true,"init":"caffe"}`, 5,
			Mini(5, MiniOptions{Size: 24, Channels: 1, Widths: [7]int{1, 2, 3, 4, 5, 6, 7}, Dropout: 0.5, Groups: 1,
				NoLRN: true, Init: CaffeInit})},
	} {
		got, err := Build(c.name, c.classes, []byte(c.options))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s: %v, %+v, want %+v", c.name, c.options, err, got, c.want)
		}
	}
	small := CaffeNet(1000)
	small.Size = 103
	if got, err := Build("caffenet", 0, []byte(`{"size":103}`)); err != nil || !reflect.DeepEqual(got, small) {
		t.Errorf("a CaffeNet of 103 px: %v, %+v", err, got)
	}
	names := Names()
	last := len(names) - 1
	for _, c := range []struct{ name, options, want string }{
		{"alexnet", "", `arch "alexnet", want ` + strings.Join(names[:last], ", ") + " or " + names[last]},
		{"mini", `{"with":3}`, `arch "mini": options {"with":3}: json: unknown field "with"`},
		{"mini", `{"init":"xavier"}`, `initial values "xavier"`},
		{"caffenet", `{"size":9}`, `block conv1: operation 1, convolution: a window of 11`},
		{"caffenet", `{"widths":[1]}`, `unknown field "widths"`},
	} {
		if _, err := Build(c.name, 0, []byte(c.options)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %s", c.name, c.options, err, c.want)
		}
	}

	type options struct{ Wide bool }
	Register("of a test", 3, func(classes int, o options) (arch.Arch, error) {
		if o.Wide {
			return arch.Arch{}, errors.New("too wide")
		}
		return arch.Arch{Name: "x", Size: 4, Channels: 1, Classes: classes,
			Blocks: []arch.Block{arch.Chain("out", op.Dense{})}}, nil
	})
	defer delete(archs, "of a test")
	if !slices.Contains(Names(), "of a test") {
		t.Errorf("names %v", Names())
	}
	if a, err := Build("of a test", 0, nil); err != nil || a.Outputs(0) != 3 {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := Build("of a test", 0, []byte(`{"wide":true}`)); err == nil ||
		err.Error() != `arch "of a test": too wide` {
		t.Errorf("error %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a name is registered twice")
		}
	}()
	Register("mini", 3, func(int, options) (arch.Arch, error) { return arch.Arch{}, nil })
}
