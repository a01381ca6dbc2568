//go:build unix

package faults

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// drawAlbum makes a folder of pictures: four classes of stripes in noise.
func drawAlbum(dir string) func(context.Context, *harness) error {
	return func(context.Context, *harness) error {
		rng := rand.New(rand.NewPCG(1, 2))
		for class := range 4 {
			for part, count := range map[string]int{"train": 12, "test": 8} {
				folder := filepath.Join(dir, part, fmt.Sprintf("stripes%d", class))
				if err := os.MkdirAll(folder, 0o755); err != nil {
					return err
				}
				for i := range count {
					if err := drawPicture(filepath.Join(folder, fmt.Sprintf("%02d.png", i)), class, rng); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
}

func drawPicture(file string, class int, rng *rand.Rand) error {
	img := image.NewRGBA(image.Rect(0, 0, 24, 24))
	for y := range 24 {
		for x := range 24 {
			v := uint8(rng.IntN(60) + (x*(class&1)+y*(class>>1)+class)%6*30)
			img.Set(x, y, color.RGBA{v, v / 2, 255 - v, 255})
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}

// dataLost takes the folder of pictures away, before the program starts, while it reads or while it trains, or
// damages a picture. The program may go on with what it has read; where it needs what is gone it must stop and name
// it.
func dataLost(ctx context.Context, t *trial, left int) (tried int, err error) {
	album := filepath.Join(t.harness.dir, "album")
	away := album + ".away"
	for tried < left {
		kind := t.rng.IntN(4)
		back := func() error { return os.Rename(away, album) }
		switch kind {
		case 0:
			if err := os.Rename(album, away); err != nil {
				return tried, err
			}
		case 1:
			if back, err = t.harmPicture(album); err != nil {
				return tried, err
			}
		}
		more := []string{t.workers()}
		if kind == 1 { // to the program it is another set of data, whose whole half it may begin with
			more = append(more, "-store", filepath.Join(t.dir, "other"))
		}
		l, err := t.begin(ctx, more...)
		if err != nil {
			return tried, errors.Join(err, back())
		}
		switch kind {
		case 2, 3:
			l.runs(t.upTo([]time.Duration{50 * time.Millisecond, t.span()}[kind-2]))
			if err := os.Rename(album, away); err != nil {
				return tried, err
			}
			if l.runs(t.upTo(2 * t.span())) {
				err = l.kill()
			}
		default:
			err = l.wait(t.limit())
		}
		if err := errors.Join(err, back()); err != nil {
			return tried, err
		}
		tried++
		exit, _ := l.status()
		switch {
		case exit == 1 && strings.Contains(l.errs.String(), album):
			t.seen["reported"]++
		case exit == 1 || kind < 2:
			return tried, fmt.Errorf("%v does not name what it lacks below %s:\n%s", l, album, l.tail())
		default:
			t.seen["read before"]++
		}
	}
	return tried, nil
}

// harmPicture damages one; back mends it.
func (t *trial) harmPicture(album string) (back func() error, err error) {
	all, err := filepath.Glob(filepath.Join(album, "*", "*", "*.png"))
	if err != nil {
		return nil, err
	}
	file := all[t.rng.IntN(len(all))]
	was, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	is := cut(t.rng, was)
	if t.rng.IntN(2) == 0 {
		is = flip(t.rng, was)
	}
	return func() error { return os.WriteFile(file, was, 0o644) }, os.WriteFile(file, is, 0o644)
}
