package nb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"

	"github.com/janpfeifer/gonb/gonbui"
)

// Answer is a way to guess: [Sign], [Drawn] or [Pick].
type Answer interface {
	question() asked
}

// Sign asks whether condition A ends above or below condition B at cut N, or neither by more than the interval.
type Sign struct {
	A, B string // as "AnB" and "BnB", or "base"
	N    int
}

// Drawn asks for a curve, drawn with a pointer or set by sliders: what a condition gains or loses to its base at every
// cut, in points.
type Drawn struct {
	Condition string
	Cuts      int // of the net, 0: the miniature's 7
}

// Pick asks for one of some answers in words, two at least.
type Pick []string

// asked is a question as it is kept, with the guess.
type asked struct {
	Kind     string   `json:"kind"` // "sign", "drawn" or "pick"
	Text     string   `json:"question"`
	A        string   `json:"a"`
	B        string   `json:"b,omitempty"`
	N        int      `json:"n,omitempty"`
	Of       []string `json:"of,omitempty"`
	Guess    values   `json:"guess"` // nil: none was made
	Revealed bool     `json:"revealed"`
}

func (s Sign) question() asked  { return asked{Kind: "sign", A: s.A, B: s.B, N: s.N} }
func (d Drawn) question() asked { return asked{Kind: "drawn", A: d.Condition, N: d.Cuts} }
func (p Pick) question() asked  { return asked{Kind: "pick", Of: p} }

// mostCuts is how many a net may have that is asked about.
const mostCuts = 200

// cuts are those at which a curve is drawn.
func (q asked) cuts() int {
	if q.N > 0 {
		return q.N
	}
	return cuts()
}

// same says that two are one question, whatever was guessed.
func (q asked) same(other asked) bool {
	return q.Kind == other.Kind && q.Text == other.Text && q.A == other.A && q.B == other.B && q.N == other.N &&
		slices.Equal(q.Of, other.Of)
}

// steepest is how far from the base, in points, a drawn guess may go down, and half as far up.
const steepest = 60

// Predict asks the reader for a guess before the result is shown, and keeps it beside the figures until lab.Reveal
// draws both. It may be changed until then. Where no browser is, it makes no guess, and nothing waits.
func Predict(name, question string, a Answer) {
	h, err := home.Locate()
	if err == nil {
		err = predict(h, name, question, a)
	}
	if err != nil {
		fail(err)
	}
}

func predict(h home.Home, name, question string, a Answer) error {
	if a == nil {
		return fmt.Errorf("guess %q: want nb.Sign{A: \"AnB\", B: \"BnB\", N: 7}, nb.Drawn{Condition: \"BnB\"} or "+
			"nb.Pick{\"less\", \"more\"}", name)
	}
	q := a.question()
	q.Text = question
	if err := q.check(); err != nil {
		return fmt.Errorf("guess %q: %w", name, err)
	}
	old, err := loadGuess(h, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old.same(q) {
		q = old
	}
	id := gonbui.UniqueID()
	said := func(note string) error {
		text := q.Text + "\n" + q.words() + note
		return leave(id, paragraph(text), text)
	}
	if q.Revealed {
		return said("; the result was shown since, so that it stays")
	}
	p := q.panel()
	v, why := p.ask(id, func(v values) string { g := q; g.Guess = v; return g.words() })
	if why == "" {
		q.Guess = v
	}
	if err := saveGuess(h, name, q); err != nil {
		return err
	}
	switch {
	case why == "":
		return said("; run the cell again to change it, before lab.Reveal shows the result")
	case q.Guess == nil:
		return said(", as " + why)
	}
	return said(", as before: " + why)
}

// check says what is wrong with the question.
func (q asked) check() error {
	if q.Kind == "pick" {
		if len(slices.Compact(slices.Sorted(slices.Values(q.Of)))) != len(q.Of) || len(q.Of) < 2 {
			return fmt.Errorf("nb.Pick%q: want two answers or more, each another", q.Of)
		}
		return nil
	}
	for _, name := range []string{q.A, q.B} {
		if name == "" && q.Kind == "drawn" {
			continue
		}
		t, err := transfer.ParseTreatment(name)
		if err != nil {
			return err
		}
		if name == q.A && t.Uncut() {
			return fmt.Errorf("condition %q has no cut; want one that has, such as AnB", name)
		}
	}
	if q.A == "" {
		return errors.New("no condition, want one such as AnB")
	}
	if q.Kind == "sign" && q.N < 1 || q.N < 0 || q.N > mostCuts {
		return fmt.Errorf("cut %d, want 1 to %d", q.N, mostCuts)
	}
	return nil
}

// What a sign may be.
const (
	below = "below"
	above = "above"
	alike = "no difference"
)

// panel is what the reader sets; it stands at the last guess.
func (q asked) panel() panel {
	p := panel{title: q.Text, button: "this is my guess"}
	switch q.Kind {
	case "sign":
		p.controls = []control{
			{
				name:    "sign",
				label:   fmt.Sprintf("%s against %s at n = %d:", q.A, q.B, q.N),
				kind:    "select",
				options: []string{alike, below, above},
				value:   alike,
			},
		}
	case "pick":
		p.controls = []control{{name: "pick", kind: "select", options: q.Of, value: q.Of[0]}}
	default:
		p.axes = fmt.Sprintf("cut n; draw the curve of %s, in points above or below its base", q.A)
		for n := range q.cuts() {
			p.controls = append(
				p.controls,
				control{name: strconv.Itoa(n + 1), label: fmt.Sprintf("%s at n = %d, points from the base:", q.A, n+1),
					kind: "range", min: -steepest, max: steepest / 2, value: "0"},
			)
		}
	}
	for i, c := range p.controls {
		if old, ok := q.Guess[c.name]; ok {
			p.controls[i].value = old
		}
	}
	return p
}

// words are the guess.
func (q asked) words() string {
	switch {
	case q.Guess == nil:
		return "no guess was made"
	case q.Kind == "pick":
		return "guessed: " + q.Guess["pick"]
	case q.Kind == "sign" && q.Guess["sign"] == alike:
		return fmt.Sprintf("guessed: no difference between %s and %s at n = %d beyond the interval", q.A, q.B, q.N)
	case q.Kind == "sign":
		return fmt.Sprintf("guessed: %s is %s %s at n = %d", q.A, q.Guess["sign"], q.B, q.N)
	}
	var points []string
	for n := range q.cuts() {
		points = append(points, fmt.Sprintf("%d: %s", n+1, q.Guess[strconv.Itoa(n+1)]))
	}
	return fmt.Sprintf("guessed: %s, in points from the base, at n = %s", q.A, strings.Join(points, ", "))
}

func guessFile(h home.Home, name string) (string, error) {
	if !fileName.MatchString(name) {
		return "", fmt.Errorf("guess name %q: want letters, digits, - and _", name)
	}
	return filepath.Join(h.Dir, "guesses", name+".json"), nil
}

func loadGuess(h home.Home, name string) (q asked, err error) {
	file, err := guessFile(h, name)
	if err != nil {
		return q, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return q, err
	}
	if err := json.Unmarshal(data, &q); err != nil {
		return asked{}, fmt.Errorf("guess %s: %s: %w; remove it to guess anew", name, file, err)
	}
	if q.Guess != nil && !q.panel().fits(q.Guess) {
		return asked{}, fmt.Errorf("guess %s: %s holds what cannot be guessed; remove it to guess anew", name, file)
	}
	return q, nil
}

func saveGuess(h home.Home, name string, q asked) error {
	file, err := guessFile(h, name)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(q, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
