package figure

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// SVG writes the figure as a scalable picture with its text alternative. Text stays text, in Liberation Sans or a font
// of the same metrics (Arial, Helvetica).
func (f *Figure) SVG(w io.Writer) error {
	c := vgsvg.New(f.width, f.height)
	f.paint(draw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return fmt.Errorf("figure as SVG: %w", err)
	}
	svg := buf.Bytes()
	svg = bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	svg = bytes.ReplaceAll(svg, []byte("data:image/jpg;"), []byte("data:image/png;")) // which it is
	svg = bytes.ReplaceAll(svg, []byte("<image "),
		[]byte(`<image style="image-rendering:pixelated" preserveAspectRatio="none" `))
	// The text alternative must follow the opening tag, which ends with the namespace.
	tag := []byte(`xmlns:xlink="http://www.w3.org/1999/xlink">`)
	head, body, ok := bytes.Cut(svg, tag)
	if !ok {
		return fmt.Errorf("figure as SVG: the drawing has no opening tag")
	}
	title := f.title
	if title == "" {
		title = "Transfer curve"
	}
	alt := fmt.Sprintf(" role=\"img\">\n<title>%s</title>\n<desc>%s</desc>", html.EscapeString(title),
		html.EscapeString(f.Alt()))
	for _, part := range [][]byte{head, tag[:len(tag)-1], []byte(alt), body} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("figure as SVG: %w", err)
		}
	}
	return nil
}

// PNG writes the figure as pixels, width × dpi wide, on white. dpi is from 36 to 1200: 192 suits a notebook on a dense
// screen, 300 suits print.
func (f *Figure) PNG(w io.Writer, dpi int) error {
	if dpi < 36 || dpi > 1200 {
		return fmt.Errorf("figure as PNG: %d dots an inch, want 36 to 1200", dpi)
	}
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi))
	pictures := shown{}
	f.paint(draw.New(sharp{c, pictures}))
	var page image.Image = c.Image()
	if rgba, ok := page.(*image.RGBA); ok { // which it is
		page = lean(rgba, pictures)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, page); err != nil {
		return fmt.Errorf("figure as PNG: %w", err)
	}
	return nil
}

// Size is the figure's width and height in inches.
func (f *Figure) Size() (width, height float64) {
	return float64(f.width / vg.Inch), float64(f.height / vg.Inch)
}
