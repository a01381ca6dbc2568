package transfer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer/store"
)

// fake is the entry of a net that was never trained, whole in all but that its numbers are made up.
func fake(t testing.TB, n Net) (key string, files store.Files) {
	t.Helper()
	arch := nets.Mini(2, nets.MiniOptions{Size: 24, Channels: 3, Widths: [7]int{1, 1, 1, 1, 1, 2, 2}})
	w, err := arch.Init(uint64(n.N))
	if err != nil {
		t.Fatal(err)
	}
	a, err := newSized(arch)
	if err != nil {
		t.Fatal(err)
	}
	p := &Plan{
		Net: n,
		spec: spec{
			Semantics: semantics,
			Treatment: n.Treatment.String(),
			N:         n.N,
			Seed:      n.Seed,
			Target:    n.Target.String(),
			Arch:      a,
			Data:      n.Split,
		},
	}
	if p.Key, err = store.Key(p.spec); err != nil {
		t.Fatal(err)
	}
	o := &outcome{
		result: Result{
			Net:        n,
			Status:     OK,
			Accuracy:   0.5,
			Correct:    8,
			Tested:     16,
			Loss:       0.7,
			TrainLoss:  0.5,
			Classes:    2,
			Steps:      3,
			Data:       "shapes",
			Arch:       "mini",
			Key:        p.Key,
			Experiment: "0123456789ab",
		},
		metrics: []Metric{{Step: 1, Loss: 0.7, Rate: 0.1}},
		weights: w,
	}
	if files, err = o.files(p); err != nil {
		t.Fatal(err)
	}
	return p.Key, files
}

// weightsFor are those of fake's nets, changed.
func weightsFor(t testing.TB, change func(arch.Weights)) []byte {
	t.Helper()
	_, files := fake(t, Net{Treatment: Base, Split: "0"})
	w, err := decodeWeights(files[weightsFile])
	if err != nil {
		t.Fatal(err)
	}
	change(w)
	data, err := encodeWeights(w)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fakes fills a store.
func fakes(t testing.TB, s *store.Store, names ...string) (keys []string) {
	t.Helper()
	for _, name := range names {
		n, err := ParseNet(name)
		if err != nil {
			t.Fatal(err)
		}
		key, files := fake(t, n)
		if err := s.Put(key, files); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

func emptyStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestImportAsksWhatTheKeyIsOf: digests of what was tampered with are easily made; that its key is the hash of its
// spec, and its result that net's, is not.
func TestImportAsksWhatTheKeyIsOf(t *testing.T) {
	_, other := fake(t, net(t, "B2B"))
	for name, c := range map[string]struct {
		tamper func(store.Files)
		want   string
	}{
		"as it is":        {func(store.Files) {}, ""},
		"without weights": {func(f store.Files) { delete(f, weightsFile) }, ""},
		"another spec":    {func(f store.Files) { f[specFile] = other[specFile] }, "spec.json: its hash is"},
		// the same spec with a space more
		"edited spec": {func(f store.Files) { f[specFile] = append(f[specFile], ' ') }, ""},
		"edited number of spec": {func(f store.Files) {
			f[specFile] = bytes.Replace(f[specFile], []byte(`"n": 1`),
				[]byte(`"n": 2`), 1)
		}, "spec.json: its hash is"},
		"no spec": {func(f store.Files) { delete(f, specFile) }, "spec.json"},
		"another net's result": {func(f store.Files) { f[resultFile] = other[resultFile] },
			"result.json: it is of net 0/B2B"},
		"renamed result": {func(f store.Files) {
			f[resultFile] = bytes.Replace(f[resultFile], []byte("0/B1B"),
				[]byte("0/A1B"), 1)
		}, "result.json: it is of net 0/A1B"},
		"no result":       {func(f store.Files) { delete(f, resultFile) }, "result.json"},
		"metrics of text": {func(f store.Files) { f[metricsFile] = []byte("[") }, "metrics.json"},
		"weights of text": {func(f store.Files) { f[weightsFile] = []byte("weights, honestly") },
			"weights.safetensors: weights"},
		"weights of another net": {func(f store.Files) {
			f[weightsFile] = weightsFor(t, func(w arch.Weights) { delete(w, "/net/conv1/weights") })
		}, "weights.safetensors: arch \"mini\": "},
		"infinite weights": {func(f store.Files) {
			f[weightsFile] = weightsFor(t,
				func(w arch.Weights) { w["/net/conv1/weights"].Data[0] = float32(math.Inf(1)) })
		}, "weights.safetensors: a weight is not finite"},
		"accuracy above 1": {func(f store.Files) {
			f[resultFile] = bytes.Replace(f[resultFile], []byte(`"accuracy": 0.5`), []byte(`"accuracy": 1.5`), 1)
		}, "result.json: accuracy 1.5, want 0 to 1"},
		"more right than tested": {func(f store.Files) {
			f[resultFile] = bytes.Replace(f[resultFile], []byte(`"correct": 8`), []byte(`"correct": 17`), 1)
		}, "result.json: 17 of 16 test images are right"},
		"a file too many": {func(f store.Files) { f["virus.exe"] = []byte("MZ") }, "no entry has a file of this name"},
	} {
		from, to := emptyStore(t), emptyStore(t)
		key, files := fake(t, net(t, "B1B"))
		c.tamper(files)
		if err := from.Put(key, files); err != nil {
			t.Fatal(err)
		}
		var archive bytes.Buffer
		for _, err := range Export(t.Context(), from, &archive, []string{key}, true) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var fault error
		for a, err := range Import(t.Context(), to, &archive, 1<<20) {
			if a.Key != key {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
			fault = err
		}
		if (fault == nil) != (c.want == "") || fault != nil && !strings.Contains(fault.Error(), c.want) ||
			to.Has(key) != (fault == nil) {
			t.Errorf("%s: %v, in the store %v; want %q", name, fault, to.Has(key), c.want)
		}
	}
}

// TestResultsGoOn past broken entries and those that cannot be understood, and name them.
func TestResultsGoOn(t *testing.T) {
	s := emptyStore(t)
	keys := fakes(t, s, "baseA", "baseB", "A1B", "B1B")
	file := func(key, name string) string { return filepath.Join(s.Dir(), "entries", key[:2], key, name) }
	if err := os.WriteFile(file(keys[1], resultFile), []byte("{}"), 0o644); err != nil { // not what its digest says
		t.Fatal(err)
	}
	const strange = "0000000000000000"
	if err := s.Put(strange, store.Files{resultFile: []byte(`{"name": "0/Q9"}`)}); err != nil {
		t.Fatal(err)
	}
	// not an entry at all
	if err := os.WriteFile(filepath.Join(s.Dir(), "entries", keys[0][:2], ".DS_Store"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	results, err := Results(s)
	var broken *store.BrokenError
	if len(results) != 3 || !errors.As(err, &broken) || broken.Key != keys[1] ||
		!strings.Contains(err.Error(), strange) ||
		strings.Contains(err.Error(), "DS_Store") {
		t.Errorf("%d results, %v; want three, one broken and one not understood", len(results), err)
	}
	if results, err := Results(s); len(results) != 3 || errors.As(err, &broken) ||
		!strings.Contains(err.Error(), strange) {
		t.Errorf("again: %d results, %v; want three, and the broken one aside", len(results), err)
	}
	nets, freed, err := Prune(s)
	if nets != 2 || freed == 0 || err == nil { // A1B and B1B
		t.Errorf("pruned %d nets, %d bytes, %v", nets, freed, err)
	}
	if m, err := Metrics(s, keys[0]); err != nil || len(m) != 1 || m[0].Loss != 0.7 {
		t.Errorf("metrics %v, %v", m, err)
	}
}

// head is a safetensors file of a header and data.
func head(header string, data int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, data)...)
}

// hostileWeights are files whose headers lie.
func hostileWeights() map[string][]byte {
	tensor := func(shape, offsets string) string {
		return fmt.Sprintf(`{"w":{"dtype":"F32","shape":%s,"data_offsets":%s}}`, shape, offsets)
	}
	return map[string][]byte{
		"empty":               {},
		"short":               {1, 2, 3},
		"head beyond the end": binary.LittleEndian.AppendUint64(nil, 100),
		"huge head":           binary.LittleEndian.AppendUint64(nil, math.MaxUint64),
		"head of 50 MB":       append(binary.LittleEndian.AppendUint64(nil, 50_000_000), '{'),
		"no JSON":             head("nonsense", 0),
		"null":                head(`{"w":null}`, 0),
		"list":                head(`[]`, 0),
		"other type":          head(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 8),
		"unknown type":        head(`{"w":{"dtype":"Q4","shape":[1],"data_offsets":[0,8]}}`, 8),
		"larger than data":    head(tensor("[1000000000]", "[0,4000000000]"), 8),
		"shape overflows":     head(tensor("[4294967296,4294967296]", "[0,0]"), 0),
		"bytes overflow":      head(tensor("[4611686018427387904]", "[0,0]"), 0),
		"shape beside zero":   head(tensor("[0,18446744073709551615]", "[0,0]"), 0),
		"no shape":            head(tensor("[]", "[0,4]"), 4),
		"negative":            head(tensor("[-1]", "[0,4]"), 4),
		"fraction":            head(tensor("[1.5]", "[0,6]"), 6),
		"offsets backwards":   head(tensor("[1]", "[4,0]"), 4),
		"offsets apart":       head(tensor("[1]", "[4,8]"), 8),
		"data left over":      head(tensor("[1]", "[0,4]"), 8),
		"shape of another":    head(tensor("[3]", "[0,4]"), 4),
		"overlap": head(
			`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`,
			8,
		),
	}
}

// TestHostileWeights are errors, and none of them makes room for what its header says.
func TestHostileWeights(t *testing.T) {
	for name, data := range hostileWeights() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w, err := decodeWeights(data)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: taken as %v", name, w)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: %d bytes of memory for %d of data", name, took, len(data))
		}
	}
}

// FuzzWeights: what is decoded fits its data, and comes out again as it went in.
//
//	go test -run '^$' -fuzz FuzzWeights -fuzztime 2m -fuzzminimizetime 1x ./transfer
func FuzzWeights(f *testing.F) {
	for _, data := range hostileWeights() {
		f.Add(data)
	}
	_, files := fake(f, Net{Split: "0", Target: B, Treatment: Selffer, N: 1})
	f.Add(files[weightsFile])
	f.Add(head(`{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := decodeWeights(data)
		if err != nil {
			return
		}
		for name, tensor := range w {
			size := 1
			for _, d := range tensor.Shape {
				if d < 1 {
					t.Fatalf("%q has shape %v", name, tensor.Shape)
				}
				size *= d
			}
			if size != len(tensor.Data) {
				t.Fatalf("%q of shape %v has %d numbers", name, tensor.Shape, len(tensor.Data))
			}
		}
		again, err := encodeWeights(w)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeWeights(again)
		if err != nil || back.Digest() != w.Digest() {
			t.Fatalf("written again: %v", err)
		}
	})
}

// BenchmarkList reads the results of stores of different size: µs/entry must not grow. Writing the entries, which is
// not measured, is fast on a file system in memory only:
//
//	TMPDIR=/dev/shm go test -run '^$' -bench List ./transfer
func BenchmarkList(b *testing.B) {
	for _, size := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("entries=%d", size), func(b *testing.B) {
			s := emptyStore(b)
			for i := range size {
				key, files := fake(b, Net{Split: "0", Target: B, Treatment: Selffer, N: 1 + i%7, Seed: i})
				if err := s.Put(key, files); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				results, err := Results(s)
				if err != nil || len(results) != size {
					b.Fatal(len(results), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/entry")
		})
	}
}
