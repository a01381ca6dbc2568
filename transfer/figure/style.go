package figure

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"coadapt/transfer"
)

// look is how one condition is drawn. Colours are the paper's: blue for selffer and red for transfer, dark for frozen
// and light for fine-tuned. They also differ in luminance, and marks and dashes differ, too, so that figures can be
// read in grey and by the colour-blind.
type look struct {
	label  string // the paper's words
	color  color.NRGBA
	shape  shape
	filled bool // frozen
	dashes []vg.Length
}

// looks are chosen by hand for the paper's conditions and their controls, so that they differ well.
var looks = map[transfer.Treatment]look{
	transfer.Base:         {color: rgb(0x000000), shape: circle},
	transfer.Selffer:      {color: rgb(0x0b3a82), shape: circle},
	transfer.SelfferPlus:  {color: rgb(0x4fa3e0), shape: circle, dashes: []vg.Length{4, 2}},
	transfer.Transfer:     {color: rgb(0xa8201a), shape: diamond},
	transfer.TransferPlus: {color: rgb(0xf5a08a), shape: diamond, dashes: []vg.Length{4, 2}},
	transfer.BasePlus:     {color: rgb(0x000000), shape: circle, dashes: []vg.Length{5, 2, 1, 2}},
	transfer.Random:       {color: rgb(0x747474), shape: triangle, dashes: []vg.Length{1.2, 2}},
	transfer.BaseTwice:    {color: rgb(0x555555), shape: circle, dashes: []vg.Length{1, 2}},
	transfer.Rescaled:     {color: rgb(0x0b7a5c), shape: circle, dashes: []vg.Length{6, 2}},
	transfer.AsInitial:    {color: rgb(0x3d9a3d), shape: circle, dashes: []vg.Length{2, 2}},
	transfer.Fresh:        {color: rgb(0x7a4fb0), shape: circle, dashes: []vg.Length{4, 1, 1, 1}},
	transfer.Stopped:      {color: rgb(0xb07a1f), shape: circle, dashes: []vg.Length{3, 3}},
}

// more are the colours and dashes of other conditions, in turn.
var (
	moreColors = []color.NRGBA{rgb(0xc77a00), rgb(0x7d3c98), rgb(0x117864), rgb(0x884ea0), rgb(0x6e2c00)}
	moreDashes = [][]vg.Length{{3, 1}, {1, 1}, {6, 1, 1, 1}, {2, 3}, {5, 4}}
)

// lookOf says how a treatment is drawn. What has layers of another task is a diamond, random layers are a triangle, and
// what is frozen is filled.
func lookOf(t transfer.Treatment) look {
	l, known := looks[t]
	if !known {
		i := max(0, slices.Index(transfer.Practices(), t), slices.Index(transfer.Controls(), t))
		l = look{color: moreColors[i%len(moreColors)], shape: shapeOf(t), dashes: moreDashes[i%len(moreDashes)]}
	}
	l.label, l.filled = t.Label(), t.Frozen()
	return l
}

// shapeOf is the mark of a treatment that has none of its own.
func shapeOf(t transfer.Treatment) shape {
	switch {
	case (transfer.Net{Treatment: t, Target: transfer.B}).Source() == transfer.A:
		return diamond
	case !t.FromBase() && !t.Uncut():
		return triangle
	}
	return circle
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// dashed is a line that stands for no condition.
var dashed = look{color: ink, dashes: []vg.Length{3, 3}}

// stroke draws a path as a line of the condition.
func (l look) stroke(c draw.Canvas, p vg.Path, width vg.Length) {
	c.SetLineDash(l.dashes, 0)
	c.SetLineWidth(width)
	c.SetColor(l.color)
	c.Stroke(p)
	c.SetLineDash(nil, 0)
}

// The colours of things other than conditions.
var (
	ink   = rgb(0x222222) // text and axes
	faint = rgb(0xe9e9e9) // grid
	band  = rgb(0xdcdcdc) // interval of the base
	donor = rgb(0x9a9a9a) // base nets that are in no mean
	paper = rgb(0xffffff)
)

// faded is a colour two thirds of the way to white.
func faded(c color.NRGBA) color.NRGBA {
	lighter := func(x uint8) uint8 { return uint8((int(x) + 2*255) / 3) }
	return color.NRGBA{R: lighter(c.R), G: lighter(c.G), B: lighter(c.B), A: c.A}
}
