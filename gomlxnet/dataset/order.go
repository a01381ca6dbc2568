package dataset

import (
	"fmt"
	"maps"
	"sync"

	"coadapt/gomlxnet/splitmix"
)

// Order fixes which pictures make up which batch. The pictures of a task are laid end to end in one fresh permutation
// an epoch, and batch k takes positions k*Batch to (k+1)*Batch-1 of that line: it is a pure function of (Seed, k), so
// a run that starts again at step k sees what it would have seen. A batch may straddle two epochs. (The 2014 runs
// read one shuffled list in the same order every epoch; a fresh order is at least as good and is the habit since.)
type Order struct {
	Seed  uint64
	Batch int // pictures a batch, from 1
}

// streams of randomness that hang on an order's seed.
const (
	seedEpoch = 1 + iota
	seedAugment
)

// Epoch returns the permutation of epoch e over n pictures.
func (o Order) Epoch(e, n int) []int32 {
	return splitmix.New(seedEpoch, o.Seed, uint64(e)).Permutation(n)
}

// Indices returns the picture indices of batch k over n pictures, computed afresh.
func (o Order) Indices(k, n int) []int {
	return o.indices(k, n, o.Epoch, make([]int, o.Batch))
}

func (o Order) indices(k, n int, epoch func(e, n int) []int32, dst []int) []int {
	at, perm := -1, []int32(nil)
	for i := range dst {
		pos := k*o.Batch + i
		if e := pos / n; e != at {
			at, perm = e, epoch(e, n)
		}
		dst[i] = int(perm[pos%n])
	}
	return dst
}

func (o Order) check(n int) error {
	switch {
	case o.Batch < 1:
		return fmt.Errorf("order: batch of %d pictures, want at least 1", o.Batch)
	case n < 1:
		return fmt.Errorf("order: no training pictures to draw batches from")
	}
	return nil
}

// epochCache keeps the permutations that goroutines working on neighbouring batches share.
type epochCache struct {
	order Order
	mu    sync.Mutex
	perms map[int][]int32
}

func newEpochCache(o Order) *epochCache { return &epochCache{order: o, perms: map[int][]int32{}} }

func (c *epochCache) epoch(e, n int) []int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.perms[e]; ok {
		return p
	}
	maps.DeleteFunc(c.perms, func(old int, _ []int32) bool { return old < e-2 })
	c.perms[e] = c.order.Epoch(e, n)
	return c.perms[e]
}
