package probing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/inspect"
	"coadapt/transfer"
)

// DefaultPictures is how many pictures a Runner shows where nothing else is asked for.
const DefaultPictures = 1000

// Runner runs probes over the nets of a Lab. It is for one goroutine at a time.
type Runner struct {
	lab      *transfer.Lab
	pictures int
	outputs  *transfer.Outputs // of layers, see Features
	readers  graphs[*inspect.Reader]
	above    graphs[*inspect.Above]
	exciters graphs[*inspect.Exciter]
	stitches graphs[*inspect.Stitch]
	grams    *inspect.Grams
	first    struct { // of CKA, which compares one net with many
		key    string
		layers []ckaLayer
	}
	passes int // of nets over pictures by which features were read
	// Hits and Misses count the groups of nets whose values were kept, and those that were looked into.
	Hits, Misses int
}

// NewRunner makes a runner over nets that the Lab trained or has in its store, over that many pictures of a part; 0 is
// DefaultPictures, and a part that has fewer gives all it has. It fails for fewer than 10 and for a Lab without a
// backend.
func NewRunner(lab *transfer.Lab, pictures int) (*Runner, error) {
	if pictures == 0 {
		pictures = DefaultPictures
	}
	if pictures < 10 {
		return nil, fmt.Errorf("probes on %d pictures: want 10 at least", pictures)
	}
	if lab.Backend() == nil {
		return nil, errors.New("probes run nets: the lab has no backend")
	}
	outputs := transfer.NewOutputs(lab.Store(), maxFeatures)
	outputs.Newest = true
	return &Runner{
		lab: lab, pictures: pictures, outputs: outputs,
		readers: graphs[*inspect.Reader]{}, above: graphs[*inspect.Above]{},
		exciters: graphs[*inspect.Exciter]{}, stitches: graphs[*inspect.Stitch]{},
	}, nil
}

// Close frees what was compiled. The Lab stays.
func (r *Runner) Close() {
	r.readers.close()
	r.above.close()
	r.exciters.close()
	r.stitches.close()
	if r.grams != nil {
		r.grams.Close()
	}
	r.grams = nil
}

// Run asks a probe of nets, of each by itself, of the first and each other one, or of all, and yields the values. Of
// each group of nets controls that fail come first. Values that were found before are read from the store.
func (r *Runner) Run(ctx context.Context, p Probe, results ...transfer.Result) iter.Seq2[Value, error] {
	return func(yield func(Value, error) bool) {
		groups, err := grouped(p, results)
		if err != nil {
			yield(Value{}, err)
			return
		}
		for _, g := range groups {
			values, err := r.group(ctx, p, g)
			if err != nil {
				yield(Value{}, err)
				return
			}
			for _, v := range values {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// Collect is all that Run yields, with the controls that fail of all groups first.
func (r *Runner) Collect(ctx context.Context, p Probe, results ...transfer.Result) ([]Value, error) {
	var all []Value
	for v, err := range r.Run(ctx, p, results...) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return failedFirst(all), nil
}

// grouped are the nets that are looked into together.
func grouped(p Probe, results []transfer.Result) ([][]transfer.Result, error) {
	k, err := kindOf(p)
	if err != nil {
		return nil, err
	}
	least := p.Nets()
	if least == 0 {
		least = 3
	}
	if len(results) < least {
		return nil, fmt.Errorf("probe %s of %d nets: want %d at least", k.name, len(results), least)
	}
	if p.Nets() == 0 {
		return [][]transfer.Result{results}, nil
	}
	var groups [][]transfer.Result
	if p.Nets() == 2 {
		for _, other := range results[1:] {
			groups = append(groups, []transfer.Result{results[0], other})
		}
		return groups, nil
	}
	for _, x := range results {
		groups = append(groups, []transfer.Result{x})
	}
	return groups, nil
}

// group is the values of nets that are looked into together.
func (r *Runner) group(ctx context.Context, p Probe, results []transfer.Result) ([]Value, error) {
	k, err := kindOf(p)
	if err != nil {
		return nil, err
	}
	subjects := make([]*Subject, len(results))
	for i, x := range results {
		if subjects[i], err = r.subject(ctx, x, nil); err != nil {
			return nil, fmt.Errorf("probe %s: %w", k.name, err)
		}
		subjects[i].shown = subjects[0].Task
	}
	rec, err := r.record(k, p, subjects)
	if err != nil {
		return nil, err
	}
	records := []record{rec}
	look := func() ([][]Value, error) {
		values, err := p.Values(ctx, r, subjects)
		return [][]Value{values}, err
	}
	l, hasNulls := p.(labelled)
	if hasNulls {
		nulls, err := permutedRecord(rec)
		if err != nil {
			return nil, err
		}
		records = append(records, nulls)
		look = func() ([][]Value, error) {
			values, nulls, err := r.askLabelled(ctx, l, subjects[0], permutations)
			return [][]Value{values, nulls}, err
		}
	}
	if err := r.fill(records, look); err != nil {
		return nil, fmt.Errorf("probe %s of %s: %w", k.name, results[0].Net, err)
	}
	if hasNulls {
		records[0].Values = beside(records[0].Values, records[1].Values)
	}
	return records[0].named(), nil
}

// subject is the net of a result, shown pictures of a task; nil is its own.
func (r *Runner) subject(ctx context.Context, x transfer.Result, shown *dataset.Task) (*Subject, error) {
	t, err := r.lab.Trained(ctx, x)
	if err != nil {
		return nil, err
	}
	if shown == nil {
		shown = t.Task
	}
	return &Subject{Trained: t, Result: x, shown: shown}, nil
}

// record is what is kept of a probe of nets, without its values.
func (r *Runner) record(k kind, p Probe, subjects []*Subject) (record, error) {
	fields, err := json.Marshal(p)
	if err != nil {
		return record{}, fmt.Errorf("probe %s: %w", k.name, err)
	}
	x := record{Spec: spec{Kind: k.name, Version: k.version, Probe: fields, Task: subjects[0].shown.Digest(),
		Pictures: r.pictures}}
	for _, s := range subjects {
		x.Spec.Nets, x.Names = append(x.Spec.Nets, s.Result.Key), append(x.Names, s.Result.Net.String())
	}
	return x, nil
}

// argMax is the first of the largest.
func argMax(values []float32) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}

// score is whether rows of logits are right, 0 or 1, and the cross-entropy of each in nats.
func score(logits []float32, labels []int) (right, losses []float64) {
	width := len(logits) / max(1, len(labels))
	right, losses = make([]float64, len(labels)), make([]float64, len(labels))
	for i, label := range labels {
		row := logits[i*width : (i+1)*width]
		best := argMax(row)
		if best == label {
			right[i] = 1
		}
		sum := 0.0
		for _, x := range row {
			sum += math.Exp(float64(x - row[best]))
		}
		losses[i] = math.Log(sum) + float64(row[best]) - float64(row[label])
	}
	return right, losses
}
