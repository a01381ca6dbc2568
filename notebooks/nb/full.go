package nb

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"coadapt/transfer/sweep"
)

// full says in one sentence that the store's disk is full, where that is what ended a run or what its nets failed by;
// else it is err.
func (r *background) full(st *sweep.Status, err error) error {
	full := noSpace(err)
	for _, n := range st.Nets {
		full = full || n.Phase == sweep.Failed && noSpace(errors.New(n.Reason))
	}
	if !full {
		return err
	}
	return fmt.Errorf("the disk of the store %s is full: what is finished is kept; free some space there and run the "+
		"cell again, which goes on from there", r.lab.store.Dir())
}

// noSpace knows the system's words too: what a process or a file tells is text.
func noSpace(err error) bool {
	return err != nil && (errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), syscall.ENOSPC.Error()))
}
