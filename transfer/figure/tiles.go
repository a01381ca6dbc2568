package figure

import (
	"fmt"
	"image"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// block is a part of a page of pictures. It is drawn below and to the right of a point.
type block interface {
	size() (width, height vg.Length)
	draw(c draw.Canvas, at vg.Point)
}

const (
	tinySize vg.Length = 6
	tileGap            = 6 * dot
	blockGap vg.Length = 14
)

// tiles are pictures of one size in rows, with a title above them.
type tiles struct {
	title  string
	images []image.Image
	words  [][]string // lines below each picture, equally many below all; nil: none
	cols   int
	side   vg.Length // of a pixel
	index  bool      // show the number of each row's first picture on the left
}

// indexWidth is the width of the numbers of rows.
const indexWidth vg.Length = 18

// sideFor is the side of a pixel if a picture of the given number of pixels has a length: in whole dots if it is at
// least one dot.
func sideFor(pixels int, length vg.Length) vg.Length {
	if whole := int(length / (dot * vg.Length(pixels)) * (1 + 1e-9)); whole >= 1 {
		return vg.Length(whole) * dot
	}
	return length / vg.Length(pixels)
}

// fit lays out n pictures in a width, in as many columns as fit. A picture has the given number of pixels a side, and
// is as large as length allows.
func (t *tiles) fit(pixels int, length, width vg.Length) {
	t.side = sideFor(pixels, length)
	if t.index {
		width -= indexWidth
	}
	t.cols = max(1, min(len(t.images), int((width+tileGap)/(t.side*vg.Length(pixels)+tileGap))))
}

// steps gives the distance from a picture to the next one in its row, and in its column.
func (t tiles) steps() (right, down vg.Length) {
	b := t.images[0].Bounds()
	right, down = t.side*vg.Length(b.Dx())+tileGap, t.side*vg.Length(b.Dy())+tileGap
	if len(t.words) > 0 {
		down += wordLead*vg.Length(len(t.words[0])) + 8*dot
	}
	return right, down
}

const (
	wordLead  = 20 * dot // of words below a picture
	titleLead = 36 * dot // of the title of a block
)

func (t tiles) size() (width, height vg.Length) {
	right, down := t.steps()
	width, height = right*vg.Length(t.cols)-tileGap, down*vg.Length((len(t.images)+t.cols-1)/t.cols)-tileGap
	if t.index {
		width += indexWidth
	}
	if t.title != "" {
		width, height = max(width, bold(labelSize).Width(t.title)), height+titleLead
	}
	return width, height
}

func (t tiles) draw(c draw.Canvas, at vg.Point) {
	if t.title != "" {
		c.FillText(bold(labelSize), vg.Point{X: at.X, Y: at.Y - labelSize}, t.title)
		at.Y -= titleLead
	}
	small := style(tinySize)
	right, down := t.steps()
	if t.index {
		at.X += indexWidth
	}
	for i, img := range t.images {
		corner := vg.Point{X: at.X + right*vg.Length(i%t.cols), Y: at.Y - down*vg.Length(i/t.cols)}
		place(c, img, corner, t.side)
		height := t.side * vg.Length(img.Bounds().Dy())
		if t.index && i%t.cols == 0 {
			number := strconv.Itoa(i)
			c.FillText(small, vg.Point{X: corner.X - 4 - small.Width(number), Y: corner.Y - height/2 - 0.36*tinySize},
				number)
		}
		if len(t.words) == 0 {
			continue
		}
		for line, word := range t.words[i] {
			c.FillText(small, vg.Point{X: corner.X, Y: corner.Y - height - wordLead*vg.Length(line) - tinySize - 2*dot},
				shorten(small, word, right-2*dot))
		}
	}
}

// flow places blocks side by side, and begins a new row where the width ends.
type flow struct {
	blocks []block
	width  vg.Length
	lead   vg.Length // between rows; 0 is blockGap
}

func (f flow) gap() vg.Length {
	if f.lead > 0 {
		return f.lead
	}
	return blockGap
}

// rows gives the blocks of each row, and the height of its highest block.
func (f flow) rows() (rows [][]block, heights []vg.Length) {
	x := f.width
	for _, b := range f.blocks {
		w, h := b.size()
		if x+w > f.width+1e-6 {
			rows, heights, x = append(rows, nil), append(heights, 0), 0
		}
		last := len(rows) - 1
		rows[last], heights[last] = append(rows[last], b), max(heights[last], h)
		x += w + blockGap
	}
	return rows, heights
}

func (f flow) size() (width, height vg.Length) {
	_, heights := f.rows()
	for _, h := range heights {
		height += h + f.gap()
	}
	return f.width, height - f.gap()
}

func (f flow) draw(c draw.Canvas, at vg.Point) {
	rows, heights := f.rows()
	for i, row := range rows {
		x := at.X
		for _, b := range row {
			b.draw(c, vg.Point{X: x, Y: at.Y})
			w, _ := b.size()
			x += w + blockGap
		}
		at.Y -= heights[i] + f.gap()
	}
}

// looking gives the options of a page of pictures, whose height follows from its content.
func (o Options) looking() (Options, error) {
	o = o.filled(6.5, 0)
	if o.Width < 4 || o.Width > 40 {
		return o, fmt.Errorf("figure: %v inches wide, want 4 to 40", o.Width)
	}
	return o, nil
}

// textWidth is the width that a page leaves for its content.
func (o Options) textWidth() vg.Length { return vg.Length(o.Width)*vg.Inch - 2*margin }

// sheet is a figure of the height that a block needs with its title and notes.
func (o Options) sheet(alt string, notes []string, b block) *Figure {
	if o.Caption != "" {
		notes = append([]string{o.Caption}, notes...)
	}
	_, height := b.size()
	height += 2 * margin
	if o.Title != "" {
		height += titleSize*1.3*vg.Length(len(wrap(bold(titleSize), o.Title, o.textWidth()))) + 4
	}
	if len(notes) > 0 {
		height += noteSize*1.3*vg.Length(len(wrap(style(noteSize), strings.Join(notes, " "), o.textWidth()))) + 6
	}
	o.Height = float64(height / vg.Inch)
	return o.page(alt, func(c draw.Canvas) {
		c = drawTitle(c, o.Title)
		if len(notes) > 0 {
			c = drawNotes(c, notes)
		}
		b.draw(c, vg.Point{X: c.Min.X, Y: c.Max.Y})
	})
}

func bold(size vg.Length) text.Style {
	s := style(size)
	s.Font.Weight = 3
	return s
}

// shorten cuts off the end of a word that is too long.
func shorten(s text.Style, word string, width vg.Length) string {
	if s.Width(word) <= width {
		return word
	}
	runes := []rune(word)
	for n := len(runes) - 1; n > 0; n-- {
		if cut := strings.TrimRight(string(runes[:n]), " ,-_") + "…"; s.Width(cut) <= width {
			return cut
		}
	}
	return ""
}
