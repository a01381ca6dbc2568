package arch

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"
)

// Tensor is a variable's value on the host, row-major float32.
type Tensor struct {
	Shape []int
	Data  []float32
}

// Weights are the values of a net's variables by path. They belong to their
// holder: functions that take Weights never keep or change them.
type Weights map[string]Tensor

// Clone copies the values too.
func (w Weights) Clone() Weights {
	c := make(Weights, len(w))
	for path, t := range w {
		c[path] = Tensor{slices.Clone(t.Shape), slices.Clone(t.Data)}
	}
	return c
}

// Digest is the SHA-256, in hex, over paths, shapes and bit patterns of all
// variables in the order of their paths.
func (w Weights) Digest() string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(w)) {
		hashTensor(h, path, w[path])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashTensor(h hash.Hash, path string, t Tensor) {
	fmt.Fprintf(h, "%s %v\n", path, t.Shape)
	buf := make([]byte, 0, 4096)
	for i, x := range t.Data {
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
		if len(buf) == cap(buf) || i == len(t.Data)-1 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
}

// Finite reports whether no value is NaN or infinite.
func (w Weights) Finite() bool {
	for _, t := range w {
		infinite := func(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }
		if slices.ContainsFunc(t.Data, infinite) {
			return false
		}
	}
	return true
}

// Check says whether w has exactly the variables of a, with their shapes.
func (a Arch) Check(w Weights) error {
	vars, err := a.Variables()
	if err != nil {
		return err
	}
	for _, v := range vars {
		t, ok := w[v.Path]
		if !ok {
			return fmt.Errorf("arch %q: weights lack %s", a.Name, v.Path)
		}
		if !slices.Equal(t.Shape, v.Shape) || len(t.Data) != v.Size() {
			return fmt.Errorf("arch %q: %s has shape %v and %d values, want %v", a.Name, v.Path, t.Shape, len(t.Data),
				v.Shape)
		}
	}
	if len(w) != len(vars) {
		return fmt.Errorf("arch %q: %d variables given, the net has %d", a.Name, len(w), len(vars))
	}
	return nil
}
