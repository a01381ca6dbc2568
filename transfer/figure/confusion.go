package figure

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confused counts the classes for which a net took its test pictures.
type Confused struct {
	Net     string
	Classes []string
	Counts  [][]int // by true class, then by the class it was taken for
}

// Confusion draws the confusion matrix: a row for each true class, a column for each class it was taken for, in
// fractions of the row. Without another title, the title is the accuracy with Wilson's interval. It fails if Counts is
// not a square matrix of the classes.
func Confusion(m Confused, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	n := len(m.Classes)
	if n < 2 || len(m.Counts) != n {
		return nil, fmt.Errorf("confusion of %s: %d classes, %d rows; want two at least, as many of each", m.Net, n,
			len(m.Counts))
	}
	shares := make([]float32, 0, n*n)
	right, all := 0, 0
	var wrong []confusion
	for i, row := range m.Counts {
		total := 0
		if len(row) != n || slices.Min(row) < 0 {
			return nil, fmt.Errorf("confusion of %s: row %d has counts %v, want %d of 0 or more", m.Net, i, row, n)
		}
		for _, k := range row {
			total += k
		}
		for j, k := range row {
			if i != j && k > 0 {
				wrong = append(wrong, confusion{i, j, k, total})
			}
			shares = append(shares, float32(k)/float32(max(1, total)))
		}
		right, all = right+row[i], all+total
	}
	iv, err := WilsonInterval(right, all)
	if err != nil {
		return nil, fmt.Errorf("confusion of %s: %w", m.Net, err)
	}
	accuracy := fmt.Sprintf("accuracy %.3f (%d of %d test pictures; 95%% Wilson %.3f to %.3f)",
		float64(right)/float64(all), right, all, iv.Low, iv.High)
	if opt.Title == "" {
		opt.Title = m.Net + ": " + accuracy
	}
	slices.SortStableFunc(wrong, func(a, b confusion) int { return cmp.Compare(b.count, a.count) })
	var often []string
	for _, w := range wrong[:min(5, len(wrong))] {
		often = append(often, fmt.Sprintf("%s for %s (%d of %d)", m.Classes[w.is], m.Classes[w.taken], w.count, w.of))
	}
	notes := []string{"A row is a class, a column what its pictures were taken for."}
	alt := fmt.Sprintf("Confusion of %d classes by %s: %s.", n, m.Net, accuracy)
	if len(often) > 0 {
		notes = append(notes, "Most often taken: "+strings.Join(often, ", ")+".")
		alt += " Most often taken: " + strings.Join(often, ", ") + "."
	}
	s := shade(0, 1)
	mat := newMatrix(m.Classes, shares, s, opt.textWidth())
	if !mat.named {
		notes = append(notes, "The classes are in the order of their labels.")
	}
	page := flow{width: opt.textWidth(),
		blocks: []block{mat, bar{s, "share of the pictures of a class", barLength,
			[]barTick{{0, "0"}, {0.5, "50%"}, {1, "100%"}}}}}
	return opt.sheet(alt, notes, page), nil
}

// confusion says how often one class was taken for another.
type confusion struct{ is, taken, count, of int }

// matrix draws a square of fractions with the names of the classes.
type matrix struct {
	classes []string
	shares  []float32
	scale   scale
	image   image.Image
	side    vg.Length // of a cell
	font    vg.Length
	named   bool      // the names fit
	label   vg.Length // the width of the longest name
	width   vg.Length
}

const matrixLength = 900 * dot // the largest side of all cells together

func newMatrix(classes []string, shares []float32, s scale, width vg.Length) matrix {
	m := matrix{classes: classes, shares: shares, scale: s, image: s.image(shares, len(classes)), width: width}
	n := len(classes)
	m.side = sideFor(n, min(matrixLength, vg.Length(n)*96*dot))
	m.font = min(noteSize, m.side*0.9)
	if m.named = m.font >= 4.5; m.named {
		for _, name := range classes {
			m.label = max(m.label, style(m.font).Width(name))
		}
		m.label = min(m.label, 90) + 4
	}
	return m
}

func (m matrix) size() (width, height vg.Length) {
	return m.width, m.label + m.side*vg.Length(len(m.classes)) // the full width, so that the scale is drawn below
}

func (m matrix) draw(c draw.Canvas, at vg.Point) {
	corner := vg.Point{X: at.X + m.label, Y: at.Y - m.label}
	place(c, m.image, corner, m.side)
	n := len(m.classes)
	s := style(m.font)
	for i, name := range m.classes {
		if !m.named {
			break
		}
		mid := m.side * (vg.Length(i) + 0.5)
		name = shorten(s, name, 90)
		c.FillText(s, vg.Point{X: corner.X - 3 - s.Width(name), Y: corner.Y - mid - 0.36*m.font}, name)
		up := s
		up.Rotation = math.Pi / 2
		c.FillText(up, vg.Point{X: corner.X + mid + 0.36*m.font, Y: corner.Y + 3}, name)
	}
	if s.Width("100") > m.side*0.85 {
		return
	}
	for i, v := range m.shares { // in per cent
		if v < 0.005 {
			continue
		}
		word := fmt.Sprintf("%.0f", 100*v)
		s.Color = ink
		if v > 0.5 {
			s.Color = paper
		}
		c.FillText(s, vg.Point{X: corner.X + m.side*(vg.Length(i%n)+0.5) - s.Width(word)/2,
			Y: corner.Y - m.side*(vg.Length(i/n)+0.5) - 0.36*m.font}, word)
	}
}
