package nb

import (
	"errors"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"

	"coadapt/transfer"

	"github.com/janpfeifer/gonb/gonbui"
)

// Spec says what a form offers and where its controls stand at first. The zero value offers everything but data and
// epochs.
type Spec struct {
	Title string
	Grid  Grid // at first; Cuts are a range, as "3-5", and Splits is one split
	// to choose from, each one or several, as "2" or "0-4"; nil is one of the first five, or the first two to five
	Seeds  []string
	Splits []string  // to choose from; nil is those of nb.SplitFile, 0, 1, 2, 3 and natman
	Data   []string  // to choose from, as Open takes them, beside the lab's own; nil: no choice
	Epochs []int     // to choose from; nil: no choice
	Rates  []float64 // learning rates to choose from; nil: no choice
	Rates2 []float64 // those of the second training alone; nil: no choice
}

// seeds are those to choose from.
func (spec Spec) seeds() []string {
	own := spec.Seeds
	if len(own) == 0 {
		own = []string{"0", "1", "2", "3", "4", "0-1", "0-2", "0-3", "0-4"}
	}
	if at := spec.Grid.Seeds; at != "" && !slices.Contains(own, at) {
		own = append([]string{at}, own...)
	}
	return own
}

// Form shows a slider and selects for conditions, cuts, seeds, split and, where the spec has them, data and epochs, and
// below them the Go source that does the same, ready to paste. It returns the grid when the button is pressed, the lab
// then being of the data and epochs that were
// chosen; where no browser is attached, or nobody touches it for a minute, it takes what the spec says.
func (l *Lab) Form(spec Spec) Grid {
	g, err := l.form(spec)
	if err != nil {
		fail(err)
	}
	return g
}

// offered are the conditions to tick: the paper's, the base trained twice, and those controls that are ticked at first.
func (spec Spec) offered() []transfer.Treatment {
	out := append(slices.Clone(transfer.Treatments()[1:]), transfer.BasePlus)
	asked, _ := transfer.ParseTreatments(spec.Grid.Conditions) // formPanel has checked it
	for _, t := range asked {
		if t != transfer.Base && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// choice is what the controls of a form come to.
type choice struct {
	grid Grid
	set  settings // the lab's own where nothing else was chosen
}

func (l *Lab) form(spec Spec) (Grid, error) {
	p, err := l.formPanel(spec)
	if err != nil {
		return Grid{}, err
	}
	id := gonbui.UniqueID()
	v, why := p.ask(id, func(v values) string { return l.goSource(l.chosen(v, spec)) })
	c := l.chosen(v, spec)
	text := l.goSource(c)
	note := ""
	if why != "" {
		note = "taken as it stood, as " + why
	}
	if err := leave(id, "<pre>"+escape(text)+"</pre>"+note, strings.TrimSpace(text+"\n"+note)); err != nil {
		return Grid{}, err
	}
	if _, err := c.grid.nets(l.set.cuts()); err != nil {
		return Grid{}, err
	}
	return c.grid, l.become(c)
}

// formPanel checks the spec.
func (l *Lab) formPanel(spec Spec) (panel, error) {
	if _, err := spec.Grid.nets(l.set.cuts()); err != nil {
		return panel{}, fmt.Errorf("Spec.%w", err)
	}
	if slices.Min(append([]int{1}, spec.Epochs...)) < 1 {
		return panel{}, fmt.Errorf("Spec.Epochs %v: want numbers from 1", spec.Epochs)
	}
	if slices.ContainsFunc(slices.Concat(spec.Rates, spec.Rates2),
		func(r float64) bool { return !(r > 0) || r > 100 }) {
		return panel{}, fmt.Errorf("Spec.Rates %v, Spec.Rates2 %v: want rates above 0, such as 0.01", spec.Rates,
			spec.Rates2)
	}
	p := panel{title: spec.Title, button: "use these"}
	conditions := transfer.Treatments()
	if spec.Grid.Conditions != "" {
		conditions, _ = transfer.ParseTreatments(spec.Grid.Conditions) // checked by Nets
	}
	for _, t := range spec.offered() {
		p.controls = append(p.controls, control{
			name:  t.String(),
			label: t.String(),
			kind:  "tick",
			value: fmt.Sprint(slices.Contains(conditions, t)),
		})
	}
	low, high := 1, l.set.cuts()
	if spec.Grid.Cuts != "" {
		list, _ := transfer.ParseNumbers(spec.Grid.Cuts, 1, high)
		low, high = slices.Min(list), slices.Max(list)
		if slices.Sort(list); len(list) != high-low+1 {
			return panel{}, fmt.Errorf("Spec.Grid.Cuts %q: a slider shows a range, such as 3-5", spec.Grid.Cuts)
		}
	}
	seeds := spec.seeds()
	for _, x := range seeds {
		if _, err := transfer.ParseNumbers(x, 0, 1<<30); err != nil {
			return panel{}, fmt.Errorf("Spec.Seeds: %w", err)
		}
	}
	seed := spec.Grid.Seeds
	if seed == "" && len(seeds) > 0 {
		seed = seeds[0]
	}
	split, splits := "0", spec.Splits
	if spec.Grid.Splits != "" {
		split = spec.Grid.Splits
	}
	if splits == nil {
		own, err := l.set.ownSplits()
		if err != nil {
			return panel{}, err
		}
		if spec.Grid.Splits == "" && len(own) > 0 {
			split = own[0]
		}
		splits = append(own, "0", "1", "2", "3", "natman")
	}
	if !slices.Contains(splits, split) {
		return panel{}, fmt.Errorf("Spec.Grid.Splits %q: want one of Spec.Splits, %s", split,
			strings.Join(splits, ", "))
	}
	if spec.Grid.Balanced {
		return panel{}, errors.New("Spec.Grid.Balanced: a form offers conditions, and Balanced settles them")
	}
	p.controls = append(p.controls,
		control{name: "cuts", label: "cuts n", kind: "span", min: 1, max: l.set.cuts(), value: spanOf(low, high)},
		control{name: "seeds", label: "seeds", kind: "select", options: seeds, value: seed},
		control{name: "split", label: "split of the classes", kind: "select", options: splits, value: split})
	if spec.Data != nil {
		own := append([]string{l.set.Data},
			slices.DeleteFunc(slices.Clone(spec.Data), func(d string) bool { return d == l.set.Data })...)
		p.controls = append(p.controls,
			control{name: "data", label: "data", kind: "select", options: own, value: l.set.Data})
	}
	if spec.Epochs != nil {
		options := []string{asItIs}
		for _, e := range spec.Epochs {
			options = append(options, strconv.Itoa(e))
		}
		p.controls = append(p.controls,
			control{name: "epochs", label: "epochs of the recipe", kind: "select", options: options, value: asItIs})
	}
	for _, c := range []struct {
		name, label string
		rates       []float64
	}{{"rate", "learning rate", spec.Rates}, {"rate2", "rate of the second training", spec.Rates2}} {
		if c.rates == nil {
			continue
		}
		options := []string{asItIs}
		for _, r := range c.rates {
			options = append(options, strconv.FormatFloat(r, 'g', -1, 64))
		}
		p.controls = append(p.controls,
			control{name: c.name, label: c.label, kind: "select", options: options, value: asItIs})
	}
	return p, nil
}

// asItIs leaves the recipe's epochs, or those of the lab.
const asItIs = "as it is"

// chosen are the values of a form's controls, which fit them.
func (l *Lab) chosen(v values, spec Spec) choice {
	number := func(name string) int {
		n, _ := strconv.Atoi(v[name]) // the panel has looked
		return n
	}
	conditions := []string{}
	for _, t := range spec.offered() {
		if v[t.String()] == "true" {
			conditions = append(conditions, t.String())
		}
	}
	if len(conditions) == 0 {
		conditions = []string{transfer.Base.String()}
	}
	c := choice{
		set:  l.set,
		grid: Grid{Conditions: strings.Join(conditions, ","), Cuts: v["cuts"], Seeds: v["seeds"], Splits: v["split"]},
	}
	if spec.Data != nil {
		c.set.Data = v["data"]
	}
	if spec.Epochs != nil && v["epochs"] != asItIs {
		c.set.Epochs, c.set.Steps = float64(number("epochs")), 0
	}
	rate := func(name string, offered []float64, to *float64) {
		if x, err := strconv.ParseFloat(v[name], 64); offered != nil && err == nil { // asItIs is no number
			*to = x
		}
	}
	rate("rate", spec.Rates, &c.set.Rate)
	rate("rate2", spec.Rates2, &c.set.Rate2)
	return c
}

// goSource is Go that does the same as the form, formatted as gofmt does. Where data and epochs are the lab's own it is
// the run alone.
func (l *Lab) goSource(c choice) string {
	text := ""
	if c.set != l.set {
		text = fmt.Sprintf("lab := nb.Open(%s)\n",
			strings.Join(append([]string{strconv.Quote(c.set.Data)}, c.set.source()...), ", "))
	}
	text += fmt.Sprintf("results := lab.Run(%s)\n", c.grid.Source())
	if out, err := format.Source([]byte(text)); err == nil {
		return string(out)
	}
	return text
}

// Source is the grid as a Go literal, fields that are empty left out.
func (g Grid) Source() string {
	var fields []string
	for _, f := range []struct{ name, value string }{{"Conditions", g.Conditions}, {"Cuts", g.Cuts}, {"Seeds", g.Seeds},
		{"Splits", g.Splits}} {
		if f.value != "" {
			fields = append(fields, fmt.Sprintf("%s: %q", f.name, f.value))
		}
	}
	if g.Balanced {
		fields = append(fields, "Balanced: true")
	}
	return "nb.Grid{" + strings.Join(fields, ", ") + "}"
}

// become makes the lab that of a form's data and settings.
func (l *Lab) become(c choice) error {
	if c.set == l.set {
		return nil
	}
	if l.stop != nil {
		l.stop()
	}
	fresh := Lab{given: c.set.Data, set: c.set}
	if err := fresh.check(); err != nil {
		return err
	}
	l.given, l.set, l.was = fresh.given, fresh.set, false
	return nil
}
