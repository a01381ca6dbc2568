package nets

import (
	"reflect"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
)

func TestNamed(t *testing.T) {
	caffe := CaffeNet(7)
	caffe.Size = 103
	for _, c := range []struct {
		text          string
		classes, size int
		want          arch.Arch
	}{
		{"mini", 0, 0, Mini(20, MiniOptions{})},
		{"mini:no_lrn=true, init=caffe,dropout=0.5", 5, 16,
			Mini(5, MiniOptions{Size: 16, NoLRN: true, Init: CaffeInit, Dropout: 0.5})},
		{`mini:{"widths":[1,2,3,4,5,6,7]}`, 3, 0, Mini(3, MiniOptions{Widths: [7]int{1, 2, 3, 4, 5, 6, 7}})},
		{"caffenet:size=227", 7, 103, caffe},
	} {
		if got, err := Named(c.text, c.classes, c.size); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %+v, want %+v", c.text, err, got, c.want)
		}
	}
	if a, err := Named("resnet20:depth=32,shortcut=B", 0, 0); err != nil || a.Name != "resnet32-b" {
		t.Errorf("%s, %v", a.Name, err)
	}
	for text, want := range map[string]string{
		"resnet20:depth":           `option "depth" of resnet20: want a name and a value, such as size=64`,
		"resnet20:size=3,size=4":   `option "size=4" of resnet20: size is given twice`,
		"resnet20:{depth}":         `options of resnet20: {depth} is not JSON`,
		"resnet20:depth=deep":      `cannot unmarshal string`,
		"resnet20:width=3":         `unknown field "width"`,
		"alexnet:depth=3":          `arch "alexnet", want caffenet, `,
		"resnet20:depth=20,":       `option "" of resnet20`,
		`resnet20:{"shortcut":"X"`: "is not JSON",
	} {
		if _, err := Named(text, 0, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}
