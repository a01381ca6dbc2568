// Command images draws the README's diagram of the two conditions that cut a net, BnB and AnB:
//
//	go run ./notebooks/images > notebooks/images/cut.svg
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

// The colours are those of the curves: blue for features of task B, red for those of task A.
const (
	ink, faint   = "#222222", "#666666"
	blue, red    = "#0b3c8c", "#a61c1c"
	blank, paper = "#f4f4f4", "#ffffff"
	font         = "Helvetica, Arial, sans-serif"
	width        = 1000
	height       = 438
	left, pitch  = 132, 66 // of the blocks: where the first one begins, and from one to the next
	side, tall   = 56, 46  // of a block
)

// row is a net: its layers 1..cut come from elsewhere and are frozen, the others are its own.
type row struct {
	y          int
	name, task string
	color      string // of the layers that it did not learn anew
	cut        int    // 0: a base net
	says       []string
}

func main() {
	if err := draw(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// draw writes the diagram as SVG.
func draw(w io.Writer) error {
	const cut = 4
	rows := []row{
		{62, "baseB", "trained on B", blue, 0, []string{"what a net reaches on B that", "learns all its layers there"}},
		{160, "B4B", "trained on B", blue, cut,
			[]string{"lower accuracy than baseB:", "something was lost at the cut"}},
		{270, "baseA", "trained on A", red, 0, []string{"learns other classes", "of the same data set"}},
		{368, "A4B", "trained on B", red, cut, []string{"lower accuracy than B4B:", "layers 1 to 4 were made for A"}},
	}
	layers := []string{"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"}

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" `+
		`font-family="%s" role="img">`+"\n", width, height, width, height, font)
	b.WriteString("<title>Layers 1 to 4 of a base net are copied and frozen; " +
		"the layers above them are new and are trained on B. In B4B they come from baseB, in A4B from baseA.</title>\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", width, height, paper)
	for i, name := range layers {
		text(&b, words{left + i*pitch + side/2, 34, 14, faint, "middle", name})
	}
	for _, r := range rows {
		r.draw(&b, len(layers))
	}
	for _, r := range []int{1, 3} { // the layers that are copied: from the row above
		from, to := rows[r-1].y+tall, rows[r].y
		for i := range cut {
			x := left + i*pitch + side/2
			fmt.Fprintf(&b, `<path d="M%d %dV%d" stroke="%s" stroke-width="2.5"/><path d="M%d %dl-6 -10h12z" fill="%s"/>`+"\n",
				x, from+5, to-12, rows[r].color, x, to-3, rows[r].color)
		}
		text(&b, words{left + cut*pitch + 4, (from+to)/2 + 5, 14, faint, "start", "copied, then frozen"})
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (r row) draw(b *strings.Builder, layers int) {
	text(b, words{20, r.y + 21, 20, ink, "start", r.name})
	text(b, words{20, r.y + 41, 14, faint, "start", r.task})
	for i := range layers {
		x := left + i*pitch
		switch {
		case r.cut == 0:
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s"/>`+"\n", x, r.y, side, tall,
				r.color)
		case i < r.cut:
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s"/>`+"\n", x, r.y, side, tall,
				r.color)
			lock(b, x+side/2, r.y+tall/2)
		default:
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="%s" `+
				`stroke-width="2" stroke-dasharray="5 4"/>`+"\n", x+1, r.y+1, side-2, tall-2, blank, faint)
			text(b, words{x + side/2, r.y + tall/2 + 5, 14, ink, "middle", "new"})
		}
	}
	if r.cut > 0 {
		x := left + r.cut*pitch - (pitch-side)/2
		fmt.Fprintf(b, `<path d="M%d %dV%d" stroke="%s" stroke-width="3"/>`+"\n", x, r.y-10, r.y+tall+10, ink)
	}
	for i, line := range r.says {
		text(b, words{left + layers*pitch + 14, r.y + 18 + i*20, 15, ink, "start", line})
	}
}

// lock draws a padlock with its middle at x, y.
func lock(b *strings.Builder, x, y int) {
	fmt.Fprintf(b, `<path d="M%d %dv-5a5 5 0 0 1 10 0v5" fill="none" stroke="%s" stroke-width="2.5"/>`, x-5, y-1, paper)
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="18" height="12" rx="2" fill="%s"/>`+"\n", x-9, y-1, paper)
}

// words are a line of text of a size in pixels, anchored at x on the base line y.
type words struct {
	x, y, size          int
	color, anchor, line string
}

func text(b *strings.Builder, w words) {
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="%d" fill="%s" text-anchor="%s">%s</text>`+"\n",
		w.x, w.y, w.size, w.color, w.anchor, w.line)
}
