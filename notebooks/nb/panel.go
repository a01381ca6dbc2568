package nb

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// panel is a few controls and a button in one output. GoNB's own widgets each wait for the front end without an end
// and make several outputs; a panel uses their channel (package comms) with one message for all of its values.
type panel struct {
	title    string
	controls []control
	axes     string // what is drawn on axes by the controls, which are sliders of one range; "": nothing is
	button   string
}

// control is a slider over numbers, one over a span of them, a choice, or a tick.
type control struct {
	name, label string
	kind        string // "range", "span", "select" or "tick"
	min, max    int    // of a range or span
	options     []string
	value       string // at first; a tick's is "true" or "false", a span's such as "2-5" or "3"
}

// values of controls by name.
type values map[string]string

func (p panel) defaults() values {
	v := values{}
	for _, c := range p.controls {
		v[c.name] = c.value
	}
	return v
}

// Limits of a reader's silence.
const (
	answerWithin = 5 * time.Second // a front end that shows the controls says so at once
	touchWithin  = time.Minute     // so that Run All is not held up for ever
)

//go:embed panel.js
var panelScript string

// panelStyle has a slider with two thumbs: HTML has none.
//
//go:embed panel.css
var panelStyle string

// browser says whether somebody may sit before a page: Jupyter's server names its session, what executes notebooks does
// not.
func browser() bool { return gonbui.IsNotebook && os.Getenv("JPY_SESSION_NAME") != "" }

// ask shows the panel and returns what the reader set when the button was pressed. below is the text under the
// controls, made anew at every change. Where no browser is, or none that answers, or nothing is touched, it returns the
// values that the controls had at first, and why.
// The output is left to be replaced: under id.
func (p panel) ask(id string, below func(values) string) (v values, why string) {
	v = p.defaults()
	if !browser() {
		return v, "no browser is attached"
	}
	address := "/coadapt/" + gonbui.UniqueID()
	heard := comms.Listen[string](address).WithBuffer(64)
	defer heard.Close()
	gonbui.SendData(&protocol.DisplayData{DisplayID: id, Data: map[protocol.MIMEType]any{
		protocol.MIMETextHTML: p.html(address, below(v)), protocol.MIMETextPlain: below(v)}})
	return p.listen(heard.C, v, below, func(text string) { comms.Send(address+"/below", text) })
}

// message is what the page says: all values, and whether a control was touched or the button pressed.
type message struct {
	Values  values `json:"values"`
	Touched bool   `json:"touched"`
	Pressed bool   `json:"pressed"`
}

// listen follows a panel that is shown until its button is pressed.
func (p panel) listen(heard <-chan string, v values, below func(values) string, say func(string)) (values, string) {
	first := v
	limit := time.NewTimer(answerWithin)
	defer limit.Stop()
	why := "the page did not answer"
	for {
		select {
		case <-limit.C:
			return first, why
		case text := <-heard:
			var m message
			if json.Unmarshal([]byte(text), &m) != nil || !p.fits(m.Values) {
				continue // not of this panel
			}
			v = m.Values
			switch {
			case m.Pressed:
				return v, ""
			case m.Touched:
				limit.Stop()
				say(below(v))
			default: // it is there, and is told that somebody listens
				limit.Reset(touchWithin)
				say(below(v))
				why = fmt.Sprintf("nothing was touched for %v", touchWithin)
			}
		}
	}
}

// fits says that values are such as the controls can have.
func (p panel) fits(v values) bool {
	for _, c := range p.controls {
		x, ok := v[c.name]
		switch {
		case !ok:
			return false
		case c.kind == "tick":
			ok = x == "true" || x == "false"
		case c.kind == "select":
			ok = false
			for _, o := range c.options {
				ok = ok || o == x
			}
		case c.kind == "span":
			low, high, err := ends(x)
			ok = err == nil && c.min <= low && low <= high && high <= c.max
		default:
			n, err := strconv.Atoi(x)
			ok = err == nil && n >= c.min && n <= c.max
		}
		if !ok {
			return false
		}
	}
	return true
}

// waits says that the cell is held up, and by what; the page shows it while that is so.
func (p panel) waits() string {
	return fmt.Sprintf("This cell waits for you: set what you like and press “%s”. Untouched, it goes on by itself "+
		"after %.0f s.", p.button, touchWithin.Seconds())
}

// ends are those of a span, "3" or "2-5".
func ends(span string) (low, high int, err error) {
	a, b, two := strings.Cut(span, "-")
	if !two {
		b = a
	}
	low, errLow := strconv.Atoi(a)
	high, errHigh := strconv.Atoi(b)
	return low, high, errors.Join(errLow, errHigh)
}

// spanOf is a span of numbers in words.
func spanOf(a, b int) string {
	if a == b {
		return strconv.Itoa(a)
	}
	return fmt.Sprintf("%d-%d", min(a, b), max(a, b))
}

// html is the panel with the script that speaks for it.
func (p panel) html(address, below string) string {
	var b strings.Builder
	root := "coadapt-" + strings.TrimPrefix(address, "/coadapt/")
	fmt.Fprintf(&b, `<div id="%s" class="coadapt-panel" data-lm-suppress-shortcuts="true">`, root)
	if p.title != "" {
		fmt.Fprintf(&b, "<p><b>%s</b></p>", escape(p.title))
	}
	fmt.Fprintf(&b, `<p role="status" hidden>%s</p>`, escape(p.waits()))
	if p.axes != "" {
		b.WriteString(p.drawing())
	}
	for _, c := range p.controls {
		b.WriteString(c.html())
	}
	if p.axes != "" {
		b.WriteString("</details>")
	}
	fmt.Fprintf(&b,
		`<p><button type="button">%s</button></p><pre>%s</pre><p><small>Where this does not react, interrupt the cell and run it again.</small></p></div>`,
		escape(p.button), escape(below))
	fmt.Fprintf(&b, "<style>%s</style>", panelStyle)
	fmt.Fprintf(&b, "<script>(%s)(%q, %q);</script>", strings.TrimSpace(panelScript), root, address)
	return b.String()
}

func (c control) html() string {
	name := html.EscapeString(c.name)
	switch c.kind {
	case "tick":
		checked := ""
		if c.value == "true" {
			checked = " checked"
		}
		return fmt.Sprintf(`<label style="margin-right:1em"><input type="checkbox" name="%s"%s> %s</label>`, name,
			checked, escape(c.label))
	case "select":
		var b strings.Builder
		fmt.Fprintf(&b, `<p><label>%s <select name="%s">`, escape(c.label), name)
		for _, o := range c.options {
			selected := ""
			if o == c.value {
				selected = " selected"
			}
			fmt.Fprintf(&b, "<option%s>%s</option>", selected, escape(o))
		}
		return b.String() + "</select></label></p>"
	case "span":
		low, high, _ := ends(c.value)
		end := func(which string, value int) string {
			return fmt.Sprintf(`<input type="range" aria-label="%s %s" min="%d" max="%d" value="%d">`, which,
				escape(c.label), c.min, c.max, value)
		}
		return fmt.Sprintf(
			`<p>%s <span class="coadapt-span" data-name="%s">%s%s</span> <output>%s</output></p>`,
			escape(c.label),
			name,
			end("lowest of", low),
			end("highest of", high),
			escape(c.value),
		)
	}
	return fmt.Sprintf(
		`<p><label>%s <input type="range" name="%s" min="%d" max="%d" value="%s"> <output>%s</output></label></p>`,
		escape(c.label),
		name,
		c.min,
		c.max,
		escape(c.value),
		escape(c.value),
	)
}

// leave replaces the panel by text that a saved notebook keeps.
func leave(id, htmlText, text string) error {
	if !gonbui.IsNotebook {
		_, err := fmt.Println(text)
		return err
	}
	return send(&protocol.DisplayData{
		DisplayID: id,
		Data:      map[protocol.MIMEType]any{protocol.MIMETextHTML: htmlText, protocol.MIMETextPlain: text},
	})
}
