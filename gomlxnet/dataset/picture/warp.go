package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"

	"coadapt/gomlxnet/dataset/planes"
)

// warp brings a picture to h x w pixels, [h, w, 3] bytes. JPEG's planes are resized as they are and coloured after,
// other pictures by red, green and blue.
func warp(img image.Image, h, w int, dst []uint8) {
	size := img.Bounds().Size()
	parts, coloured := takeApart(img)
	small := make([][]uint8, len(parts))
	for i, p := range parts {
		small[i] = make([]uint8, h*w)
		planes.Resize(p, size.X, size.Y, small[i], w, h)
	}
	switch {
	case len(small) == 1:
		interleave(small[0], small[0], small[0], dst)
	case coloured:
		interleave(small[0], small[1], small[2], dst)
	default:
		planes.Colour(small[0], small[1], small[2], dst)
	}
}

// takeApart returns a picture's planes, without copying those it has: Y, or Y, Cb, Cr, or coloured, R, G, B.
// Transparent parts are over black.
func takeApart(img image.Image) (parts []planes.Plane, coloured bool) {
	b := img.Bounds()
	whole := func(pix []uint8, stride int) planes.Plane {
		return planes.Plane{Pix: pix, Stride: stride, W: b.Dx(), H: b.Dy(), StepX: 1, StepY: 1}
	}
	switch m := img.(type) {
	case *image.Gray:
		return []planes.Plane{whole(m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride)}, false
	case *image.YCbCr:
		if step, ok := chromaSteps[m.SubsampleRatio]; ok {
			at := m.COffset(b.Min.X, b.Min.Y)
			chroma := func(pix []uint8) planes.Plane {
				return planes.Plane{Pix: pix[at:], Stride: m.CStride, StepX: step.X, StepY: step.Y,
					W: (b.Dx() + step.X - 1) / step.X, H: (b.Dy() + step.Y - 1) / step.Y}
			}
			return []planes.Plane{whole(m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride), chroma(m.Cb), chroma(m.Cr)},
				false
		}
	}
	if m, ok := img.(*planar); ok {
		return m.planes[:], m.rgb
	}
	for range 3 {
		parts = append(parts, whole(make([]uint8, b.Dx()*b.Dy()), b.Dx()))
	}
	eachStrip(img, func(y int, strip *image.RGBA) {
		for c := range 3 {
			to := parts[c].Pix[y*b.Dx():]
			for i := range len(strip.Pix) / 4 {
				to[i] = strip.Pix[i*4+c]
			}
		}
	})
	return parts, true
}

// eachStrip visits a picture in red, green and blue over black, from the top in strips, so that it is never there a
// second time as a whole. A strip is gone after the visit.
func eachStrip(img image.Image, visit func(y int, strip *image.RGBA)) {
	const rows = 64
	b := img.Bounds()
	pix := make([]uint8, 4*b.Dx()*min(rows, b.Dy()))
	for y := 0; y < b.Dy(); y += rows {
		r := image.Rect(0, 0, b.Dx(), min(rows, b.Dy()-y))
		strip := &image.RGBA{Pix: pix[:4*r.Dx()*r.Dy()], Stride: 4 * r.Dx(), Rect: r}
		draw.Draw(strip, r, img, b.Min.Add(image.Pt(0, y)), draw.Src)
		visit(y, strip)
	}
}

// decodeCost is about how many bytes of memory it takes to decode a picture.
func decodeCost(data []byte, h, w int, model color.Model) int64 {
	perPixel := 4 // a byte each of red, green, blue and alpha
	switch model {
	case color.GrayModel:
		perPixel = 1
	case color.Gray16Model:
		perPixel = 2
	case color.YCbCrModel:
		perPixel = 3
	case color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	}
	if bytes.HasPrefix(data, []byte(jpegStart)) {
		if jpegHeaderOf(data).marker == 0xc2 { // progressive: all coefficients, of four bytes, are kept to the end
			perPixel *= 5
		}
	} else {
		perPixel += 4 // planes, or what a format keeps beside the picture
	}
	return int64(perPixel) * int64(h) * int64(w)
}

// chromaSteps is how many pixels a sample of Cb and Cr stands for.
var chromaSteps = map[image.YCbCrSubsampleRatio]image.Point{
	image.YCbCrSubsampleRatio444: {X: 1, Y: 1}, image.YCbCrSubsampleRatio422: {X: 2, Y: 1},
	image.YCbCrSubsampleRatio420: {X: 2, Y: 2}, image.YCbCrSubsampleRatio440: {X: 1, Y: 2},
	image.YCbCrSubsampleRatio411: {X: 4, Y: 1}, image.YCbCrSubsampleRatio410: {X: 4, Y: 2},
}

func interleave(r, g, b, dst []uint8) {
	g, b = g[:len(r)], b[:len(r)]
	for i, v := range r {
		o := dst[i*3:][:3]
		o[0], o[1], o[2] = v, g[i], b[i]
	}
}
