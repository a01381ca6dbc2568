package nb

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"

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

// Show displays a figure as a PNG with a text alternative, and keeps PNG and SVG under the set-up's figures folder as
// name.png and name.svg, with a [Stamp] of what it was made of beside them and in the output's metadata. A PNG survives
// saving, export and an untrusted clone, which inline SVG does not.
func (l *Lab) Show(name string, fig figure.Drawing) {
	if err := l.show(name, fig); err != nil {
		fail(err)
	}
}

func (l *Lab) show(name string, fig figure.Drawing) error {
	if err := l.keepable(name, fig); err != nil {
		return err
	}
	var png, svg bytes.Buffer
	if err := fig.PNG(&png, figureDPI); err != nil {
		return err
	}
	if err := fig.SVG(&svg); err != nil {
		return err
	}
	stamp, err := l.stamp(name, fig)
	if err != nil {
		return err
	}
	text, err := json.Marshal(stamp)
	if err != nil {
		return err
	}
	dir := l.home.Figures()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for ext, data := range map[string][]byte{".png": png.Bytes(), ".svg": svg.Bytes(), stampExt: text} {
		if err := os.WriteFile(filepath.Join(dir, name+ext), data, 0o644); err != nil {
			return err
		}
	}
	width, _ := fig.Size()
	if err := display(png.Bytes(), fig.Alt(), int(96*width), map[string]any{stampField: string(text)}); err != nil {
		return err
	}
	return link(filepath.Join(dir, name+".svg"), fig.Alt())
}

// keepable says why a figure cannot be kept under a name.
func (l *Lab) keepable(name string, fig figure.Drawing) error {
	if !fileName.MatchString(name) {
		return fmt.Errorf("figure name %q: want letters, digits, - and _", name)
	}
	if fig == nil {
		return fmt.Errorf("figure %q: there is none, want what a verb such as lab.Curve(results) returns", name)
	}
	return l.ready()
}

// link says a figure in words, as JupyterLab shows no text alternative, and tells where it lies, from the notebook's
// folder, in which cells run. Nothing of this machine's paths above the clone is said.
func link(file, alt string) error {
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	rel := filepath.ToSlash(from(wd, file))
	return show(
		fmt.Sprintf(`<details><summary>the figure in words</summary><p>%s</p></details>`+
			`<p>the same as SVG: <a href="%s">%s</a></p>`,
			escape(alt), html.EscapeString(rel), html.EscapeString(rel)),
		"the same as SVG: "+rel,
	)
}

// from is a figure's place as seen from a folder. A folder of lessons has a link to the figures, for it may lie
// anywhere.
func from(wd, file string) string {
	near := filepath.Join("figures", filepath.Base(file))
	a, err := os.Stat(filepath.Join(wd, "figures"))
	if err == nil {
		if b, err := os.Stat(filepath.Dir(file)); err == nil && os.SameFile(a, b) {
			return near
		}
	}
	rel, err := filepath.Rel(wd, file)
	if err != nil { // on another drive
		return filepath.Base(file)
	}
	return rel
}

// show hands HTML with its plain text to the front end, or prints the text where there is none.
func show(htmlText, text string) error {
	if !gonbui.IsNotebook {
		_, err := fmt.Println(text)
		return err
	}
	return send(&protocol.DisplayData{
		Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: htmlText, protocol.MIMETextPlain: text},
	})
}

// display sends a PNG with its text alternative to the front end, width CSS
// pixels wide, and what else its metadata are to hold. Where there is no front end, the text is printed.
func display(png []byte, alt string, width int, metadata map[string]any) error {
	if !gonbui.IsNotebook {
		_, err := fmt.Println(alt)
		return err
	}
	all := map[string]any{string(protocol.MIMEImagePNG): map[string]any{"width": width, "alt": alt}}
	for k, v := range metadata {
		all[k] = v
	}
	return send(&protocol.DisplayData{
		Data:     map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: alt},
		Metadata: all,
	})
}

// send hands data to the front end and waits until it is there. It fails where GoNB could not be told: gonbui itself
// would only log that, and every later output would be lost in silence.
func send(data *protocol.DisplayData) error {
	gob.Register(map[string]any{}) // GoNB's end of the pipe knows it, gonbui's does not
	gonbui.SendData(data)
	gonbui.Sync()
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("this cannot be shown in the notebook: %w", err)
	}
	return nil
}
