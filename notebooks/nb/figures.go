package nb

import (
	"bytes"
	"fmt"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/reference"
	"coadapt/transfer/stats"
)

// Curve is the transfer curve: accuracy against the cut, a line a condition.
func (l *Lab) Curve(results []transfer.Result) figure.Drawing { return must(draw("curve", results)) }

// CurveOf is the curve of another measure: "loss", "train_loss", "clean_accuracy" or "clean_loss"; the clean ones are
// of training pictures, shown as test pictures are. What did not train is a cross beyond the worst.
func (l *Lab) CurveOf(measure string, results []transfer.Result) figure.Drawing {
	return must(curveOf(measure, results))
}

func curveOf(name string, results []transfer.Result) (figure.Drawing, error) {
	m, err := stats.ParseMeasure(name)
	if err != nil {
		return nil, fmt.Errorf("CurveOf: %w", err)
	}
	if m == stats.Accuracy {
		return draw("curve", results)
	}
	return draw("curve of "+name, results)
}

// Figure2 is the paper's figure 2 of results on random halves: every net, and the means with what lies between them
// named.
func (l *Lab) Figure2(results []transfer.Result) figure.Drawing {
	return must(draw("figure 2", results))
}

// Figure3 is the paper's figure 3: natural against man-made classes, and random layers.
func (l *Lab) Figure3(results []transfer.Result) figure.Drawing {
	return must(draw("figure 3", results))
}

// Figure4 is that of nets on reduced data: accuracy by training images a class.
func (l *Lab) Figure4(results []transfer.Result) figure.Drawing {
	return must(draw("figure 4", results))
}

// Beside2014 draws our conditions and those of 2014 on one pair of axes, as differences to the own base.
func (l *Lab) Beside2014(results []transfer.Result) figure.Drawing {
	return must(draw("beside 2014", results))
}

// Forest draws what the nets say of claims of the paper and of the decomposition, as [Lab.Ask] lists it: a row a cut.
// Without names it is the decomposition.
func (l *Lab) Forest(results []transfer.Result, names ...string) figure.Drawing {
	return must(forest(results, names))
}

func forest(results []transfer.Result, names []string) (figure.Drawing, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("forest: no results to draw; lab.Run gives some")
	}
	f, err := figure.Forest(results, names, figure.Options{})
	if err != nil {
		return nil, err
	}
	return of(f, results...), nil
}

// kinds are the drawings of results, by the word that a stamp has for them.
func kinds() map[string]func([]transfer.Result) (*figure.Figure, error) {
	plain := func(f func([]transfer.Result, figure.Options) (*figure.Figure,
		error)) func([]transfer.Result) (*figure.Figure, error) {
		return func(r []transfer.Result) (*figure.Figure, error) { return f(r, figure.Options{}) }
	}
	all := map[string]func([]transfer.Result) (*figure.Figure, error){
		"figure 2": plain(figure.Paper2), "figure 3": plain(figure.Paper3), "figure 4": plain(figure.Paper4),
		"beside 2014": func(r []transfer.Result) (*figure.Figure, error) {
			theirs, err := reference.Results(transfer.BestTen)
			if err != nil {
				return nil, err
			}
			return figure.Overlay(r, theirs, figure.Options{})
		},
	}
	for _, m := range stats.Measures() {
		name := "curve of " + string(m)
		if m == stats.Accuracy {
			name = "curve"
		}
		all[name] = func(r []transfer.Result) (*figure.Figure, error) {
			others, err := savedLike(r)
			if err != nil {
				return nil, err
			}
			return figure.Curve(r, figure.Options{Behind: others, Measure: m})
		}
	}
	return all
}

// drawn is a picture that knows what it was made of.
type drawn struct {
	figure.Drawing
	kind    string
	results []transfer.Result
}

func draw(kind string, results []transfer.Result) (figure.Drawing, error) {
	if len(results) == 0 {
		return nil, fmt.Errorf("%s: no results to draw; lab.Run gives some", kind)
	}
	f, err := kinds()[kind](results)
	if err != nil {
		return nil, err
	}
	return drawn{f, kind, results}, nil
}

// of says of which results a picture is that none of kinds draws, so that its stamp can tell when they change.
func of(d figure.Drawing, results ...transfer.Result) figure.Drawing { return drawn{d, "", results} }

// soFar is the curve of what is there, for the screen.
func soFar(results []transfer.Result) ([]byte, error) {
	fig, err := kinds()["curve"](results)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = fig.PNG(&buf, screenDPI)
	return buf.Bytes(), err
}
