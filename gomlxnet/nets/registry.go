package nets

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/strict"
)

// registered is an architecture that goes by a name.
type registered struct {
	classes int // where none are asked for
	build   func(classes int, options []byte) (arch.Arch, error)
}

var (
	registering sync.RWMutex // guards what follows
	archs       = map[string]registered{
		"caffenet":      entry(1000, sized(CaffeNet)),
		"mini":          entry(20, buildMini),
		"resnet18":      entry(1000, ResNet18),
		"resnet20":      entry(10, CIFARResNet),
		"resnet50":      entry(1000, ResNet50),
		"squeezenet1_1": entry(1000, sized(SqueezeNet)),
		"vgg11":         entry(1000, sized(VGG11)),
		"vgg11_bn":      entry(1000, sized(VGG11BN)),
	}
)

// Register has [Build] know an architecture by a name. Its options are what JSON decodes into an O, where zero is the
// default; classes is how many it has where none are asked for. It panics where the name is taken.
func Register[O any](name string, classes int, build func(classes int, options O) (arch.Arch, error)) {
	registering.Lock()
	defer registering.Unlock()
	if _, taken := archs[name]; taken || name == "" {
		panic(fmt.Sprintf("arch %q is registered already, or has no name", name))
	}
	archs[name] = entry(classes, build)
}

func entry[O any](classes int, build func(int, O) (arch.Arch, error)) registered {
	return registered{classes, func(classes int, options []byte) (arch.Arch, error) {
		var o O
		if len(bytes.TrimSpace(options)) > 0 {
			if err := strict.Decode(options, &o); err != nil {
				return arch.Arch{}, fmt.Errorf("options %s: %w", options, err)
			}
		}
		return build(classes, o)
	}}
}

// Names are those of the registered architectures, sorted.
func Names() []string {
	registering.RLock()
	defer registering.RUnlock()
	return slices.Sorted(maps.Keys(archs))
}

// Build is the registered architecture of a name, for a number of classes, 0 for its default, with options as JSON,
// nil for none.
func Build(name string, classes int, options []byte) (arch.Arch, error) {
	registering.RLock()
	r, ok := archs[name]
	registering.RUnlock()
	if !ok {
		names := Names()
		last := len(names) - 1
		return arch.Arch{}, fmt.Errorf("arch %q, want %s or %s", name, strings.Join(names[:last], ", "), names[last])
	}
	if classes == 0 {
		classes = r.classes
	}
	a, err := r.build(classes, options)
	if err != nil {
		return arch.Arch{}, fmt.Errorf("arch %q: %w", name, err)
	}
	_, err = a.Dims()
	return a, err
}
