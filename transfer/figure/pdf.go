package figure

import (
	"bytes"
	"fmt"
	"io"
	"regexp"

	"golang.org/x/image/font"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// madeAt is the time at which a PDF was made, which no figure needs.
var madeAt = regexp.MustCompile(`/(CreationDate|ModDate) \(D:\d{14}`)

// PDF writes the figure as a page of its size, for print: lines stay lines, and its letters are in the file. The same
// figure has the same bytes.
func (f *Figure) PDF(w io.Writer) error {
	c := vgpdf.New(f.width, f.height)
	c.EmbedFonts(true)
	f.paint(draw.New(lettered{c}))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return fmt.Errorf("figure as PDF: %w", err)
	}
	// It is as long as before: the file tells where its parts are.
	pdf := madeAt.ReplaceAll(buf.Bytes(), []byte("/$1 (D:20140101000000"))
	if _, err := w.Write(pdf); err != nil {
		return fmt.Errorf("figure as PDF: %w", err)
	}
	return nil
}

// lettered mends vgpdf's letters: it takes text for that of Windows' code page 1252, and does not find bold ones
// under the name that it gave them. They are given one of their own.
type lettered struct{ *vgpdf.Canvas }

func (c lettered) FillString(face plotfont.Face, at vg.Point, text string) {
	if face.Font.Weight == font.WeightBold {
		face.Font.Typeface, face.Font.Weight = face.Font.Typeface+"Bold", font.WeightNormal
	}
	latin, err := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder()).String(text)
	if err != nil {
		latin = text // cannot be: what the page lacks is replaced
	}
	c.Canvas.FillString(face, at, latin)
}
