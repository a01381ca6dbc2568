package dataset

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errTruncated is the fault of a mapped file that became shorter, or whose disk does not give it.
var errTruncated = errors.New("it cannot be read any more: the file was cut off, or its disk failed; pack again")

// guarded runs f, which reads mapped memory. Where the memory is gone, which the system tells by a signal that would
// end the
// process, it returns an error with the name of what was read.
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

// use has f look at picture i of the part; what f is given is good until it returns.
func (t *Task) use(p Part, i int, buf []uint8, f func(pic []uint8)) error {
	if !t.mapped(p) {
		pic, err := t.picture(p, i, buf)
		if err == nil {
			f(pic)
		}
		return err
	}
	return guarded(func() string { return describe(t.src, p, t.parts[p].index[i]) }, func() error {
		pic, err := t.picture(p, i, buf)
		if err == nil {
			f(pic)
		}
		return err
	})
}
