//go:build !cgo

package planes

func (s *scaling) fast(dst []uint8) { s.slow(dst) }

func fastColour(y, cb, cr, rgb []uint8) { slowColour(y, cb, cr, rgb) }
