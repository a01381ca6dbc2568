package transfer

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"

	"github.com/nlpodyssey/safetensors"
)

// errThawed says that the promise "frozen is frozen" was broken.
var errThawed = errors.New("frozen layers moved")

// errNotFinite is the fault of weights that a net which is OK cannot have.
var errNotFinite = errors.New("a weight is not finite")

// The files of a store entry.
const (
	specFile    = "spec.json"
	resultFile  = "result.json"
	metricsFile = "metrics.json"
	weightsFile = "weights.safetensors"
	logFile     = "log.txt"
)

func (o *outcome) files(p *Plan) (store.Files, error) {
	files := make(store.Files)
	for name, v := range map[string]any{specFile: p.spec, resultFile: o.result, metricsFile: o.metrics} {
		data, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", name, p.Net, err)
		}
		files[name] = data
	}
	if o.result.Status != OK {
		return files, nil
	}
	data, err := encodeWeights(o.weights)
	files[weightsFile] = data
	return files, err
}

// readFile decodes a file of an entry.
func readFile(s *store.Store, key, name string, to any) error {
	files, err := s.Get(key, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(files[name], to); err != nil {
		return fmt.Errorf("store entry %s, %s: %w", key, name, err)
	}
	return nil
}

// usable reads weights of an architecture. Those that are not its own, or not finite, are a fault of their entry.
func usable(a arch.Arch, data []byte) (arch.Weights, error) {
	w, err := decodeWeights(data)
	if err != nil {
		return nil, err
	}
	if err := a.Check(w); err != nil {
		return nil, err
	}
	if !w.Finite() {
		return nil, errNotFinite
	}
	return w, nil
}

// encodeWeights writes the safetensors form, tensors named by their path.
func encodeWeights(w arch.Weights) ([]byte, error) {
	views := make(map[string]safetensors.TensorView, len(w))
	for path, t := range w {
		shape := make([]uint64, len(t.Shape))
		for i, d := range t.Shape {
			shape[i] = uint64(d)
		}
		raw := make([]byte, 0, 4*len(t.Data))
		for _, x := range t.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		view, err := safetensors.NewTensorView(safetensors.F32, shape, raw)
		if err != nil {
			return nil, fmt.Errorf("weights, %s: %w", path, err)
		}
		views[path] = view
	}
	var buf bytes.Buffer
	err := safetensors.SerializeToWriter(views, nil, &buf)
	return buf.Bytes(), err
}

// maxHeader is the most bytes of the head of a file of weights, which lists its
// tensors; a net of eight layers has 16 of them in two thousand.
const maxHeader = 1 << 20

// decodeWeights reads what encodeWeights writes. It takes no more memory than a
// few times the length of data.
func decodeWeights(data []byte) (arch.Weights, error) {
	if len(data) >= 8 && binary.LittleEndian.Uint64(data) > maxHeader {
		return nil, fmt.Errorf("weights: head of %d bytes, want at most %d", binary.LittleEndian.Uint64(data),
			maxHeader)
	}
	st, err := safetensors.Deserialize(data)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	w := make(arch.Weights, st.Len())
	for _, named := range st.Tensors() {
		view := named.TensorView
		if view.DType() != safetensors.F32 {
			return nil, fmt.Errorf("weights, %s: type %s, want F32", named.Name, view.DType())
		}
		t := arch.Tensor{Data: make([]float32, view.DataLen()/4)}
		// beside a 0 any other number would fit the length
		if len(view.Shape()) == 0 || slices.Contains(view.Shape(), 0) {
			return nil, fmt.Errorf("weights, %s: shape %d, want one dimension or more, each of 1 or more", named.Name,
				view.Shape())
		}
		for _, d := range view.Shape() {
			t.Shape = append(t.Shape, int(d))
		}
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(view.Data()[4*i:]))
		}
		w[named.Name] = t
	}
	return w, nil
}
