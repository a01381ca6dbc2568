package bridge

import (
	"crypto/sha256"
	"sync"
)

// rememberedSignatures is of how many messages the signatures are remembered, as Jupyter's own session does.
const rememberedSignatures = 1 << 16

// signatures remembers those of messages that have come, so that who has seen one cannot send it again. The zero value is empty.
type signatures struct {
	mu     sync.Mutex
	seen   map[[sha256.Size]byte]bool
	oldest [][sha256.Size]byte // a ring once it is full
	next   int
}

// fresh tells whether a signature has not come before, and remembers it.
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
