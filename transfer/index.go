package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"coadapt/transfer/store"
)

// An index keeps the results of a large store together, in its cache, so that a list of them need not open every entry.
// It is never the truth: each entry is looked at, and one whose files have another size or time than when they were
// read is read again. An index that is gone, damaged or of another version of Record is made anew.
type index struct {
	store   *store.Store
	keys    []string      // of the store, ascending
	stamps  []store.Stamp // of the store's entries, where they are settled
	known   indexFile
	records *gob.Decoder // of known, one after the other
	next    int          // of known
	rewrite bool         // more than a few entries are not as the index has them
	fresh   indexFile    // what is to be written
	out     bytes.Buffer
	enc     *gob.Encoder // of fresh's records
	names   map[string]string
}

// indexFile is the index as it is kept.
type indexFile struct {
	Keys    []string // ascending
	Stamps  []store.Stamp
	Records []byte // a gob stream of Record, in the order of the keys
}

const (
	indexFrom  = 500     // entries; a smaller store is read as it is
	indexMost  = 4 << 30 // bytes of the cache, as for what frozen layers give
	indexChunk = 512     // entries that are read before they are yielded
	indexHands = 8       // goroutines that look and read
)

// indexName is that of the cached index. Another set of fields is another index.
func indexName() string {
	h := sha256.New()
	of := reflect.TypeFor[Record]()
	for i := range of.NumField() {
		fmt.Fprintf(h, "%s %s\n", of.Field(i).Name, of.Field(i).Type)
	}
	return fmt.Sprintf("index of results, version 1, %x", h.Sum(nil))
}

// openIndex reads the index of a store with these entries, and looks which of them it has.
func openIndex(s *store.Store, keys []string) *index {
	ix := &index{store: s, keys: keys, names: map[string]string{}}
	if data, err := s.Cached(indexName()); err == nil {
		if gob.NewDecoder(bytes.NewReader(data)).Decode(&ix.known) != nil ||
			len(ix.known.Keys) != len(ix.known.Stamps) {
			ix.known = indexFile{}
		}
	}
	ix.records = gob.NewDecoder(bytes.NewReader(ix.known.Records))
	ix.stamps = make([]store.Stamp, len(keys))
	now := time.Now()
	each(len(keys), func(i int) {
		if stamp, err := s.Stamp(keys[i], resultFile); err == nil && stamp.Settled(now) {
			ix.stamps[i] = stamp
		}
	})
	same := 0
	for i, key := range keys {
		if at, ok := slices.BinarySearch(ix.known.Keys, key); ok && ix.known.Stamps[at] == ix.stamps[i] {
			same++
		}
	}
	ix.rewrite = len(keys)-same+len(ix.known.Keys)-same > 20+len(keys)/50
	ix.enc = gob.NewEncoder(&ix.out)
	return ix
}

// each calls f for 0..n-1, some at a time.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for hand := range min(indexHands, n) {
		wg.Go(func() {
			for i := hand; i < n; i += indexHands {
				f(i)
			}
		})
	}
	wg.Wait()
}

// recall is the record that the index has of entry i of the store, if that is as it was. Entries are asked for in
// order.
func (ix *index) recall(i int) (rec Record, ok bool) {
	for ix.next < len(ix.known.Keys) && ix.known.Keys[ix.next] <= ix.keys[i] {
		at := ix.next
		ix.next++
		rec = Record{}
		if ix.records.Decode(&rec) != nil { // the stream has a digest; it is of another program
			ix.known, ix.next = indexFile{}, 0
			return Record{}, false
		}
		if ix.known.Keys[at] == ix.keys[i] {
			return ix.interned(rec), ix.known.Stamps[at] == ix.stamps[i]
		}
	}
	return Record{}, false
}

// interned has the words that many results share in memory once.
func (ix *index) interned(rec Record) Record {
	for _, s := range []*string{&rec.Name, &rec.Condition, &rec.Split, &rec.Source, &rec.Target, &rec.Data, &rec.Arch,
		&rec.Experiment, &rec.Selection, &rec.Reason, (*string)(&rec.Status)} {
		if one, ok := ix.names[*s]; ok {
			*s = one
		} else {
			ix.names[*s] = *s
		}
	}
	return rec
}

// found is a result, with the record that the entry has, or the fault of the entry.
type found struct {
	record Record
	result Result
	err    error
}

// read gives the results of entries from..to-1, from the index or from the store.
func (ix *index) read(from, to int) []found {
	out := make([]found, to-from)
	read := []int{}
	for i := range out {
		rec, ok := ix.recall(from + i)
		if ok {
			out[i].record = rec
			out[i].result, out[i].err = rec.result()
			out[i].result.Key, out[i].result.Hit = ix.keys[from+i], true
		}
		if !ok || out[i].err != nil {
			read = append(read, i)
		}
	}
	each(len(read), func(k int) {
		i := read[k]
		out[i].record, out[i].result, out[i].err = lookup(ix.store, ix.keys[from+i])
	})
	return out
}

// note has the record of entry i be in the index that is to be written.
func (ix *index) note(i int, rec Record) {
	if !ix.rewrite || ix.stamps[i] == (store.Stamp{}) {
		return
	}
	rec.Key = "" // it stands once
	if ix.enc.Encode(rec) != nil {
		ix.rewrite = false
		return
	}
	ix.fresh.Keys, ix.fresh.Stamps = append(ix.fresh.Keys, ix.keys[i]), append(ix.fresh.Stamps, ix.stamps[i])
}

// save keeps the index where more than a few entries were not in it. That it cannot be written costs time, and nothing
// else.
func (ix *index) save() {
	if !ix.rewrite {
		return
	}
	ix.fresh.Records = ix.out.Bytes()
	var b bytes.Buffer
	if gob.NewEncoder(&b).Encode(ix.fresh) == nil {
		_ = ix.store.Cache(indexName(), b.Bytes(), indexMost)
	}
}

// indexed yields the results of a store's entries, and keeps an index of them.
func indexed(s *store.Store, keys []string, yield func(Result, error) bool) (all bool) {
	ix := openIndex(s, keys)
	for from := 0; from < len(keys); from += indexChunk {
		for i, f := range ix.read(from, min(from+indexChunk, len(keys))) {
			if errors.Is(f.err, store.ErrMissing) {
				continue // removed just now
			}
			if f.err == nil {
				ix.note(from+i, f.record)
			}
			if !yield(f.result, f.err) {
				return false
			}
		}
	}
	ix.save()
	return true
}
