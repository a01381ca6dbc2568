package probing

import (
	"encoding/json"
	"errors"
	"slices"

	"coadapt/transfer/store"
)

// filled is what the store keeps under each of specs. If one is missing, look finds all of them, and those that are
// missing are kept; what the store has stays.
func filled[T any](r *Runner, specs []any, decode func(data []byte) (T, error), look func() ([]T, error)) ([]T, error) {
	all := make([]T, len(specs))
	keys := make([]string, len(specs))
	var missing []int
	for i, spec := range specs {
		var err error
		if keys[i], err = store.Key(spec); err != nil {
			return nil, err
		}
		data, err := r.lab.Store().Probed(keys[i])
		if err == nil {
			all[i], err = decode(data)
		}
		switch {
		case errors.Is(err, store.ErrMissing):
			missing = append(missing, i)
		case err != nil:
			return nil, err
		}
	}
	if len(missing) == 0 {
		r.Hits++
		return all, nil
	}
	r.Misses++
	found, err := look()
	if err != nil {
		return nil, err
	}
	for _, i := range missing {
		all[i] = found[i]
		if err := r.keep(keys[i], found[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// fill gives records their values: those that the store keeps, or those that look finds, controls that fail first.
func (r *Runner) fill(records []record, look func() ([][]Value, error)) error {
	specs := make([]any, len(records))
	for i, x := range records {
		specs[i] = x.Spec
	}
	all, err := filled(r, specs, decode, func() ([]record, error) {
		values, err := look()
		if err != nil {
			return nil, err
		}
		found := slices.Clone(records)
		for i := range found {
			found[i].Values = failedFirst(values[i])
		}
		return found, nil
	})
	if err != nil {
		return err
	}
	for i := range records {
		records[i].Values = all[i].Values
	}
	return nil
}

// keep has the store keep what was found. A store that may only be read keeps none.
func (r *Runner) keep(key string, found any) error {
	data, err := json.MarshalIndent(found, "", " ")
	if err != nil {
		return err
	}
	if err := r.lab.Store().KeepProbed(key, data); err != nil && !store.IsReadOnly(err) {
		return err
	}
	return nil
}
