package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/store"
)

// nameHelp says how a net of the store is named on the command line.
const nameHelp = "the net's name, such as 0/A3B, or the beginning of its key"

// finder finds nets of a store by what a user calls them: a name in the paper's notation, or the beginning of a key.
type finder struct {
	store   *store.Store
	stderr  io.Writer // where entries that cannot be read are named
	results []transfer.Result
	read    bool
}

// all are the keys of the nets that a word means: one key, or those of all nets of a name, which several experiments
// may have.
func (f *finder) all(word string) ([]string, error) {
	net, notName := transfer.ParseNet(word)
	if notName != nil {
		if strings.Trim(word, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("%w; or at least the first four hexadecimal digits of its key", notName)
		}
		key, err := f.store.Find(word)
		if several := (*store.AmbiguousError)(nil); errors.As(err, &several) {
			return nil, fmt.Errorf("%w\n%s", err, f.candidates(several.Keys))
		} else if err != nil {
			return nil, err
		}
		return []string{key}, nil
	}
	if !f.read { // once: all entries
		f.results, _ = readable(f.stderr, f.store)
		f.read = true
	}
	var keys []string
	for _, r := range f.results {
		if r.Net == net {
			keys = append(keys, r.Key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s is not in the store %s; `coadapt store ls` lists what is", net, f.store.Dir())
	}
	return keys, nil
}

// one is the key of the one net that a word means.
func (f *finder) one(word string) (string, error) {
	keys, err := f.all(word)
	if err != nil {
		return "", err
	}
	if len(keys) > 1 {
		return "", fmt.Errorf("store %s: %d nets are called %s; name one by its key\n%s", f.store.Dir(), len(keys),
			word, f.candidates(keys))
	}
	return keys[0], nil
}

// candidates are lines, one a key, that tell nets apart.
func (f *finder) candidates(keys []string) string {
	var lines []string
	for _, key := range keys {
		line := "  " + key
		if r, err := transfer.Lookup(f.store, key); err == nil { // a broken entry still has its key
			line = fmt.Sprintf("  %.16s  %s on %s, experiment %s", key, r.Net, r.Data, r.Experiment)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
