package nb

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"path/filepath"

	"coadapt/transfer/figure"
)

// PDF keeps a figure as name.pdf beside those that [Lab.Show] keeps, for print, and links to it.
func (l *Lab) PDF(name string, fig figure.Drawing) {
	if err := l.pdf(name, fig); err != nil {
		fail(err)
	}
}

func (l *Lab) pdf(name string, fig figure.Drawing) error {
	if err := l.keepable(name, fig); err != nil {
		return err
	}
	var pdf bytes.Buffer
	if err := fig.PDF(&pdf); err != nil {
		return err
	}
	file := filepath.Join(l.home.Figures(), name+".pdf")
	if err := os.MkdirAll(l.home.Figures(), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, pdf.Bytes(), 0o644); err != nil {
		return err
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	near := filepath.ToSlash(from(wd, file))
	page := html.EscapeString(near)
	return show(fmt.Sprintf(`<p>the figure as PDF: <a href="%s">%s</a></p>`, page, page), "the figure as PDF: "+near)
}
