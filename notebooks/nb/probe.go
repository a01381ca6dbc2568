package nb

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"
	"coadapt/transfer/probing"
)

// Probe asks a probe of nets and draws what it says: "cka", "procrustes", "linear", "knn", "scale", "criticality",
// "stitch", "ranks", "map" of three nets or more, "path" or "matched path", in which the second net's units are first
// brought into the order of the first's. One of two nets is asked of the first net and each other one. "cka on 50"
// shows 50 pictures in place of 1000. It runs in this cell, a few seconds a net; what was found is kept in the store.
func (l *Lab) Probe(kind string, results ...transfer.Result) figure.Drawing {
	return must(l.probe(kind, results))
}

func (l *Lab) probe(kind string, results []transfer.Result) (figure.Drawing, error) {
	values, err := l.probed(kind, results)
	if err != nil {
		return nil, err
	}
	fig, err := figure.Probed(values, figure.Options{})
	if err != nil {
		return nil, err
	}
	return of(fig, results...), nil
}

// Values shows what a probe says as a table: of its values those with one of the names, or all. Of two nets it has the
// same layer of both. Controls that fail are named below.
func (l *Lab) Values(kind string, results []transfer.Result, names ...string) {
	must(l.values(kind, results, names)).show()
}

func (l *Lab) values(kind string, results []transfer.Result, names []string) (table, error) {
	values, err := l.probed(kind, results)
	if err != nil {
		return table{}, err
	}
	t := table{head: []string{"nets", "layer", "what", "value", "unit"}}
	there := map[string]bool{}
	var all []string
	for _, v := range values {
		if !there[v.Name] {
			all = append(all, v.Name)
		}
		there[v.Name] = true
	}
	for _, n := range names {
		if !there[n] {
			return table{}, fmt.Errorf("Values of %s: %q, want some of %q", kind, n, all)
		}
	}
	wanted := func(name string) bool {
		for _, n := range names {
			if n == name {
				return true
			}
		}
		return len(names) == 0
	}
	for _, v := range values {
		if v.Control == probing.Fails {
			t.notes = append(t.notes, strings.TrimSpace(
				fmt.Sprintf("A control fails, %s: %s.", strings.TrimSpace(v.Layer+" "+v.Name), v.Reason),
			))
		}
		if !wanted(v.Name) || v.Beside != "" && v.Beside != v.Layer {
			continue
		}
		nets, layer, value := v.Net, v.Layer, "-"
		if v.Other != "" {
			nets += ", " + v.Other
		}
		if v.At != nil {
			layer = fmt.Sprintf("at %.2f", *v.At)
		}
		if v.Value != nil {
			value = fmt.Sprintf("%.3g", *v.Value)
		}
		t.rows = append(t.rows, []string{nets, layer, v.Name, value, v.Unit})
	}
	return t, nil
}

// probed are the values of a probe.
func (l *Lab) probed(kind string, results []transfer.Result) ([]probing.Value, error) {
	name, matched := strings.CutPrefix(kind, "matched ")
	name, count, some := strings.Cut(name, " on ")
	pictures := 0
	if some {
		var err error
		if pictures, err = strconv.Atoi(count); err != nil {
			return nil, fmt.Errorf("probe %q: %q pictures, want a number such as \"cka on 50\"", kind, count)
		}
	}
	p, err := probing.Named(name)
	if err != nil {
		return nil, err
	}
	if path, ok := p.(probing.Path); ok {
		path.Matched = matched
		p = path
	} else if matched {
		return nil, fmt.Errorf("probe %q: only \"matched path\" brings units into an order", kind)
	}
	if len(results) == 0 {
		return nil, errors.New("Probe: no net, want results as lab.Run gives them")
	}
	r, end, err := l.runner(pictures)
	if err != nil {
		return nil, err
	}
	defer end()
	return r.Collect(l.ctx, p, results...)
}

// runner looks into nets with some pictures, 0 for the usual number, until end is called.
func (l *Lab) runner(pictures int) (r *probing.Runner, end func(), err error) {
	trainer, err := l.trainer()
	if err != nil {
		return nil, nil, err
	}
	if r, err = probing.NewRunner(trainer, pictures); err != nil {
		trainer.Close()
		return nil, nil, err
	}
	return r, func() { r.Close(); trainer.Close() }, nil
}
