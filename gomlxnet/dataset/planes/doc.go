// Package planes brings the colour planes of a picture to another size and then colours the small result. Resizing
// what a JPEG holds, before it is coloured, takes an eighth of the arithmetic that resizing whole pictures does.
//
//	Y, Cb, Cr --Resize--> Y, Cb, Cr at the wanted size --Colour--> RGB
//	          (down, then across)
//
// The filter is Catmull-Rom, widened where the picture shrinks, in integers: the same bytes on every machine, within
// 1 grey level of the same filter in floating point (golang.org/x/image/draw).
//
// Both loops are written twice: in C for the vector units that Go's compiler leaves idle, and in Go for builds
// without cgo and as the twin that tests compare byte for byte. A C compiler is needed by XLA's binding in any case.
package planes
