package figure

import "io"

// Drawing is a picture that can be shown and kept: a [Figure], or one of another package.
type Drawing interface {
	PNG(w io.Writer, dpi int) error // dots an inch, as in Figure.PNG
	SVG(w io.Writer) error
	PDF(w io.Writer) error
	Alt() string                   // the text alternative
	Size() (width, height float64) // inches
}
