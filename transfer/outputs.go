package transfer

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"coadapt/transfer/store"
)

// Outputs are what layers of nets gave for pictures, each under a name that says of what it is: those that were asked
// for last, up to a number of bytes of them in memory. What took long to compute is in a store's cache, too. Its
// methods may be called by several goroutines.
type Outputs struct {
	// Newest has what was put or read last be in memory whatever its size; else nothing larger than the memory is.
	Newest bool

	most     int           // bytes in memory
	disk     *store.Store  // nil: memory alone
	mostDisk int64         // bytes in the store's cache
	long     time.Duration // from how long on

	mu     sync.Mutex // guards what follows
	bytes  int
	values map[string][]float32
	keys   []string // that which was asked for longest ago first
}

// NewOutputs keeps at most most bytes in memory; s is nil where nothing is to be on disk.
func NewOutputs(s *store.Store, most int) *Outputs {
	return &Outputs{most: most, disk: s, mostDisk: 4 << 30, long: 2 * time.Second, values: map[string][]float32{}}
}

// Get is what is kept under a key, n values, which are not to be changed, or nil.
func (k *Outputs) Get(key string, n int) []float32 {
	if v := k.inMemory(key); v != nil || k.disk == nil {
		return v
	}
	data, err := k.disk.Cached(key)
	if err != nil || len(data) != 4*n {
		return nil // it is computed again
	}
	v := make([]float32, n)
	if _, err := binary.Decode(data, binary.LittleEndian, v); err != nil {
		return nil
	}
	k.keep(key, v)
	return v
}

func (k *Outputs) inMemory(key string) []float32 {
	k.mu.Lock()
	defer k.mu.Unlock()
	v := k.values[key]
	if v != nil {
		at := slices.Index(k.keys, key)
		k.keys = append(slices.Delete(k.keys, at, at+1), key)
	}
	return v
}

// Put keeps values, which took a time to compute, where they have room. A cache that cannot be written costs time
// alone: a disk that is full or forbidden is told of by what has to be on it.
func (k *Outputs) Put(key string, values []float32, took time.Duration) {
	if !k.keep(key, values) || k.disk == nil || took < k.long || int64(4*len(values)) > k.mostDisk {
		return
	}
	if data, err := binary.Append(make([]byte, 0, 4*len(values)), binary.LittleEndian, values); err == nil {
		_ = k.disk.Cache(key, data, k.mostDisk)
	}
}

// keep keeps values in memory. It is false where they are there already.
func (k *Outputs) keep(key string, values []float32) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values[key] != nil {
		return false
	}
	if 4*len(values) > k.most && !k.Newest {
		return true
	}
	for len(k.keys) > 0 && k.bytes+4*len(values) > k.most {
		k.bytes -= 4 * len(k.values[k.keys[0]])
		delete(k.values, k.keys[0])
		k.keys = k.keys[1:]
	}
	k.bytes += 4 * len(values)
	k.values[key], k.keys = values, append(k.keys, key)
	return true
}

// Drop lets go of all that is in memory.
func (k *Outputs) Drop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.values)
	k.keys, k.bytes = nil, 0
}
