package nb

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"slices"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/op"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// patches a unit.
const patches = 9

// Patches are what excites units of a layer most: of every test picture the place where the unit is largest, of all
// these the nine largest, each cut out of the picture by the unit's receptive field. Where that is as large as the
// picture, the picture is shown and what the unit does not see is blank. Where two are equal the first counts.
func (l *Lab) Patches(r transfer.Result, layer string, units ...int) figure.Drawing {
	return must(l.patches(r, layer, units))
}

func (l *Lab) patches(r transfer.Result, layer string, units []int) (figure.Drawing, error) {
	in, err := l.inside(r, layer)
	if err != nil {
		return nil, err
	}
	n := in.Arch.Outputs(in.layer)
	if len(units) == 0 {
		return nil, errors.New("Patches: no unit, want the numbers of some, from 0")
	}
	for _, u := range units {
		if u < 0 || u >= n {
			return nil, fmt.Errorf("Patches: unit %d, want 0 to %d: layer %s of net %s has %d", u, n-1, layer, r.Net, n)
		}
	}
	rows, err := in.excite(units)
	if err != nil {
		return nil, err
	}
	caption := fmt.Sprintf("Of each of %d test pictures the place that excites the unit most, with class and "+
		"activation. %s", in.Task.NumTest(), in.sees())
	switch {
	case in.field.Size < in.Arch.Size:
		caption += " Grey is beyond the edge."
	case !in.whole:
		caption += " What it does not see is grey."
	}
	fig, err := figure.Patches(r.Net.String(), layer, rows,
		figure.Options{Title: fmt.Sprintf("%s, %s: what excites a unit most", r.Net, layer), Caption: caption})
	if err != nil {
		return nil, err
	}
	return of(fig, r), nil
}

// excite finds the patches that excite each of some units most.
func (in inside) excite(units []int) ([]figure.Excited, error) {
	best := make([][]excited, len(units))
	err := in.tests(func(picture int, shape []int, values []float32) {
		for i, u := range units {
			best[i] = top(best[i], strongest(picture, u, shape, values), patches)
		}
	})
	if err != nil {
		return nil, err
	}
	var rows []figure.Excited
	_, relu := arch.Find[op.ReLU](in.Arch.Blocks[in.layer])
	for i, u := range units {
		row := figure.Excited{Unit: u}
		for _, e := range best[i] {
			if e.value <= 0 && relu { // off
				break
			}
			seen, err := in.Task.See(dataset.Test, e.picture, in.View)
			if err != nil {
				return nil, err
			}
			img, err := figure.RGB(seen.Pixels, seen.Size, seen.Size)
			if err != nil {
				return nil, err
			}
			row.Patches = append(row.Patches, figure.Patch{Pixels: cutOut(img, in.field, e.y, e.x),
				Class: className(in.Task, in.Task.Label(dataset.Test, e.picture)), Value: float64(e.value)})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// excited is where in a picture a unit is largest.
type excited struct {
	picture, y, x int
	value         float32
}

// strongest looks through a unit's map, [height, width, units], or the one value of an inner product.
func strongest(picture, unit int, shape []int, values []float32) excited {
	units, width := shape[len(shape)-1], 1
	if len(shape) == 3 {
		width = shape[1]
	}
	best := excited{picture: picture, value: values[unit]}
	for place := range len(values) / units {
		if v := values[place*units+unit]; v > best.value {
			best.value, best.y, best.x = v, place/width, place%width
		}
	}
	return best
}

// top keeps the k largest, the earlier one first where two are equal.
func top(list []excited, e excited, k int) []excited {
	at, _ := slices.BinarySearchFunc(list, e, func(a, b excited) int {
		if a.value == b.value {
			return -1
		}
		return cmp.Compare(b.value, a.value)
	})
	list = slices.Insert(list, at, e)
	return list[:min(k, len(list))]
}

// cutOut is the receptive field of the unit at a place, [Size, Size] where that is smaller than the picture, else the
// picture without what lies beyond the field.
func cutOut(img image.Image, f op.Field, y, x int) image.Image {
	y0, y1 := f.Span(y)
	x0, x1 := f.Span(x)
	field, frame := image.Rect(x0, y0, x1, y1), img.Bounds()
	if f.Size < frame.Dx() {
		frame = field
	}
	out := image.NewNRGBA(image.Rectangle{Max: frame.Size()})
	imagedraw.Draw(out, out.Bounds(), image.NewUniform(color.NRGBA{R: 0xe9, G: 0xe9, B: 0xe9, A: 0xff}), image.Point{},
		imagedraw.Src)
	seen := field.Intersect(img.Bounds())
	imagedraw.Draw(out, seen.Sub(frame.Min), img, seen.Min, imagedraw.Src)
	return out
}
