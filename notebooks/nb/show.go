package nb

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"coadapt/transfer"
	"coadapt/transfer/figure"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Resolutions of figures: twice a screen's 96 dots an inch, so that they stay
// sharp on dense screens and in print, and half of that while filling.
const (
	figureDPI = 192
	screenDPI = 96
)

var fileName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Show displays the transfer curve of results as a PNG with a text alternative,
// prints its table, and keeps PNG and SVG under the set-up's figures folder as
// name.png and name.svg. A PNG survives saving, export and an untrusted clone,
// which inline SVG does not.
func (l *Lab) Show(name string, results []transfer.Result) {
	if err := l.show(name, results); err != nil {
		fail(err)
	}
}

func (l *Lab) show(name string, results []transfer.Result) error {
	if !fileName.MatchString(name) {
		return fmt.Errorf("figure name %q: want letters, digits, - and _", name)
	}
	fig, err := l.figure(results)
	if err != nil {
		return err
	}
	png, err := l.png(results, figureDPI)
	if err != nil {
		return err
	}
	var svg bytes.Buffer
	if err := fig.SVG(&svg); err != nil {
		return err
	}
	dir := l.home.Figures()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for ext, data := range map[string][]byte{".png": png, ".svg": svg.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name+ext), data, 0o644); err != nil {
			return err
		}
	}
	width, _ := fig.Size()
	if err := display(png, fig.Alt(), int(96*width)); err != nil {
		return err
	}
	return printTable(fig.Points())
}

// printTable prints in one write: a front end gets each write as an output of
// its own.
func printTable(points []figure.Point) error {
	var buf bytes.Buffer
	if err := figure.Table(&buf, points); err != nil {
		return err
	}
	_, err := os.Stdout.Write(buf.Bytes())
	return err
}

// display sends a PNG with its text alternative to the front end, width CSS
// pixels wide. It fails where GoNB could not be told: gonbui itself would only
// log that, and every later output would be lost in silence.
func display(png []byte, alt string, width int) error {
	gob.Register(map[string]any{}) // GoNB's end of the pipe knows it, gonbui's does not
	gonbui.SendData(&protocol.DisplayData{
		Data:     map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: alt},
		Metadata: map[string]any{string(protocol.MIMEImagePNG): map[string]any{"width": width, "alt": alt}},
	})
	gonbui.Sync()
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("the figure cannot be shown in the notebook: %w", err)
	}
	return nil
}

func (l *Lab) png(results []transfer.Result, dpi int) ([]byte, error) {
	fig, err := l.figure(results)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = fig.PNG(&buf, dpi)
	return buf.Bytes(), err
}

// Compare prints how far condition a lies from condition b at cut n, with its
// interval: Compare(results, "AnB", "BnB", 7).
func Compare(results []transfer.Result, a, b string, n int) {
	ta, err := transfer.ParseTreatment(a)
	if err != nil {
		fail(err)
	}
	tb, err := transfer.ParseTreatment(b)
	if err != nil {
		fail(err)
	}
	c, err := figure.Compare(results, ta, tb, n)
	if err != nil {
		fail(err)
	}
	fmt.Println(c)
}

// Table prints the results as a table: a row a cut, a column a condition.
func Table(results []transfer.Result) {
	if err := printTable(figure.Summarise(results)); err != nil {
		fail(err)
	}
}
