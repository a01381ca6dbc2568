//go:build !cgo || !(amd64 || arm64)

package planes

func (s *scaling) fast(dst []uint8) { s.slow(dst) }

func fastColour(y, cb, cr, rgb []uint8) { slowColour(y, cb, cr, rgb) }
