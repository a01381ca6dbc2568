//go:build cgo && (amd64 || arm64)

package planes

/*
#cgo CFLAGS: -O3 -Wno-psabi
#include "kernels.h"
*/
import "C"

import "unsafe"

// fast is slow in C, byte for byte. All that C is given is bytes and numbers, which it keeps no longer than the call.
func (s *scaling) fast(dst []uint8) {
	C.coadapt_resize(samples(s.Pix), C.long(s.Stride), C.int(s.W), C.int(s.outW), C.int(s.outH),
		words(s.down.first), halves(s.down.w), C.int(s.down.n), words(s.across.first), halves(s.across.w),
		C.int(s.across.stride),
		halves(s.row), samples(dst))
}

func fastColour(y, cb, cr, rgb []uint8) {
	C.coadapt_colour(samples(y), samples(cb), samples(cr), samples(rgb), C.long(len(y)))
}

func samples(s []uint8) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(s)) }
func words(s []int32) *C.int32_t   { return (*C.int32_t)(unsafe.SliceData(s)) }
func halves(s []int16) *C.int16_t  { return (*C.int16_t)(unsafe.SliceData(s)) }
