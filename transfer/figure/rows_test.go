package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"coadapt/transfer"
)

func TestRows(t *testing.T) {
	nan := math.NaN()
	rows := []Row{
		{
			"rate 0.01",
			[][]Value{
				{{transfer.Selffer, 0, 0, 18}, {transfer.Rescaled, 0, 0, 18}},
				{{transfer.Selffer, -0.2, -0.5, 0.1}, {transfer.Rescaled, 0.1, -9, 0.3}},
			},
		},
		{
			"rate 0.03",
			[][]Value{
				{{transfer.Selffer, 100, 82, 100}, {transfer.Rescaled, 0, 0, 18}},
				{{transfer.Selffer, nan, nan, nan}, {transfer.Rescaled, 0.4, nan, nan}},
			},
		},
	}
	columns := []Column{{Label: "failed, %", High: 100}, {Label: "others less base, points", Low: -1, High: 1}}
	f, err := Rows(rows, columns, Options{Title: "Rate", Caption: "Made up."})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.SVG(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "rows.svg", buf.Bytes())
	for _, want := range []string{"rate 0.03, BnB, failed, %: 100", "rate 0.01, BnBr, others less base, points: 0.1"} {
		if !strings.Contains(f.Alt(), want) {
			t.Errorf("the text alternative does not say %q: %s", want, f.Alt())
		}
	}
	if strings.Contains(f.Alt(), "NaN") {
		t.Errorf("the text alternative has what is no number: %s", f.Alt())
	}
	for name, f := range map[string]func() (*Figure, error){
		"want at least one":    func() (*Figure, error) { return Rows(nil, columns, Options{}) },
		`row "short"`:          func() (*Figure, error) { return Rows([]Row{{Name: "short"}}, columns, Options{}) },
		"2 rows, 0 columns, w": func() (*Figure, error) { return Rows(rows, nil, Options{}) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one with %q", err, name)
		}
	}
}

// The frame of a column covers its values, intervals and zero, or what the column says.
func TestRowsRange(t *testing.T) {
	frame := rowFrame{
		rows: []Row{{Values: [][]Value{{{transfer.Selffer, 2, 1, 4},
			{transfer.Rescaled, 3, math.NaN(), math.Inf(1)}}}}},
	}
	if low, high, _, _ := frame.DataRange(); low > 0 || low < -0.5 || high < 4 || high > 4.5 {
		t.Errorf("from %v to %v, want a little more than 0 to 4", low, high)
	}
	frame.spec = Column{Low: -1, High: 1}
	if low, high, _, _ := frame.DataRange(); low > -1 || low < -1.2 || high < 1 || high > 1.2 {
		t.Errorf("from %v to %v, want a little more than -1 to 1", low, high)
	}
}
