package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"coadapt/transfer/store"
)

// Export writes entries as a tar stream, with their weights or without; see
// [store.Store.Export].
func Export(ctx context.Context, s *store.Store, w io.Writer, keys []string, weights bool) iter.Seq2[store.Archived,
	error] {
	if weights {
		return s.Export(ctx, w, keys)
	}
	return s.Export(ctx, w, keys, weightsFile)
}

// maxEntries is far above the nets of any experiment.
const maxEntries = 1_000_000

// entrySize is the most bytes that a file of an entry is taken with. Metrics and logs of real nets are of kilobytes;
// CaffeNet's weights are of 244 MB.
func entrySize(name string) int64 {
	switch name {
	case specFile, resultFile:
		return 1 << 20
	case metricsFile, logFile:
		return 16 << 20
	case weightsFile:
		return 2 << 30
	}
	return 0
}

// Import brings in the entries of a tar stream of no more than most bytes; see
// [store.Store.Import]. Of an entry the key must be the hash of its spec, the
// result that of the net that the spec is of and one that a net can have, and
// the weights those of the spec's architecture, and finite.
func Import(ctx context.Context, s *store.Store, r io.Reader, most int64) iter.Seq2[store.Archived, error] {
	limits := store.Limits{Entries: maxEntries, Size: entrySize, Total: most}
	return s.Import(ctx, r, limits, func(key string, files store.Files) error {
		_, err := decodeEntry(key, files)
		return err
	})
}

// decodeEntry checks what is in an entry beyond its digests: that its key is
// that of its spec, that the result is of the spec's net and possible, that the weights are
// the architecture's and finite, and that all files can be read.
func decodeEntry(key string, files store.Files) (Entry, error) {
	e := Entry{Key: key}
	for _, data := range files {
		e.Bytes += int64(len(data))
	}
	fail := func(name string, err error) (Entry, error) {
		return e, fmt.Errorf("store entry %s, %s: %w", key, name, err)
	}
	var (
		sp      spec
		compact bytes.Buffer
		metrics []Metric
	)
	if err := json.Unmarshal(files[specFile], &sp); err != nil {
		return fail(specFile, err)
	}
	if err := json.Compact(&compact, files[specFile]); err != nil {
		return fail(specFile, err)
	}
	if sum := sha256.Sum256(compact.Bytes()); hex.EncodeToString(sum[:]) != key {
		return fail(specFile, fmt.Errorf("its hash is %x", sum))
	}
	if err := json.Unmarshal(files[resultFile], &e.Result); err != nil {
		return fail(resultFile, err)
	}
	n := e.Result.Net
	if e.Result.Key != key || sp.Treatment != n.Treatment.String() || sp.N != n.N || sp.Seed != n.Seed ||
		sp.Target != n.Target.String() {
		return fail(resultFile,
			fmt.Errorf("it is of net %s with key %.64s, and the entry's spec of another", n, e.Result.Key))
	}
	if err := e.Result.possible(); err != nil {
		return fail(resultFile, err)
	}
	if err := json.Unmarshal(files[metricsFile], &metrics); err != nil {
		return fail(metricsFile, err)
	}
	var weights []byte
	if weights, e.Weights = files[weightsFile]; e.Weights {
		w, err := decodeWeights(weights)
		a := sp.arch()
		a.Name = e.Result.Arch                            // specs leave it out
		if err == nil && sp.Semantics == semanticsOf(a) { // others are never found by their key
			err = a.Check(w)
		}
		if err == nil && !w.Finite() {
			err = errNotFinite
		}
		if err != nil {
			return fail(weightsFile, err)
		}
	}
	return e, nil
}
