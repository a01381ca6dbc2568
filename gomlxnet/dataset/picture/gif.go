package picture

import (
	"bytes"
	"image"
	"image/draw"
	"image/gif"
)

// gifDecode decodes the first frame of a GIF where it lies on the canvas, over black.
func gifDecode(data []byte) (image.Image, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	img, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(image.Rect(0, 0, config.Width, config.Height), img, image.Point{}), nil
}

// onCanvas is a frame where it lies on the canvas, moved by at, over black.
func onCanvas(canvas image.Rectangle, img image.Image, at image.Point) image.Image {
	if img.Bounds() == canvas {
		return img
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, img.Bounds().Add(at), img, img.Bounds().Min, draw.Src)
	return whole
}
