package nb

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/home"
)

// samplePictures are those of SamplePictures: figures of the catalogue that "shapes" draws from, other pictures of
// them.
const samplePictures = "shapes:classes=16,train=150,test=40,seed=2014"

// SamplePictures writes a small folder of pictures such as a reader may have, train/<class>/*.png and
// test/<class>/*.png, beside the figures, and returns its path. It is written once.
func SamplePictures() string {
	h, err := home.Locate()
	if err != nil {
		fail(err)
	}
	dir := filepath.Join(h.Dir, "sample-pictures")
	if err := writePictures(context.Background(), samplePictures, dir); err != nil {
		fail(fmt.Errorf("sample pictures: %w", err))
	}
	return dir
}

// writePictures makes dir of a source's pictures, all at once or not at all.
func writePictures(ctx context.Context, spec, dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	src, err := formats.Open(ctx, spec, formats.Options{})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), ".sample-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) // gone already where all went well
	for part, name := range map[dataset.Part]string{dataset.Train: "train", dataset.Test: "test"} {
		if err := writePart(src, part, filepath.Join(work, name)); err != nil {
			return err
		}
	}
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	if err := os.Rename(work, dir); err != nil {
		if _, there := os.Stat(dir); there == nil {
			return nil // another cell's came first
		}
		return err
	}
	return nil
}

func writePart(src dataset.Source, part dataset.Part, dir string) error {
	height, width, channels := src.Shape()
	pixels := make([]uint8, height*width*channels)
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range src.Len(part) {
		if err := src.Image(part, i, pixels); err != nil {
			return err
		}
		for p := range height * width {
			copy(img.Pix[4*p:], pixels[channels*p:channels*(p+1)])
			img.Pix[4*p+3] = 255
		}
		folder := filepath.Join(dir, src.Classes()[src.Label(part, i)].Name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := writePNG(filepath.Join(folder, fmt.Sprintf("%05d.png", i)), img); err != nil {
			return err
		}
	}
	return nil
}

func writePNG(file string, img image.Image) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return png.Encode(f, img)
}
