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
	canvas := image.Rect(0, 0, config.Width, config.Height)
	if img.Bounds() == canvas {
		return img, nil
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, img.Bounds(), img, img.Bounds().Min, draw.Src)
	return whole, nil
}
