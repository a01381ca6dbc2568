package nb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/figure"
)

// Reveal shows a guess and the result together, and how far off it was. From then on the guess stays as it is. Where
// none was made, it shows the result alone. The right answers to a [Pick] are given by name, one or several:
// lab.Reveal("cost", nil, "some weeks"). Where they depend
// on nets that the reader may change, the cell works them out; without any, the guess is shown as it was made.
func (l *Lab) Reveal(name string, results []transfer.Result, right ...string) {
	h, err := home.Locate()
	if err == nil {
		err = reveal(h, name, results, right...)
	}
	if err != nil {
		fail(err)
	}
}

func reveal(h home.Home, name string, results []transfer.Result, right ...string) error {
	q, err := loadGuess(h, name)
	if errors.Is(err, fs.ErrNotExist) {
		text := fmt.Sprintf("nothing was asked under the name %s; the cell with nb.Predict(%q, ...) comes first", name,
			name)
		return say(text)
	}
	if err != nil {
		return err
	}
	text, fig, err := q.against(results, right)
	if err != nil {
		return fmt.Errorf("guess %s: %w", name, err)
	}
	if fig != nil {
		var png bytes.Buffer
		if err := fig.PNG(&png, figureDPI); err != nil {
			return err
		}
		width, _ := fig.Size()
		if err := display(png.Bytes(), fig.Alt(), int(96*width), nil); err != nil {
			return err
		}
	}
	if err := say(text); err != nil || q.Guess == nil {
		return err // who guessed nothing may still do so, though late
	}
	q.Revealed = true
	return saveGuess(h, name, q)
}

// against sets the guess beside the result, in words and, of a curve, in a figure.
func (q asked) against(results []transfer.Result, right []string) (string, figure.Drawing, error) {
	if q.Kind != "pick" && len(right) > 0 {
		return "", nil, fmt.Errorf("right answers %q: only nb.Pick takes them; here the results say what is right",
			right)
	}
	switch q.Kind {
	case "pick":
		text, err := q.pickAgainst(right)
		return text, nil, err
	case "sign":
		text, err := q.signAgainst(results)
		return text, nil, err
	}
	t, err := transfer.ParseTreatment(q.A)
	if err != nil {
		return "", nil, err
	}
	if q.Guess == nil {
		return q.words() + "\n" + gains(results, t), nil, nil
	}
	guess := map[int]float64{}
	for n, x := range q.Guess {
		cut, err := strconv.Atoi(n)
		if err != nil {
			return "", nil, err
		}
		points, err := strconv.Atoi(x)
		if err != nil {
			return "", nil, err
		}
		guess[cut] = float64(points)
	}
	fig, off, err := figure.Guess(results, t, guess, figure.Options{})
	if err != nil {
		return "", nil, err
	}
	sum, worst := 0.0, 0
	for n, x := range off {
		if sum += math.Abs(x); worst == 0 || math.Abs(x) > math.Abs(off[worst]) ||
			math.Abs(x) == math.Abs(off[worst]) && n < worst {
			worst = n
		}
	}
	way := "too high"
	if off[worst] < 0 {
		way = "too low"
	}
	text := fmt.Sprintf("%s\nThe guess lies %.1f points off the result, on average over %d cuts; most at n = %d, "+
		"where it is %.1f %s.", q.words(), sum/float64(len(off)), len(off), worst, math.Abs(off[worst]), way)
	return text, fig, nil
}

// gains are the differences of a condition to its base, in words.
func gains(results []transfer.Result, t transfer.Treatment) string {
	var points []string
	most := 0
	for _, r := range results {
		most = max(most, r.Net.N)
	}
	for n := range most {
		if failedAll(results, t, n+1) != "" {
			points = append(points, fmt.Sprintf("%d: failed", n+1))
		} else if c, err := figure.Compare(results, t, transfer.Base, n+1); err == nil { // else no pair is at this cut
			points = append(points, fmt.Sprintf("%d: %+.1f", n+1, 100*c.Value))
		}
	}
	return fmt.Sprintf("result: %s, in points from the base, at n = %s", t, strings.Join(points, ", "))
}

// pickAgainst scores a pick. It says the question again, for the answer alone says little.
func (q asked) pickAgainst(right []string) (string, error) {
	for _, r := range right {
		if !slices.Contains(q.Of, r) {
			return "", fmt.Errorf("right answer %q: want one of those to pick from, %q", r, q.Of)
		}
	}
	text := q.Text + "\n" + q.words()
	if len(right) == 0 {
		return text, nil
	}
	text += "\nresult: " + strings.Join(right, ", or ")
	switch {
	case q.Guess == nil:
	case slices.Contains(right, q.Guess["pick"]):
		text += "\nThe guess was right."
	default:
		text += "\nThe guess was not right."
	}
	return text, nil
}

func (q asked) signAgainst(results []transfer.Result) (string, error) {
	a, err := transfer.ParseTreatment(q.A)
	if err != nil {
		return "", err
	}
	b, err := transfer.ParseTreatment(q.B)
	if err != nil {
		return "", err
	}
	is, result := alike, ""
	c, err := figure.Compare(results, a, b, q.N)
	switch failed := [2]string{failedAll(results, a, q.N), failedAll(results, b, q.N)}; {
	case failed[0] != "" && failed[1] == "":
		is, result = below, failed[0]
	case failed[1] != "" && failed[0] == "":
		is, result = above, failed[1]
	case err != nil:
		return "", err
	default:
		result = c.String()
		switch {
		case c.Below():
			is = below
		case c.Above():
			is = above
		}
	}
	text := q.words() + "\nresult: " + result
	switch {
	case q.Guess == nil:
	case q.Guess["sign"] == is:
		text += "\nThe guess was right."
	case is == alike:
		text += "\nThese nets cannot tell: the guess may be right, and the interval holds zero."
	default:
		text += "\nThe guess was not right."
	}
	return text, nil
}
