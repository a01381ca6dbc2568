package transfer

import (
	"encoding/json"
	"fmt"

	"coadapt/transfer/store"
)

// ClassOf is the class of the backend on which a net of the store was trained, as Config.Class takes it: a Lab of
// that class finds the net on any machine.
func ClassOf(s *store.Store, key string) (string, error) {
	entry, err := s.Get(key, specFile)
	if err != nil {
		return "", err
	}
	var made struct {
		Backend string `json:"backend"`
	}
	if err := json.Unmarshal(entry[specFile], &made); err != nil {
		return "", fmt.Errorf("store entry %s, %s: %w", key, specFile, err)
	}
	if made.Backend == "" {
		return "", fmt.Errorf("store entry %s, %s: it names no backend", key, specFile)
	}
	return made.Backend, nil
}
