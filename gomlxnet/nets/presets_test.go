package nets_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/nets/nettest"
	"coadapt/gomlxnet/op/optest"
	"coadapt/gomlxnet/train"

	"github.com/gomlx/compute"
)

// Parameters and multiply-adds for 1000 classes and 224 px are those of torchvision 0.29.2's model cards, num_params
// and _ops; those of ResNet-20 are of akamaster/pytorch_resnet_cifar10 and of He et al. 2016, table 6.
func TestPresets(t *testing.T) {
	for _, c := range []struct {
		name, options string
		parameters    int
		giga          float64 // multiply-adds, 10⁹
		cuts          string  // the first and the last, and how many
	}{
		{"resnet18", "", 11_689_512, 1.814, "conv1 layer4.1 9"},
		{"resnet50", "", 25_557_032, 4.089, "conv1 layer4.2 17"},
		{"vgg11", "", 132_863_336, 7.609, "conv1_1 fc7 10"},
		{"vgg11_bn", "", 132_868_840, 7.609, "conv1_1 fc7 10"},
		{"squeezenet1_1", "", 1_235_496, 0.349, "conv1 fire9 9"},
		{"resnet20", "", 269_722, 0.041, "conv1 layer3.2 10"},
		{"resnet20", `{"depth":32}`, 464_154, 0.069, "conv1 layer3.4 16"},
		{"resnet20", `{"depth":44}`, 658_586, 0.097, "conv1 layer3.6 22"},
		{"resnet20", `{"depth":56}`, 853_018, 0.125, "conv1 layer3.8 28"},
		{"resnet20", `{"shortcut":"B"}`, 272_474, 0.041, "conv1 layer3.2 10"}, // 16·32 + 32·64 + 2·(32+64) more
	} {
		a, err := nets.Build(c.name, 0, []byte(c.options))
		if err != nil {
			t.Fatal(err)
		}
		_, total, err := a.Cost(arch.Cut{})
		if err != nil {
			t.Fatal(err)
		}
		if giga := float64(total.MultiplyAdds) / 1e9; total.Parameters != c.parameters ||
			math.Abs(giga-c.giga) > 0.0006 {
			t.Errorf("%s %s: %d parameters, %.4f giga multiply-adds; want %d, %.3f", c.name, c.options,
				total.Parameters, giga, c.parameters, c.giga)
		}
		if got := fmt.Sprint(a.Blocks[0].Name, " ", a.Blocks[a.Cuts()-1].Name, " ", a.Cuts()); got != c.cuts {
			t.Errorf("%s %s: cuts %s, want %s", c.name, c.options, got, c.cuts)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := arch.Read(text); err != nil || !reflect.DeepEqual(back, a) {
			t.Errorf("%s %s: its JSON is read back as another net, %v", c.name, c.options, err)
		}
	}
}

// Sizes and classes are those that are asked for.
func TestPresetsOfOtherSizes(t *testing.T) {
	for _, c := range []struct{ name, options, cut, shape string }{
		{"resnet18", `{"size":64}`, "conv1", "16x16x64"},
		{"resnet18", `{"size":64}`, "layer4.1", "2x2x512"},
		{"resnet18", `{"size":32,"small_stem":true}`, "conv1", "32x32x64"},
		{"resnet18", `{"size":32,"small_stem":true}`, "layer4.1", "4x4x512"},
		{"resnet50", `{"size":96}`, "layer3.5", "6x6x1024"},
		{"vgg11", `{"size":64}`, "conv5_2", "2x2x512"},
		{"vgg11_bn", `{"size":32}`, "fc6", "1x1x4096"},
		{"squeezenet1_1", `{"size":227}`, "fire3", "28x28x128"},
		{"squeezenet1_1", `{"size":227}`, "fire5", "14x14x256"},
		{"resnet20", `{"size":64}`, "layer2.0", "32x32x32"},
	} {
		a, err := nets.Build(c.name, 7, []byte(c.options))
		if err != nil {
			t.Fatal(err)
		}
		dims, err := a.Dims()
		if err != nil || a.Outputs(a.Cuts()) != 7 {
			t.Errorf("%s %s: %d classes, %v", c.name, c.options, a.Outputs(a.Cuts()), err)
		}
		i := slices.IndexFunc(a.Blocks, func(b arch.Block) bool { return b.Name == c.cut })
		if i < 0 || dims[i].Out.String() != c.shape {
			t.Errorf("%s %s: %s is block %d, %v; want %s", c.name, c.options, c.cut, i, dims, c.shape)
		}
	}
	for _, c := range []struct{ name, options, want string }{
		{"resnet20", `{"depth":21}`, "depth 21, want 6·n + 2 from 8"},
		{"resnet20", `{"shortcut":"C"}`, `shortcut "C", want "A"`},
		{"resnet18", `{"size":-3}`, "size -3, want pixels from 1, or 0 for 224"},
		{"squeezenet1_1", `{"size":24}`, `block fire5: operation 7, max_pool: pool of kernel 3`},
		{"vgg11", `{"depth":8}`, `unknown field "depth"`},
		{"mini", `{"norm":"layer"}`, `norm "layer", want "batch" or none`},
		{"mini", `{"depth":5}`, "depth 5, want 6 to 100 layers"},
	} {
		if _, err := nets.Build(c.name, 0, []byte(c.options)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %s", c.name, c.options, err, c.want)
		}
	}
}

// Mini's further options: what its layers have, and that of depth 8 is the Mini of today but for them.
func TestMiniDeep(t *testing.T) {
	for _, c := range []struct{ options, blocks string }{
		{`{"norm":"batch"}`, "conv1: convolution batch_norm relu max_pool | conv2: convolution batch_norm " +
			"relu max_pool | " +
			"conv3: convolution batch_norm relu | conv4: convolution batch_norm relu | " +
			"conv5: convolution batch_norm relu max_pool | fc6: inner_product batch_norm relu | " +
			"fc7: inner_product batch_norm relu | fc8: inner_product"},
		{`{"residual":true,"depth":9,"dropout":0.5}`, "conv1: convolution relu max_pool lrn | " +
			"conv2: convolution relu max_pool lrn | conv3: convolution skip add relu | conv4: convolution add relu | " +
			"conv5: convolution add relu | conv6: convolution skip add relu max_pool | fc7: inner_product " +
			"relu dropout | " +
			"fc8: inner_product relu dropout | fc9: inner_product"},
		{`{"depth":6,"size":16,"no_lrn":true}`,
			"conv1: convolution relu max_pool | conv2: convolution relu max_pool | " +
				"conv3: convolution relu | fc4: inner_product relu | fc5: inner_product relu | fc6: inner_product"},
	} {
		a, err := nets.Build("mini", 10, []byte(c.options))
		if err != nil {
			t.Fatal(err)
		}
		var blocks []string
		for _, b := range a.Blocks {
			var names []string
			for _, o := range b.Ops {
				names = append(names, cmp.Or(o.Name, o.Kind()))
			}
			blocks = append(blocks, b.Name+": "+strings.Join(names, " "))
		}
		if got := strings.Join(blocks, " | "); got != c.blocks {
			t.Errorf("%s:\n%s, want\n%s", c.options, got, c.blocks)
		}
	}
	opt := nets.MiniOptions{Groups: 2, Dropout: 0.1}
	a := nets.Mini(10, opt)
	opt.Depth = 8
	if b := nets.Mini(10, opt); !reflect.DeepEqual(a, b) {
		t.Errorf("a Mini of depth 8 is\n%+v, want\n%+v", b, a)
	}
}

// Every preset trains: a step of a small one on each backend has a finite loss, near that of chance, and moves weights.
func TestPresetsStep(t *testing.T) {
	optest.OnBackends(t, func(t *testing.T, backend compute.Backend) {
		for name, options := range map[string]string{
			"resnet20": `{"size":8,"depth":8}`, "squeezenet1_1": `{"size":25}`,
			"mini": `{"size":16,"norm":"batch","residual":true,"widths":[4,4,6,6,4,8,8]}`,
		} {
			if backend.Name() == "xla" && name != "resnet20" {
				continue // compiling takes it ten seconds each
			}
			a, err := nets.Build(name, 3, []byte(options))
			if err != nil {
				t.Fatal(err)
			}
			trainer, err := train.New(backend, a, train.SGD{Momentum: 0.9}, 4)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Close()
			start := nettest.Init(t, a, 1)
			if err := trainer.Load(start, arch.Cut{N: 1, Frozen: true}); err != nil {
				t.Fatal(err)
			}
			images, labels := nettest.Batch(a, 4, 0)
			loss, err := trainer.Train(train.Steps{Values: images, Labels: labels, Rates: []float64{0.01}})
			if err != nil || !(loss[0] > 0.5 && loss[0] < 6) {
				t.Errorf("%s: a loss of %v, %v", name, loss, err)
			}
			end, err := trainer.Weights()
			if err != nil {
				t.Fatal(err)
			}
			vars, _ := a.Variables()
			for _, v := range vars {
				if same := nettest.EqualBits(start[v.Path], end[v.Path]); same != (v.Layer == 0) &&
					v.Name != "biases" &&
					v.Name != "shift" {
					t.Errorf("%s: %s stays: %v", name, v.Path, same)
				}
			}
		}
	})
}

// The running statistics of a preset are in the digest of what stays frozen, up to the cut and no further.
func TestDigestHasStatistics(t *testing.T) {
	a, err := nets.Build("resnet20", 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := nettest.Init(t, a, 0)
	before, _ := a.PrefixDigest(w, 2)
	for path, moves := range map[string]bool{"/net/conv1/bn1/mean": true, "/net/layer1.0/bn2/variance": true,
		"/net/layer1.1/bn1/mean": false} {
		moved := w.Clone()
		moved[path].Data[3] += 1e-7
		after, err := a.PrefixDigest(moved, 2)
		if err != nil || (after != before) != moves {
			t.Errorf("%s moves the digest of the first two blocks: %v, %v", path, after != before, err)
		}
	}
}
