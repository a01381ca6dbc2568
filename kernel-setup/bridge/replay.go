package bridge

import (
	"crypto/sha256"
	"sync"
)

// rememberedSignatures is the number of signatures that are remembered, as in Jupyter's own session.
const rememberedSignatures = 1 << 16

// signatures remembers the signatures of received messages, so that nobody can send a message again that they have
// seen. The zero value is empty.
type signatures struct {
	mu     sync.Mutex
	seen   map[[sha256.Size]byte]bool
	oldest [][sha256.Size]byte // a ring once it is full
	next   int
}

// fresh tells whether a signature is new, and remembers it.
func (s *signatures) fresh(signature []byte) bool {
	var key [sha256.Size]byte
	copy(key[:], signature)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[key] {
		return false
	}
	if s.seen == nil {
		s.seen = map[[sha256.Size]byte]bool{}
	}
	if len(s.oldest) < rememberedSignatures {
		s.oldest = append(s.oldest, key)
	} else {
		delete(s.seen, s.oldest[s.next])
		s.oldest[s.next] = key
		s.next = (s.next + 1) % rememberedSignatures
	}
	s.seen[key] = true
	return true
}
