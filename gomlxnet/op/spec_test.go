package op

import (
	"reflect"
	"testing"
)

// TestRescaleOfAll: every operation with variables says how they are rescaled, as a new one could forget.
func TestRescaleOfAll(t *testing.T) {
	asked := 0
	for _, s := range specs {
		one := reflect.New(reflect.TypeOf(s)).Elem()
		for i := range one.NumField() {
			if f := one.Field(i); f.Kind() == reflect.Int {
				f.SetInt(1)
			}
		}
		spec := one.Interface().(Spec)
		vars := spec.Vars([]Dims{{Height: 2, Width: 2, Channels: 1}, {Height: 2, Width: 2, Channels: 1}})
		if len(vars) == 0 {
			continue
		}
		asked++
		values := make([][]float32, len(vars))
		for i := range values {
			values[i] = []float32{1}
		}
		spec.Rescale(values, 1, 1) // that of operations without variables panics
		for i := range values {
			if values[i][0] != 1 {
				t.Errorf("%s, variable %d: %v, want what it was, as nothing is rescaled", s.Kind(), i, values[i][0])
			}
		}
	}
	if asked < 3 {
		t.Errorf("%d operations with variables, want convolution, inner product and batch norm at least", asked)
	}
}
