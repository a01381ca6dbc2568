package transfer

import (
	"context"
	"sync"
)

// memo keeps what was made under each key. Whoever asks while it is being made waits for it, or until its own context
// ends. What failed is made again. No lock is held while something is made.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	made map[K]*made[V]
}

type made[V any] struct {
	turn  chan struct{} // holds a token while somebody makes or reads the value
	done  bool
	value V
}

func newMemo[K comparable, V any]() *memo[K, V] { return &memo[K, V]{made: map[K]*made[V]{}} }

// get returns the value of a key. The first to ask makes it.
func (m *memo[K, V]) get(ctx context.Context, key K, make func() (V, error)) (V, error) {
	e := m.entry(key)
	var none V
	if err := ctx.Err(); err != nil {
		return none, err
	}
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-e.turn }()
	if e.done {
		return e.value, nil
	}
	v, err := make()
	if err != nil {
		return none, err
	}
	e.value, e.done = v, true
	return v, nil
}

func (m *memo[K, V]) entry(key K) *made[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made[key] == nil {
		m.made[key] = &made[V]{turn: make(chan struct{}, 1)}
	}
	return m.made[key]
}

// drop forgets a key.
func (m *memo[K, V]) drop(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.made, key)
}
