package transfer

import (
	"encoding/json"
	"fmt"

	"coadapt/gomlxnet/arch"
	"coadapt/transfer/store"
)

// Kept is a net of a store with all that its entry says of it: for those who carry it elsewhere without the data and
// the recipe of its experiment at hand.
type Kept struct {
	Result  Result
	Arch    arch.Arch
	Recipe  Recipe
	Weights arch.Weights
	Task    string // digest of the task that it was trained and tested on
	Parent  string // key of the net that gave layers; "" where none did
	Backend string
}

// Recall reads a net of a store by its key: store.ErrMissing where there is none, store.BrokenError where it had to be
// set aside. It fails where the net has no weights, or had and they were dropped.
func Recall(s *store.Store, key string) (*Kept, error) {
	r, err := Lookup(s, key)
	if err != nil {
		return nil, err
	}
	if !r.HasWeights() {
		return nil, fmt.Errorf("net %s has no weights, its status is %q: %s", r.Net, r.Status, r.Reason)
	}
	entry, err := s.Get(key)
	if err != nil {
		return nil, err
	}
	if entry[weightsFile] == nil {
		return nil, fmt.Errorf("the weights of net %s were not kept: remove it from the store and train it again",
			r.Net)
	}
	var sp spec
	if err := json.Unmarshal(entry[specFile], &sp); err != nil {
		return nil, fmt.Errorf("store entry %s, %s: %w", key, specFile, err)
	}
	k := &Kept{Result: r, Arch: sp.arch(), Recipe: sp.Recipe, Task: sp.Data, Parent: sp.Parent, Backend: sp.Backend}
	k.Arch.Name = r.Arch
	if k.Weights, err = usable(k.Arch, entry[weightsFile]); err != nil {
		return nil, fmt.Errorf("store entry %s, %s: %w", key, weightsFile, err)
	}
	return k, nil
}

// ClassOf is the class of the backend on which a net of the store was trained, as Config.Class takes it: a Lab of
// that class finds the net on any machine.
func ClassOf(s *store.Store, key string) (string, error) {
	var made struct {
		Backend string `json:"backend"`
	}
	if err := readFile(s, key, specFile, &made); err != nil {
		return "", err
	}
	if made.Backend == "" {
		return "", fmt.Errorf("store entry %s, %s: it names no backend", key, specFile)
	}
	return made.Backend, nil
}
