package pack

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errTruncated is the fault of a mapped file that became shorter, or whose disk does not give it.
var errTruncated = errors.New("it cannot be read any more: the file was cut off, or its disk failed; pack again")

// guarded runs f, which reads mapped memory. Where the memory is gone, which the system tells by a signal that would
// end the process, it returns an error with the name of what was read.
func guarded(name func() string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		if _, ok := caught.(interface{ Addr() uintptr }); !ok {
			panic(caught)
		}
		err = fmt.Errorf("%s: %w", name(), errTruncated)
	}()
	return f()
}
