package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// FilterBank is the filters of a net's first layer.
type FilterBank struct {
	Net     string
	Size    int         // height and width, pixels
	Filters [][]float32 // [Size, Size, 3] each
}

// Filters draws banks of filters side by side: a filter's weights as a colour picture, 0 a middle grey, the largest
// of that filter, by absolute value, black or full. The shape of filters can be compared so, and their size not. It
// fails where a filter is no picture.
func Filters(banks []FilterBank, opt Options) (*Figure, error) {
	opt, err := opt.looking()
	if err != nil {
		return nil, err
	}
	page := flow{width: opt.textWidth()}
	width, few := opt.textWidth(), 64
	if len(banks) > 1 {
		width, few = (width-blockGap)/2, 128
	}
	alt := "Filters of the first layer."
	for i, b := range banks {
		t := tiles{title: b.Net, index: true}
		smallest, largest := math.Inf(1), 0.0
		for j, f := range b.Filters {
			if b.Size < 1 || len(f) != 3*b.Size*b.Size {
				return nil, fmt.Errorf("filters of %s: number %d has %d weights, want %d × %d × 3", b.Net, j, len(f),
					b.Size, b.Size)
			}
			w := absMax(f)
			smallest, largest = min(smallest, w), max(largest, w)
			t.images = append(t.images, filterImage(f, b.Size, w))
		}
		if len(t.images) == 0 {
			return nil, fmt.Errorf("filters of %s: there is none", b.Net)
		}
		t.cols = columns(len(t.images), few)
		t.side = sideFor(b.Size, min(filterLength, (width-indexWidth+tileGap)/vg.Length(t.cols)-tileGap))
		page.blocks = append(page.blocks, t)
		alt += fmt.Sprintf(" %s: %d of %d by %d pixels, their largest weights from %s to %s", b.Net, len(b.Filters),
			b.Size, b.Size, short(smallest), short(largest))
		alt += fmt.Sprintf(", %.0f%% grey", 100*b.grey())
		if same := slices.IndexFunc(banks[:i], b.equal); same >= 0 {
			alt += fmt.Sprintf(", bit for bit those of %s", banks[same].Net)
		}
		alt += "."
	}
	if len(banks) == 0 {
		return nil, fmt.Errorf("filters: no net, want one at least")
	}
	page.blocks = append(page.blocks, bar{
		grey(),
		"weight of a colour; w is the largest of the same filter",
		barLength,
		[]barTick{{-1, "-w"}, {0, "0"}, {1, "w"}},
	})
	notes := []string{"A number is that of the first filter of its row, from 0. Each filter has its own w."}
	var greys []string
	for _, b := range banks {
		greys = append(greys, fmt.Sprintf("%s %.0f%%", b.Net, 100*b.grey()))
	}
	notes = append(
		notes,
		"Grey, the part of the squared weights that is the same for the three colours (a third where weights are "+
			"independent): "+
			strings.Join(greys, ", ")+".",
	)
	for i, b := range banks {
		if same := slices.IndexFunc(banks[:i], b.equal); same >= 0 {
			notes = append(notes, fmt.Sprintf("The filters of %s are bit for bit those of %s.", b.Net, banks[same].Net))
		}
	}
	return opt.sheet(alt, []string{strings.Join(notes, " ")}, page), nil
}

// filterLength is the most that a filter gets.
const filterLength = 132 * dot

// columns are 8, or 16 of more than a few, so that numbers are easily counted on.
func columns(n, few int) int {
	if n > few {
		return 16
	}
	return 8
}

func (b FilterBank) equal(other FilterBank) bool {
	return b.Size == other.Size && slices.EqualFunc(b.Filters, other.Filters, func(x, y []float32) bool {
		return slices.EqualFunc(x, y, func(p, q float32) bool { return math.Float32bits(p) == math.Float32bits(q) })
	})
}

// grey is the part of the squared weights that is the same for the three colours, a mean over filters: with m the mean
// of a pixel's three weights w, the sum of 3m² over that of w². It is 1 where no filter has a colour, and 1/3 is
// expected of independent weights.
func (b FilterBank) grey() float64 {
	sum, filters := 0.0, 0
	for _, f := range b.Filters {
		same, all := 0.0, 0.0
		for i := 0; i+2 < len(f); i += 3 {
			m := (float64(f[i]) + float64(f[i+1]) + float64(f[i+2])) / 3
			same += 3 * m * m
			for _, w := range f[i : i+3] {
				all += float64(w) * float64(w)
			}
		}
		if all > 0 {
			sum, filters = sum+same/all, filters+1
		}
	}
	return sum / float64(max(1, filters))
}

func absMax(values []float32) float64 {
	m := 0.0
	for _, v := range values {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// filterImage shows weights from -w to w, one colour each.
func filterImage(f []float32, size int, w float64) image.Image {
	if w == 0 {
		w = 1 // all of it is middle grey
	}
	g, img := grey(), image.NewNRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		for c := range 3 {
			img.Pix[4*i+c] = g.step(float64(f[3*i+c]) / w)
		}
		img.Pix[4*i+3] = 0xff
	}
	return img
}

// grey is from black for -1 to white for 1, with 0 at 128.
func grey() scale {
	g := scale{low: -1, high: 1}
	for i := range g.colors {
		g.colors[i] = color.NRGBA{R: uint8(i), G: uint8(i), B: uint8(i), A: 0xff}
	}
	return g
}
