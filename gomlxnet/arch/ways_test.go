package arch_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/op"
)

// waysArch is the net of testdata/torch_norm.json, with ways that part and meet.
func waysArch(t *testing.T) arch.Arch {
	t.Helper()
	text, err := os.ReadFile("../testdata/torch_norm.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Arch arch.Arch }
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f.Arch
}

// The receptive field of ways that meet is what any of them sees: by hand.
func TestFieldsOfWays(t *testing.T) {
	fields, err := waysArch(t).Fields()
	if err != nil {
		t.Fatal(err)
	}
	want := []op.Field{
		{Size: 4, Stride: 2, Start: -1},  // 3, padding 1; pool of 2: 3 + 1
		{Size: 12, Stride: 2, Start: -5}, // a and b: 4 + 2·2 + 2·2, padding 2 each; skip sees less
		{Size: 20, Stride: 4, Start: -7}, // right: 12 + 2·2, padding 2; pool of 3: 16 + 2·2
		{Size: 28, Stride: 4, Start: -7}, // global average over 3: 20 + 2·4
		{Size: 28, Stride: 4, Start: -7},
	}
	if !slices.Equal(fields, want) {
		t.Errorf("%v, want %v", fields, want)
	}
}

// Multiply-adds, parameters and activations of a net with ways, by hand.
func TestCostOfWays(t *testing.T) {
	layers, total, err := waysArch(t).Cost(arch.Cut{N: 2, Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	stem, residual := int64(144*6*27), int64(36*8*(54+72+6))
	if c := layers[0]; c.MultiplyAdds != stem || c.Train != stem || c.Parameters != 162+2*6 || c.Bytes != 4*(162+4*6) ||
		c.Activations != 144*6*2+36*6 {
		t.Errorf("stem: %+v", c)
	}
	if c := layers[1]; c.MultiplyAdds != residual || c.Train != residual || c.Parameters != 8*(54+72+6)+3*2*8 ||
		c.Activations != 6*36*8 {
		t.Errorf("residual block: %+v", c)
	}
	mixed := int64(36 * 4 * (8 + 72))
	if c := layers[2]; c.MultiplyAdds != mixed || c.Train != 2*mixed || c.Parameters != 4*(8+72)+8 ||
		c.Activations != 36*8+9*8 {
		t.Errorf("mixed block: %+v", c)
	}
	if total.MultiplyAdds != stem+residual+mixed+80+50 || total.Train != stem+residual+2*mixed+3*(80+50) {
		t.Errorf("total: %+v", total)
	}
}

// The JSON of blocks that are no layers is canonical, too, and says what is wrong by block and operation.
func TestBlockJSON(t *testing.T) {
	a := waysArch(t)
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	b, err := arch.Read(text)
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%v: %s is read back as %+v", err, text, b)
	}
	for _, c := range [][2]string{
		{`"kind":"add" to "kind":"sum"`, `block residual: operation 8, sum: kind "sum", want one of convolution, `},
		{`"pad":1 to "padd":1`, `block stem: operation 1, convolution: json: unknown field "padd"`},
		{`"from":["b_norm","skip_norm"] to "from":["b_norm","c"]`,
			`arch "norm", block residual: operation 8, add: reads "c", want "input" or the name of an operation before it`},
		{`"from":["b_norm","skip_norm"] to "from":["b_norm"]`,
			`block residual: operation 8, add: reads 1 inputs, want two or more`},
		{`"name":"a_norm", to "name":"a",`,
			`block residual: operation 2, a: another one with variables has this name`},
		{`"out":8,"kernel":1 to "out":7,"kernel":1`,
			`block residual: operation 8, add: 6x6x8 and 6x6x7 are not of one shape`},
		{`"kernel":3,"stride":2 to "kernel":9,"stride":2`,
			`block mixed: operation 5, average_pool: pool of kernel 9`},
		{`"name":"stem" to "name":"fc"`, `block fc: the name is given twice`},
		{`"classes":5 to "clases":5`, `unknown field "clases"`},
		{`["left","right"] to ["left","left"]`, `block mixed: operation 2, right: none reads what leaves it`},
	} {
		change, want := c[0], c[1]
		from, to, _ := strings.Cut(change, " to ")
		if !strings.Contains(string(text), from) {
			t.Fatalf("%s is not in %s", from, text)
		}
		if _, err := arch.Read([]byte(strings.Replace(string(text), from, to, 1))); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", change, err, want)
		}
	}
}
