package figure

import (
	"fmt"
	"image"

	"coadapt/transfer/probing"
)

// Made draws a row for each unit: the picture that was made for it, the test picture that excites it most, and the
// picture that was made for it in a random net. It fails for no unit and for pictures of other sizes than they say.
func Made(net, layer string, made []probing.Made, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	if len(made) == 0 {
		return nil, fmt.Errorf("pictures made for %s, %s: no unit, want one at least", net, layer)
	}
	page := flow{width: opt.textWidth(), lead: 6}
	alt := fmt.Sprintf("Pictures made for units of %s, layer %s.", net, layer)
	var notes []string
	for _, m := range made {
		row := excitedRow{name: fmt.Sprintf("unit %d", m.Unit), width: opt.textWidth()}
		for i, x := range []struct {
			pixels []uint8
			words  string
		}{{m.Made, "made for it"}, {m.Best, "best test picture"}, {m.Else, "for a random net"}} {
			img, err := madeImage(m, x.pixels)
			if err != nil {
				return nil, fmt.Errorf("unit %d, %s: %w", m.Unit, x.words, err)
			}
			row.tiles.images = append(row.tiles.images, img)
			row.tiles.words = append(row.tiles.words, []string{x.words, short(m.Values[i])})
		}
		row.tiles.cols = len(row.tiles.images)
		row.tiles.side = sideFor(m.Size, patchLength)
		alt += fmt.Sprintf(" Unit %d: %s by the picture made, %s by the best test picture, %s by one for a random net.",
			m.Unit, short(m.Values[0]), short(m.Values[1]), short(m.Values[2]))
		for _, other := range m.Values[1:] {
			if other >= m.Values[0] {
				notes = append(notes, fmt.Sprintf(
					"A control fails at unit %d: another picture excites it more than the one that was made.", m.Unit))
				break
			}
		}
		page.blocks = append(page.blocks, row)
	}
	notes = append(notes, "Numbers are the unit's activation before ReLU, at its best place.")
	return opt.sheet(alt, notes, page), nil
}

// madeImage has three channels.
func madeImage(m probing.Made, pixels []uint8) (image.Image, error) {
	if m.Channels == 1 {
		grey := make([]uint8, 0, 3*len(pixels))
		for _, v := range pixels {
			grey = append(grey, v, v, v)
		}
		pixels = grey
	}
	return RGB(pixels, m.Size, m.Size)
}
