package arch_test

import (
	"fmt"
	"slices"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/inspect"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op"
	"coadapt/gomlxnet/op/optest"
)

// CaffeNet's fields. pool5's 195 of 227 pixels is in Girshick et al. 2014 (arXiv 1311.2524, section 3.1); 195, stride
// 32 and padding 64 are those of alexnet_v2, which has the same windows, in Araujo, Norris & Sim, "Computing Receptive
// Fields of Convolutional Neural Networks" (Distill, 2019), table in section 3. All others by hand from the windows, as
// 19 = 11 + 2·4.
func TestFieldsOfCaffeNet(t *testing.T) {
	got, err := nets.CaffeNet(1000).Fields()
	if err != nil {
		t.Fatal(err)
	}
	want := []op.Field{
		{Size: 19, Stride: 8, Start: 0},     // conv1 11, then pool1: 11 + 2·4
		{Size: 67, Stride: 16, Start: -16},  // conv2 19 + 4·8 = 51, padding 2·8; pool2: 51 + 2·8
		{Size: 99, Stride: 16, Start: -32},  // conv3: 67 + 2·16, padding 16
		{Size: 131, Stride: 16, Start: -48}, // conv4
		{Size: 195, Stride: 32, Start: -64}, // conv5 163; pool5: 163 + 2·16
		{Size: 355, Stride: 32, Start: -64}, // fc6 over 6 by 6: 195 + 5·32
		{Size: 355, Stride: 32, Start: -64}, // fc7 and fc8 look at what fc6 gives
		{Size: 355, Stride: 32, Start: -64},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// Without its pooling a layer has the field of the convolution: 11, 51 and 163 px.
	for layer, size := range map[int]int{0: 11, 1: 51, 4: 163} {
		a := nets.CaffeNet(1000)
		a.Blocks[layer] = arch.Without[op.Pool](a.Blocks[layer])
		bare, err := a.Fields()
		if err != nil {
			t.Fatal(err)
		}
		if bare[layer].Size != size {
			t.Errorf("%s before pooling sees %d px, want %d", a.Blocks[layer].Name, bare[layer].Size, size)
		}
	}
}

// Mini's, by hand in the same way.
func TestFieldsOfMini(t *testing.T) {
	got, err := nets.Mini(10, nets.MiniOptions{}).Fields()
	if err != nil {
		t.Fatal(err)
	}
	want := []op.Field{
		{Size: 9, Stride: 4, Start: -2},     // conv1 5, stride 2, padding 2; pool1: 5 + 2·2
		{Size: 25, Stride: 8, Start: -6},    // conv2 9 + 2·4 = 17, padding 4; pool2: 17 + 2·4
		{Size: 41, Stride: 8, Start: -14},   // conv3: 25 + 2·8, padding 8
		{Size: 57, Stride: 8, Start: -22},   // conv4
		{Size: 89, Stride: 16, Start: -30},  // conv5 73; pool5: 73 + 2·8
		{Size: 105, Stride: 16, Start: -30}, // fc6 over 2 by 2: 89 + 16
		{Size: 105, Stride: 16, Start: -30},
		{Size: 105, Stride: 16, Start: -30},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if from, to := want[1].Span(3); from != 18 || to != 43 { // 3·8 - 6, and 25 on
		t.Errorf("the fourth field of conv2 spans %d to %d, want 18 to 43", from, to)
	}
}

// What units see, found by trial: with weights of 1 and no biases a single lit pixel lights a unit if and only if the
// unit depends on it.
func TestFieldsAreWhatUnitsSee(t *testing.T) {
	a := nets.Mini(2, nets.MiniOptions{Size: 24, Channels: 1, Widths: [7]int{1, 1, 1, 1, 1, 1, 1}})
	fields, err := a.Fields()
	if err != nil {
		t.Fatal(err)
	}
	w := nettest.Init(t, a, 1)
	for path, v := range w {
		for i := range v.Data {
			v.Data[i] = 0
			if path[len(path)-len("weights"):] == "weights" {
				v.Data[i] = 1
			}
		}
	}
	pixels := a.Size * a.Size
	read, err := inspect.NewReader(optest.Open(t, "go"), a, w, pixels, 0, 1, 2, 3, 4, 5)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	images := make([]float32, pixels*pixels)
	for i := range pixels {
		images[i*pixels+i] = 1
	}
	layers, err := read.Read(images)
	if err != nil {
		t.Fatal(err)
	}
	for l, out := range layers {
		side := 1
		if len(out.Shape) == 4 {
			side = out.Shape[1]
		}
		for place := range side * side {
			y0, y1 := fields[l].Span(place / side)
			x0, x1 := fields[l].Span(place % side)
			for p := range pixels {
				y, x := p/a.Size, p%a.Size
				in := y >= y0 && y < y1 && x >= x0 && x < x1
				if lit := out.Data[p*side*side+place] > 0; lit != in {
					t.Fatalf("%s, unit %d of %d by %d: pixel (%d, %d) lights it: %v, and the field is %s: %v",
						a.Blocks[l].Name, place, side, side, y, x, lit,
						fmt.Sprintf("[%d, %d) by [%d, %d)", y0, y1, x0, x1), in)
				}
			}
		}
	}
}

func TestFieldsOfNoNet(t *testing.T) {
	a := nets.Mini(10, nets.MiniOptions{})
	nettest.Edit(&a, 1, func(c *op.Convolution) { c.Kernel = 99 })
	if _, err := a.Fields(); err == nil {
		t.Error("a net whose windows do not fit has fields")
	}
}
