package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"coadapt/transfer/store"
)

// fakeStore writes a store of nets, as many runs would: experiments of 1000 nets each, with specs, curves and
// logs of the usual size, some nets not trained, and no weights. Nothing is synced.
func fakeStore(tb testing.TB, nets int) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	names := Curve([]string{"0"}, []int{0}, Treatments(), []int{1, 2, 3, 4, 5, 6, 7})
	filler := make([]byte, 3500)
	for i := range nets {
		n := names[i%len(names)]
		n.Seed = i % 1000 / len(names)
		sum := sha256.Sum256(fmt.Appendf(nil, "net %d", i))
		key := hex.EncodeToString(sum[:])
		r := Result{Net: n, Status: OK, Accuracy: float64(40+i%50) / 100, Correct: 40 + i%50, Tested: 100, Loss: 1.5,
			TrainLoss: 1.2, Best10: 0.5,
			CleanLoss: 1, CleanAccuracy: 0.7, CleanTested: 24, Classes: 10, Steps: 3000, Images: 48000, Seconds: 12.5,
			Data: fmt.Sprintf("data%d", i/1000), Arch: "mini", Key: key, Experiment: fmt.Sprintf("%012x", i/1000)}
		if i%17 == 0 {
			// by chance: it is judged as not trained
			r.Correct, r.Accuracy, r.CleanLoss, r.TrainLoss = 10, 0.1, 2.3, 2.3
		}
		result, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			tb.Fatal(err)
		}
		writeEntry(tb, s, key, map[string][]byte{resultFile: result, specFile: filler, metricsFile: filler[:3000],
			logFile: filler[:100]})
	}
	return s
}

// writeEntry writes an entry an hour ago.
func writeEntry(tb testing.TB, s *store.Store, key string, files map[string][]byte) {
	tb.Helper()
	dir := filepath.Join(s.Dir(), "entries", key[:2], key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	digests := map[string]string{}
	for name, data := range files {
		sum := sha256.Sum256(data)
		digests[name] = hex.EncodeToString(sum[:])
	}
	list, err := json.Marshal(digests)
	if err != nil {
		tb.Fatal(err)
	}
	files["digests.json"] = list
	then := time.Now().Add(-time.Hour)
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			tb.Fatal(err)
		}
		if err := os.Chtimes(file, then, then); err != nil {
			tb.Fatal(err)
		}
	}
}

// oneByOne are the results of a store, entry by entry.
func oneByOne(tb testing.TB, s *store.Store) (all []Result) {
	tb.Helper()
	for key, err := range s.Keys() {
		if err != nil {
			tb.Fatal(err)
		}
		if r, err := Lookup(s, key); err == nil {
			all = append(all, r)
		}
	}
	return all
}

// TestIndexIsTheStore: from the index come the results that the entries have, in their order, the first time and
// later, and after entries came, went, changed or broke; a damaged index is one that is not there.
func TestIndexIsTheStore(t *testing.T) {
	s := fakeStore(t, indexFrom+100)
	cache := filepath.Join(s.Dir(), "cache")
	same := func(what string, faults int) {
		t.Helper()
		want := oneByOne(t, s)
		for range 2 { // makes the index, and uses it
			var got []Result
			bad := 0
			for r, err := range All(s) {
				if err != nil {
					bad++
					continue
				}
				got = append(got, r)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d results, want the %d of the entries", what, len(got), len(want))
			}
			if bad != faults {
				t.Errorf("%s: %d faults, want %d", what, bad, faults)
			}
			faults = 0 // it was set aside
		}
	}
	same("new", 0)
	if files, err := os.ReadDir(cache); err != nil || len(files) != 1 {
		t.Fatalf("%d cached files, %v; want the index", len(files), err)
	}
	keys := []string{}
	for key := range s.Keys() {
		keys = append(keys, key)
	}
	entry := func(key string) string { return filepath.Join(s.Dir(), "entries", key[:2], key) }
	for _, key := range keys[10:15] {
		if err := os.RemoveAll(entry(key)); err != nil {
			t.Fatal(err)
		}
	}
	same("five gone", 0)
	r, err := Lookup(s, keys[20])
	if err != nil {
		t.Fatal(err)
	}
	r.Seconds = 99
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	writeEntry(t, s, keys[20], map[string][]byte{resultFile: data})
	same("one replaced", 0)
	if got := slices.Collect(seconds(s, keys[20])); !slices.Equal(got, []float64{99}) {
		t.Errorf("the replaced entry has %v seconds, want 99", got)
	}
	broken, err := os.ReadFile(filepath.Join(entry(keys[30]), resultFile))
	if err != nil {
		t.Fatal(err)
	}
	broken[40] ^= 1
	if err := os.WriteFile(filepath.Join(entry(keys[30]), resultFile), broken, 0o644); err != nil {
		t.Fatal(err)
	}
	faults := 0
	for r, err := range All(s) {
		if fault := (*store.BrokenError)(nil); errors.As(err, &fault) && r.Key == keys[30] {
			faults++
		} else if err != nil {
			t.Error(err)
		}
	}
	if faults != 1 {
		t.Errorf("a flipped bit was found %d times, want once", faults)
	}
	same("one broken", 0)
	for i := range 40 { // enough for another index
		n := Net{Split: "1", Target: B, Seed: i}
		data, err := json.Marshal(Result{Net: n, Status: Diverged, Reason: "the loss is NaN", Data: "x",
			Experiment: "y"})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "new %d", i))
		writeEntry(t, s, hex.EncodeToString(sum[:]), map[string][]byte{resultFile: data})
	}
	same("forty more", 0)
	files, err := os.ReadDir(cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		file := filepath.Join(cache, f.Name())
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	same("damaged", 0)
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cache, nil, 0o444); err != nil { // no folder: nothing can be cached
		t.Fatal(err)
	}
	same("no cache", 0)
	for range All(s) {
		break // leaves early
	}
}

// seconds are those of the results of All under a key.
func seconds(s *store.Store, key string) func(func(float64) bool) {
	return func(yield func(float64) bool) {
		for r, err := range All(s) {
			if err == nil && r.Key == key && !yield(r.Seconds) {
				return
			}
		}
	}
}

// TestIndexSavesReading: what the index has is not read again: a result whose file was overwritten under its size and
// time, as nothing but a test does, is the old one. An entry of this moment is read each time.
func TestIndexSavesReading(t *testing.T) {
	s := fakeStore(t, indexFrom)
	first := oneByOne(t, s)[3]
	for range All(s) {
	}
	file := filepath.Join(s.Dir(), "entries", first.Key[:2], first.Key, resultFile)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, info.Size()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(seconds(s, first.Key)); len(got) != 1 {
		t.Errorf("the entry was read %d times anew", 1-len(got))
	}
	now := time.Now()
	if err := os.Chtimes(file, now, now); err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(seconds(s, first.Key)); len(got) != 0 {
		t.Error("an entry that changed just now was taken from the index")
	}
}

// BenchmarkAll lists 20,000 nets, without an index and with one.
func BenchmarkAll(b *testing.B) {
	s := fakeStore(b, 20_000)
	list := func(b *testing.B) {
		n := 0
		for _, err := range All(s) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 20_000 {
			b.Fatalf("%d results", n)
		}
	}
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.ClearCache(); err != nil {
				b.Fatal(err)
			}
			list(b)
		}
	})
	b.Run("again", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			list(b)
		}
	})
}
