package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"

	"golang.org/x/image/webp"
)

// webpConfig is webp.DecodeConfig, which does not know animations: theirs is the size of the canvas.
func webpConfig(data []byte) (image.Config, error) {
	if canvas, _, _, ok := webpAnimation(data); ok {
		return image.Config{ColorModel: color.RGBAModel, Width: canvas.Dx(), Height: canvas.Dy()}, nil
	}
	return webp.DecodeConfig(bytes.NewReader(data))
}

// webpDecode decodes a picture, or the first one of an animation, over black.
func webpDecode(data []byte) (image.Image, error) {
	canvas, at, frame, animated := webpAnimation(data)
	if animated {
		data = frame
	}
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch m := img.(type) {
	case *image.YCbCr:
		img = fromStudio(m, nil, 0)
	case *image.NYCbCrA:
		img = fromStudio(&m.YCbCr, m.A, m.AStride)
	}
	if animated {
		img = onCanvas(canvas, img, at)
	}
	return img, nil
}

// webpAnimation takes the first frame of an animation out, as a file of its own, with its place on the canvas.
func webpAnimation(data []byte) (canvas image.Rectangle, at image.Point, frame []byte, ok bool) {
	const head = 12
	if len(data) < head+18 || string(data[head:head+4]) != "VP8X" || data[head+8]&2 == 0 {
		return canvas, at, nil, false
	}
	three := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	canvas = image.Rect(0, 0, three(data[head+12:])+1, three(data[head+15:])+1)
	for rest := data[head:]; len(rest) >= 8; {
		name, body, next := riffChunk(rest)
		if name != "ANMF" || len(body) < 16 {
			rest = rest[min(next, len(rest)):]
			continue
		}
		at = image.Pt(2*three(body), 2*three(body[3:]))
		parts := body[16:]
		flags := make([]byte, 4)
		if bytes.HasPrefix(parts, []byte("ALPH")) {
			flags[0] = 16
		}
		frame = append([]byte("WEBPVP8X\x0a\x00\x00\x00"), flags...)
		frame = append(append(frame, body[6:12]...), parts...) // width and height are written alike
		size := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(frame)))
		return canvas, at, append(size, frame...), true
	}
	return canvas, at, nil, false
}

// fromStudio colours the planes of a lossy WebP, whose levels are those of video: black is 16 and white 235, where
// JPEG's are 0 and 255, which is what image.YCbCr stands for. The numbers are libwebp's.
func fromStudio(m *image.YCbCr, alpha []uint8, stride int) *image.RGBA {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	clip := func(v int) int { return max(0, min(255, v>>6)) }
	for y := range b.Dy() {
		row := out.Pix[y*out.Stride:]
		for x := range b.Dx() {
			at := m.COffset(b.Min.X+x, b.Min.Y+y)
			l := int(m.Y[m.YOffset(b.Min.X+x, b.Min.Y+y)]) * 19077 >> 8
			u, v := int(m.Cb[at]), int(m.Cr[at])
			c := [3]int{clip(l + v*26149>>8 - 14234), clip(l - u*6419>>8 - v*13320>>8 + 8708),
				clip(l + u*33050>>8 - 17685)}
			o := row[4*x:][:4]
			for i := range c {
				if alpha != nil {
					c[i] = (c[i]*int(alpha[y*stride+x]) + 127) / 255
				}
				o[i] = uint8(c[i])
			}
			o[3] = 255
		}
	}
	return out
}
