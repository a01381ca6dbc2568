package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"

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

// lookOf says how a treatment is drawn. An unknown one is drawn as the base.
func lookOf(t transfer.Treatment) look {
	switch t {
	case transfer.Selffer:
		return look{"BnB: frozen selffer", rgb(0x0b3a82), circle, true, nil}
	case transfer.SelfferPlus:
		return look{"BnB+: fine-tuned selffer", rgb(0x4fa3e0), circle, false, []vg.Length{4, 2}}
	case transfer.Transfer:
		return look{"AnB: frozen transfer", rgb(0xa8201a), diamond, true, nil}
	case transfer.TransferPlus:
		return look{"AnB+: fine-tuned transfer", rgb(0xf5a08a), diamond, false, []vg.Length{4, 2}}
	case transfer.BasePlus:
		return look{"base+: trained twice", rgb(0x000000), circle, false, []vg.Length{5, 2, 1, 2}}
	case transfer.Random:
		return look{"RnB: frozen random layers", rgb(0x747474), triangle, true, []vg.Length{1.2, 2}}
	case transfer.BaseTwice:
		return look{"base2x: twice the steps", rgb(0x555555), circle, false, []vg.Length{1, 2}}
	case transfer.Rescaled:
		return look{"BnBr: frozen selffer, RMS 1", rgb(0x0b7a5c), circle, true, []vg.Length{6, 2}}
	case transfer.AsInitial:
		return look{"BnBi: frozen selffer, initial RMS", rgb(0x3d9a3d), circle, true, []vg.Length{2, 2}}
	case transfer.Fresh:
		return look{"BnBf: frozen selffer, fresh pictures", rgb(0x7a4fb0), circle, true, []vg.Length{4, 1, 1, 1}}
	case transfer.Stopped:
		return look{"BnBs: frozen selffer, stopped", rgb(0xb07a1f), circle, true, []vg.Length{3, 3}}
	default:
		return look{"base: trained from scratch", rgb(0x000000), circle, false, nil}
	}
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
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
