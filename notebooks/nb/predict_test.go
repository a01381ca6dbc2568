package nb

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
)

// made is a result with correct of a thousand pictures right, at which Newcombe's interval of a difference of 0.1 lies
// on one side of zero.
func made(condition string, n, correct int) transfer.Result {
	net := Net(condition, n, 0)
	return transfer.Result{
		Net:       net,
		Status:    transfer.OK,
		Accuracy:  float64(correct) / 1000,
		Correct:   correct,
		Tested:    1000,
		Classes:   20,
		TrainLoss: 1,
		Key:       net.String(),
	}
}

func TestPredictWithoutABrowser(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	q := Sign{A: "AnB", B: "BnB", N: 7}
	if err := predict(h, "sign", "Which is lower?", q); err != nil {
		t.Fatal(err)
	}
	results := []transfer.Result{made("AnB", 7, 500), made("BnB", 7, 600)}
	if err := reveal(h, "sign", results); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "sign"); err != nil || got.Guess != nil || got.Revealed {
		t.Errorf("%+v, %v; want no guess, and that one may still be made", got, err)
	}
	if err := reveal(h, "never", results); err != nil {
		t.Errorf("a name under which nothing was asked: %v", err)
	}
	if _, err := loadGuess(h, "never"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it left %v", err)
	}
}

// A guess that was revealed stays; another question under its name is a new one.
func TestRevealedGuessStays(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	s := Sign{A: "AnB", B: "BnB", N: 7}
	q := s.question()
	q.Text, q.Guess = "Which?", values{"sign": below}
	if err := saveGuess(h, "sign", q); err != nil {
		t.Fatal(err)
	}
	if err := predict(h, "sign", "Which?", s); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "sign"); err != nil || got.Guess["sign"] != below || got.Revealed {
		t.Errorf("asked again without a browser: %+v, %v; want the guess", got, err)
	}
	if err := reveal(h, "sign", []transfer.Result{made("AnB", 7, 500), made("BnB", 7, 600)}); err != nil {
		t.Fatal(err)
	}
	if err := predict(h, "sign", "Which?", s); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "sign"); err != nil || got.Guess["sign"] != below || !got.Revealed {
		t.Errorf("after the result: %+v, %v; want the guess as it was", got, err)
	}
	if err := predict(h, "sign", "And now?", s); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "sign"); err != nil || got.Guess != nil || got.Revealed || got.Text != "And now?" {
		t.Errorf("another question: %+v, %v", got, err)
	}
}

func TestSignAgainst(t *testing.T) {
	lower := []transfer.Result{made("AnB", 7, 500), made("BnB", 7, 600)}
	near := []transfer.Result{made("AnB", 7, 598), made("BnB", 7, 600)}
	for _, c := range []struct {
		guess   string
		results []transfer.Result
		says    string
	}{
		{below, lower, "The guess was right."}, {above, lower, "The guess was not right."},
		{alike, lower, "The guess was not right."},
		{alike, near, "The guess was right."}, {below, near, "cannot tell"},
	} {
		q := Sign{A: "AnB", B: "BnB", N: 7}.question()
		q.Guess = values{"sign": c.guess}
		if text, err := q.signAgainst(c.results); err != nil || !strings.Contains(text, c.says) ||
			!strings.Contains(text, "AnB - BnB") {
			t.Errorf("%s: %q, %v; want %q", c.guess, text, err, c.says)
		}
	}
	q := Sign{A: "AnB", B: "BnB", N: 3}.question()
	if _, err := q.signAgainst(lower); err == nil || !strings.Contains(err.Error(), "n = 3") {
		t.Errorf("no such nets: %v", err)
	}
}

// The base is at 600 of 1000, BnB 10 points below it at n = 1 and 20 at n = 3: a guess of -10 everywhere is off by 0
// and 10.
func TestDrawnAgainst(t *testing.T) {
	q := Drawn{Condition: "BnB"}.question()
	q.Guess = values{}
	for n := range cuts() {
		q.Guess[fmt.Sprint(n+1)] = "-10"
	}
	text, fig, err := q.against([]transfer.Result{made("base", 0, 600), made("BnB", 1, 500), made("BnB", 3, 400)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"5.0 points off", "over 2 cuts", "most at n = 3, where it is 10.0 too high"} {
		if !strings.Contains(text, says) {
			t.Errorf("%q does not say %q", text, says)
		}
	}
	if alt := fig.Alt(); !strings.Contains(alt, "BnB, the guess at 0: 0, 1: -10") ||
		!strings.Contains(alt, "BnB, the result at 0: 0, 1: -10, 3: -20") {
		t.Errorf("the figure is %s", alt)
	}
	none := Drawn{Condition: "BnB"}.question()
	text, fig, err = none.against([]transfer.Result{made("base", 0, 600), made("BnB", 1, 500), made("BnB", 3, 400)},
		nil)
	if err != nil || fig != nil ||
		!strings.HasSuffix(text, "result: BnB, in points from the base, at n = 1: -10.0, 3: -20.0") {
		t.Errorf("no guess: %q, %v, %v", text, fig, err)
	}
	if _, _, err := q.against([]transfer.Result{made("base", 0, 600)}, nil); err == nil ||
		!strings.Contains(err.Error(), "BnB") {
		t.Errorf("no net of the condition: %v", err)
	}
}

// A pick is shown as it was made, beside whatever the cell draws, and then stays.
func TestPick(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	p := Pick{"less", "as much", "more"}
	q := p.question()
	q.Text, q.Guess = "How much?", values{"pick": "more"}
	if err := saveGuess(h, "pick", q); err != nil {
		t.Fatal(err)
	}
	if text, fig, err := q.against(nil, nil); text != "How much?\nguessed: more" || fig != nil || err != nil {
		t.Errorf("%q, %v, %v", text, fig, err)
	}
	if err := reveal(h, "pick", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "pick"); err != nil || !got.Revealed || got.Guess["pick"] != "more" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := predict(h, "pick", "How much?", Pick{"less", "more"}); err != nil {
		t.Fatal(err)
	}
	if got, err := loadGuess(h, "pick"); err != nil || got.Revealed || got.Guess != nil {
		t.Errorf("other answers to the question: %+v, %v; want a new one", got, err)
	}
}

// A pick is scored against the right answers, which must be among those that were offered.
func TestPickIsScored(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	for _, c := range []struct {
		guess string
		right []string
		want  string
	}{
		{"more", []string{"more"}, "How much?\nguessed: more\nresult: more\nThe guess was right."},
		{"less", []string{"more"}, "How much?\nguessed: less\nresult: more\nThe guess was not right."},
		{"less", []string{"as much", "less"},
			"How much?\nguessed: less\nresult: as much, or less\nThe guess was right."},
		{"", []string{"more"}, "How much?\nno guess was made\nresult: more"},
		{"less", nil, "How much?\nguessed: less"},
	} {
		q := Pick{"less", "as much", "more"}.question()
		if q.Text = "How much?"; c.guess != "" {
			q.Guess = values{"pick": c.guess}
		}
		if text, fig, err := q.against(nil, c.right); text != c.want || fig != nil || err != nil {
			t.Errorf("%q of %q: %q, %v, %v; want %q", c.guess, c.right, text, fig, err, c.want)
		}
		if err := saveGuess(h, "pick", q); err != nil {
			t.Fatal(err)
		}
		if err := reveal(h, "pick", nil, c.right...); err != nil {
			t.Error(err)
		}
		if got, err := loadGuess(h, "pick"); err != nil || got.Revealed != (c.guess != "") {
			t.Errorf("%q: revealed %v, %v", c.guess, got.Revealed, err)
		}
	}
	if err := reveal(h, "pick", nil, "none"); err == nil || !strings.Contains(err.Error(), `"none"`) ||
		!strings.Contains(err.Error(), `"as much"`) {
		t.Errorf("an answer that was not offered: %v", err)
	}
	sign := Sign{A: "AnB", B: "BnB", N: 7}.question()
	if _, _, err := sign.against([]transfer.Result{made("AnB", 7, 500), made("BnB", 7, 600)},
		[]string{below}); err == nil ||
		!strings.Contains(err.Error(), "nb.Pick") {
		t.Errorf("a right answer to a sign: %v", err)
	}
}

func TestWrongPredict(t *testing.T) {
	h := home.Home{Dir: t.TempDir()}
	for says, a := range map[string]Answer{"nb.Sign": nil, `"AnC"`: Sign{"AnC", "BnB", 3},
		"cut 201": Sign{"AnB", "BnB", 201}, "has no cut": Drawn{Condition: "base"}, "cut 300": Drawn{"AnB", 300},
		"no condition": Drawn{},
		"two answers":  Pick{"one"}, "each another": Pick{"one", "one"}} {
		if err := predict(h, "x", "?", a); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want an error about %s", a, err, says)
		}
	}
	if err := predict(h, "a/b", "?", Drawn{Condition: "BnB"}); err == nil || !strings.Contains(err.Error(), "letters") {
		t.Errorf("a name that is none: %v", err)
	}
}
