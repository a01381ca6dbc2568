package bridge

import (
	"crypto/sha256"
	"sync"
)

// rememberedSignatures is the least number of signatures that are remembered, as in Jupyter's own session.
const rememberedSignatures = 1 << 16

// signatures remembers the signatures of received messages, so that nobody can send a message again that they have
// seen. The zero value is empty.
type signatures struct {
	mu          sync.Mutex
	seen, older map[[sha256.Size]byte]bool
}

// fresh tells whether a signature is new, and remembers it.
func (s *signatures) fresh(signature []byte) bool {
	var key [sha256.Size]byte
	copy(key[:], signature)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[key] || s.older[key] {
		return false
	}
	if s.seen == nil || len(s.seen) == rememberedSignatures {
		s.seen, s.older = map[[sha256.Size]byte]bool{}, s.seen
	}
	s.seen[key] = true
	return true
}
