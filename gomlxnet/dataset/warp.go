package dataset

import (
	"image"
	"image/draw"

	"coadapt/gomlxnet/dataset/planes"
)

// warp brings a picture to h x w pixels, [h, w, 3] bytes. JPEG's planes are resized as they are and coloured after, other
// pictures by red, green and blue.
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

// takeApart returns a picture's planes, without copying those it has: Y, or Y, Cb, Cr, or coloured, R, G, B. Transparent parts
// are over black.
func takeApart(img image.Image) (parts []planes.Plane, coloured bool) {
	b := img.Bounds()
	whole := func(pix []uint8, stride int) planes.Plane {
		return planes.Plane{Pix: pix, Stride: stride, W: b.Dx(), H: b.Dy(), StepX: 1, StepY: 1}
	}
	switch m := img.(type) {
	case *image.Gray:
		return []planes.Plane{whole(m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride)}, false
	case *image.YCbCr:
		if x, y, ok := chromaSteps(m.SubsampleRatio); ok {
			at := m.COffset(b.Min.X, b.Min.Y)
			chroma := func(pix []uint8) planes.Plane {
				return planes.Plane{Pix: pix[at:], Stride: m.CStride, W: (b.Dx() + x - 1) / x, H: (b.Dy() + y - 1) / y, StepX: x, StepY: y}
			}
			return []planes.Plane{whole(m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride), chroma(m.Cb), chroma(m.Cr)}, false
		}
	}
	rgba := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(rgba, rgba.Rect, img, b.Min, draw.Src)
	for c := range 3 {
		pix := make([]uint8, b.Dx()*b.Dy())
		for i := range pix {
			pix[i] = rgba.Pix[i*4+c]
		}
		parts = append(parts, whole(pix, b.Dx()))
	}
	return parts, true
}

// chromaSteps is how many pixels a sample of Cb and Cr stands for.
func chromaSteps(r image.YCbCrSubsampleRatio) (x, y int, ok bool) {
	switch r {
	case image.YCbCrSubsampleRatio444:
		return 1, 1, true
	case image.YCbCrSubsampleRatio422:
		return 2, 1, true
	case image.YCbCrSubsampleRatio420:
		return 2, 2, true
	case image.YCbCrSubsampleRatio440:
		return 1, 2, true
	case image.YCbCrSubsampleRatio411:
		return 4, 1, true
	case image.YCbCrSubsampleRatio410:
		return 4, 2, true
	}
	return 0, 0, false
}

func interleave(r, g, b, dst []uint8) {
	g, b = g[:len(r)], b[:len(r)]
	for i, v := range r {
		o := dst[i*3:][:3]
		o[0], o[1], o[2] = v, g[i], b[i]
	}
}
