//go:build unix

package nb

import (
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// parsed is the grid of a source, and the arguments of its nb.Open, "" where it has none.
func parsed(t *testing.T, source string) (g Grid, open string) {
	t.Helper()
	if clean, err := format.Source([]byte(source)); err != nil || string(clean) != source {
		t.Errorf("not as gofmt has it (%v): %s", err, source)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "cell.go", "package main\nfunc main() {\n"+source+"}\n", 0)
	if err != nil {
		t.Fatalf("%v in %s", err, source)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			name := n.Key.(*ast.Ident).Name
			if id, ok := n.Value.(*ast.Ident); ok {
				g.Balanced = name == "Balanced" && id.Name == "true"
				return true
			}
			text, err := strconv.Unquote(n.Value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			switch name {
			case "Conditions":
				g.Conditions = text
			case "Cuts":
				g.Cuts = text
			case "Seeds":
				g.Seeds = text
			case "Splits":
				g.Splits = text
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Open" {
				before := len("package main\nfunc main() {\n")
				open = source[int(n.Lparen)-before : int(n.Rparen)-1-before]
			}
		}
		return true
	})
	return g, open
}

// What a form shows as source is the grid that it returns.
func TestFormSource(t *testing.T) {
	for _, c := range []struct {
		lab  *Lab
		spec Spec
		set  values
		want Grid
		open string
	}{
		{Open("shapes"), Spec{}, nil, Grid{Conditions: "BnB,BnB+,AnB,AnB+,RnB", Cuts: "1-7", Seeds: "0", Splits: "0"},
			""},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "AnB", Cuts: "3", Seeds: "0-2", Splits: "natman"}}, nil,
			Grid{Conditions: "AnB", Cuts: "3", Seeds: "0-2", Splits: "natman"}, ""},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "AnB"}},
			values{"AnB": "false", "base+": "true", "cuts": "2-6", "seeds": "0-1"},
			Grid{Conditions: "base+", Cuts: "2-6", Seeds: "0-1", Splits: "0"}, ""},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "base"}}, nil,
			Grid{Conditions: "base", Cuts: "1-7", Seeds: "0", Splits: "0"}, ""},
		{Open("shapes", Steps(50)), Spec{Grid: Grid{Conditions: "RnB"}, Data: []string{"shapes", `shapes:classes=8`}},
			values{"data": "shapes:classes=8"},
			Grid{Conditions: "RnB", Cuts: "1-7", Seeds: "0", Splits: "0"}, `"shapes:classes=8", nb.Steps(50)`},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "RnB"}, Epochs: []int{1, 6}}, values{"epochs": "6"},
			Grid{Conditions: "RnB", Cuts: "1-7", Seeds: "0", Splits: "0"}, `"shapes", nb.Epochs(6)`},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "RnB", Seeds: "3,7", Cuts: "2"}}, nil,
			Grid{Conditions: "RnB", Cuts: "2", Seeds: "3,7", Splits: "0"}, ""},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "RnB"}}, values{"seeds": "3"},
			Grid{Conditions: "RnB", Cuts: "1-7", Seeds: "3", Splits: "0"}, ""},
		{Open("shapes"), Spec{Grid: Grid{Conditions: "RnB"}, Seeds: []string{"5", "5-9"}}, nil,
			Grid{Conditions: "RnB", Cuts: "1-7", Seeds: "5", Splits: "0"}, ""},
		{Open("shapes", NoLRN()),
			Spec{Grid: Grid{Conditions: "BnB,BnBr", Cuts: "4"}, Rates: []float64{0.01, 0.03}, Rates2: []float64{0.005}},
			values{"rate": "0.03", "rate2": "0.005", "BnB": "false"},
			Grid{Conditions: "BnBr", Cuts: "4", Seeds: "0", Splits: "0"},
			`"shapes", nb.Rate(0.03), nb.SecondRate(0.005), nb.NoLRN()`},
	} {
		p, err := c.lab.formPanel(c.spec)
		if err != nil {
			t.Errorf("%+v: %v", c.spec, err)
			continue
		}
		v := p.defaults()
		for name, x := range c.set {
			v[name] = x
		}
		if !p.fits(v) {
			t.Errorf("%v does not fit %+v", v, p.controls)
		}
		chosen := c.lab.chosen(v, c.spec)
		got, open := parsed(t, c.lab.goSource(chosen))
		if chosen.grid != c.want || got != c.want || open != c.open {
			t.Errorf("chosen %+v, source %+v with Open(%s); want %+v with Open(%s)", chosen.grid, got, open, c.want,
				c.open)
		}
		if err := c.lab.become(chosen); err != nil || c.open != "" && c.lab.set.Data != chosen.set.Data {
			t.Errorf("the lab has data %q, %v", c.lab.set.Data, err)
		}
	}
	g := Grid{Balanced: true, Cuts: "5,7"}
	if got, _ := parsed(t, "lab.Run("+g.Source()+")\n"); got != g {
		t.Errorf("%s is %+v", g.Source(), got)
	}
}

func TestWrongForm(t *testing.T) {
	for says, spec := range map[string]Spec{
		"Spec.Grid.Cuts":     {Grid: Grid{Cuts: "1,4"}},
		"Spec.Grid.Seeds":    {Grid: Grid{Seeds: "one"}},
		"Spec.Seeds":         {Seeds: []string{"0", "-1"}},
		"Spec.Grid.Splits":   {Grid: Grid{Splits: "7"}},
		"Spec.Epochs":        {Epochs: []int{0}},
		"Spec.Rates [0]":     {Rates: []float64{0}},
		"Spec.Rates2 [-1]":   {Rates2: []float64{-1}},
		"Spec.Grid.Balanced": {Grid: Grid{Balanced: true}},
		`"AnC"`:              {Grid: Grid{Conditions: "AnC"}},
	} {
		if _, err := Open("shapes").formPanel(spec); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want an error about %s", spec, err, says)
		}
	}
}

// hear runs a panel against messages that come after pauses.
func hear(t *testing.T, p panel, said *[]string, script ...any) (v values, why string, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan string)
		go func() {
			for _, s := range script {
				switch s := s.(type) {
				case time.Duration:
					time.Sleep(s)
				case message:
					text, _ := json.Marshal(s)
					heard <- string(text)
				case string:
					heard <- s
				}
			}
		}()
		began := time.Now()
		v, why = p.listen(heard, p.defaults(), func(v values) string { return v["n"] },
			func(text string) { *said = append(*said, text) })
		took = time.Since(began)
	})
	return v, why, took
}

// A front end that never answers, or that nobody touches, is not waited for; one that is in use is, and what is no
// answer changes nothing.
func TestPanelListens(t *testing.T) {
	p := panel{controls: []control{{name: "n", kind: "range", min: 1, max: 7, value: "4"}}}
	at := func(n string) values { return values{"n": n} }
	var said []string
	if v, why, took := hear(t, p, &said); v["n"] != "4" || why != "the page did not answer" || took != answerWithin {
		t.Errorf("nobody: %v, %q after %v", v, why, took)
	}
	if v, why, took := hear(t, p, &said, message{Values: at("4")}); v["n"] != "4" ||
		!strings.Contains(why, "touched") ||
		took != touchWithin {
		t.Errorf("untouched: %v, %q after %v", v, why, took)
	}
	v, why, took := hear(t, p, &said, message{Values: at("4")}, message{Values: at("5"), Touched: true}, "{",
		message{Values: at("9"), Pressed: true}, message{Pressed: true}, time.Hour,
		message{Values: at("6"), Touched: true, Pressed: true})
	if v["n"] != "6" || why != "" || took != time.Hour ||
		!slices.Equal(said, []string{"4", "4", "5"}) { // "4" of the visit before, too
		t.Errorf("in use: %v, %q after %v, said %q", v, why, took, said)
	}
}

// What a page says is taken only where the controls can have it.
func TestPanelFits(t *testing.T) {
	for _, c := range []struct {
		control control
		yes, no []string
	}{
		{control{kind: "range", min: -5, max: 7}, []string{"-5", "0", "7"}, []string{"-6", "8", "", "3x", "3.5"}},
		{control{kind: "span", min: 1, max: 7}, []string{"1", "7", "1-7", "3-3"},
			[]string{"0-3", "3-8", "5-2", "", "-", "1-2-3", "a-b"}},
		{control{kind: "tick"}, []string{"true", "false"}, []string{"", "yes"}},
		{control{kind: "select", options: []string{"a", "b"}}, []string{"a", "b"}, []string{"", "c"}},
	} {
		c.control.name = "x"
		p := panel{controls: []control{c.control}}
		for _, x := range c.yes {
			if !p.fits(values{"x": x}) {
				t.Errorf("%s: %q does not fit", c.control.kind, x)
			}
		}
		for _, x := range c.no {
			if p.fits(values{"x": x}) {
				t.Errorf("%s: %q fits", c.control.kind, x)
			}
		}
		if p.fits(values{}) {
			t.Errorf("%s: nothing fits", c.control.kind)
		}
	}
}

// A curve is asked for on axes, with a slider for each cut in a fold; other questions have no axes.
func TestDrawnHasAxes(t *testing.T) {
	page := Drawn{Condition: "BnB"}.question().panel().html("/coadapt/1", "")
	for what, want := range map[string]int{"<svg": 1, "<circle": cuts(), `type="range"`: cuts(), "<details open>": 1,
		"</details>": 1, ">+0<": 1, ">-60<": 1, ">+30<": 1} {
		if got := strings.Count(page, what); got != want {
			t.Errorf("%d of %q, want %d", got, what, want)
		}
	}
	if page := (Pick{"a", "b"}).question().panel().html("/coadapt/1", ""); strings.Contains(page, "<svg") ||
		strings.Contains(page, "<details") {
		t.Errorf("a pick has axes: %s", page)
	}
}

// In a browser the form's page is told of changes, and the pressed button's values are what is returned and left.
func TestFormInABrowser(t *testing.T) {
	if !apart(t) {
		return
	}
	shown, say := gonb(t)
	t.Setenv("JPY_SESSION_NAME", "x.ipynb")
	done := make(chan Grid, 1)
	l := Open("shapes")
	go func() {
		g, err := l.form(Spec{Title: "a <b>", Grid: Grid{Conditions: "AnB"}})
		if err != nil {
			t.Error(err)
		}
		done <- g
	}()
	next := func(mime protocol.MIMEType) protocol.DisplayData {
		for {
			select {
			case d := <-shown:
				if d.Data[mime] != nil {
					return d
				}
			case <-time.After(20 * time.Second):
				t.Fatal("nothing was shown")
			}
		}
	}
	first := next(protocol.MIMETextHTML)
	page := first.Data[protocol.MIMETextHTML].(string)
	m := regexp.MustCompile(`\)\("([^"]+)", "([^"]+)"\);</script>`).FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, `id="`+m[1]+`"`) || strings.Contains(page, "<b>a <b>") ||
		!strings.Contains(page, "This cell waits for you") {
		t.Fatalf("the page is %s", page)
	}
	v := values{
		"BnB":   "false",
		"BnB+":  "false",
		"AnB":   "true",
		"AnB+":  "false",
		"RnB":   "false",
		"base+": "false",
		"cuts":  "2-3",
		"seeds": "0",
		"split": "1",
	}
	tell := func(touched, pressed bool) {
		text, err := json.Marshal(message{v, touched, pressed})
		if err != nil {
			t.Fatal(err)
		}
		say(m[2], string(text))
	}
	tell(false, false)
	if first, ok := next(protocol.MIMECommValue).Data[protocol.MIMECommValue].(protocol.CommValue); !ok ||
		first.Address != m[2]+"/below" {
		t.Errorf("the page is not told that the cell waits: %+v", first)
	}
	tell(true, false)
	change, ok := next(protocol.MIMECommValue).Data[protocol.MIMECommValue].(protocol.CommValue)
	if want := (Grid{Conditions: "AnB", Cuts: "2-3", Seeds: "0", Splits: "1"}); !ok ||
		change.Address != m[2]+"/below" ||
		!strings.Contains(change.Value.(string), want.Source()) {
		t.Errorf("the page was told %+v", change)
	}
	v["cuts"] = "2-4"
	tell(true, true)
	want := Grid{Conditions: "AnB", Cuts: "2-4", Seeds: "0", Splits: "1"}
	select {
	case got := <-done:
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the button does nothing")
	}
	last := next(protocol.MIMETextHTML)
	if text := last.Data[protocol.MIMETextHTML].(string); last.DisplayID != first.DisplayID ||
		!strings.Contains(text, escape(want.Source())) ||
		strings.Contains(text, "<script") {
		t.Errorf("what stays is %q under %q", text, last.DisplayID)
	}
}

// Without a browser a form takes its defaults at once: outside of notebooks, and in one that a program executes.
func TestFormWithoutABrowser(t *testing.T) {
	if os.Getenv("JPY_SESSION_NAME") != "" {
		t.Setenv("JPY_SESSION_NAME", "")
	}
	if g, err := Open("shapes").form(Spec{Grid: Grid{Cuts: "5"}}); err != nil || g.Cuts != "5" {
		t.Errorf("%+v, %v", g, err)
	}
	if !apart(t) {
		return
	}
	shown, _ := gonb(t)
	if g, err := Open("shapes").form(Spec{Grid: Grid{Cuts: "5"}}); err != nil || g.Cuts != "5" {
		t.Errorf("%+v, %v", g, err)
	}
	select {
	case d := <-shown:
		if text, _ := d.Data[protocol.MIMETextHTML].(string); !strings.Contains(text, "no browser is attached") ||
			strings.Contains(text, "<script") {
			t.Errorf("shown: %q", text)
		}
	case <-time.After(20 * time.Second):
		t.Error("nothing was shown")
	}
}
