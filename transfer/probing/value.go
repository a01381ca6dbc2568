package probing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Value is a number that a probe found.
type Value struct {
	Probe   string   `json:"probe"`
	Net     string   `json:"net"`
	Other   string   `json:"other"`   // the second net; "" where there is none
	Layer   string   `json:"layer"`   // of the net; "" where the value is of the whole net
	Beside  string   `json:"beside"`  // layer of the other net; "" where it is the same one, or none
	Name    string   `json:"name"`    // what was measured, such as "unbiased CKA"
	At      *float64 `json:"at"`      // where on a path, from 0, the net, to 1, the other; null elsewhere
	Value   *float64 `json:"value"`   // null where there is no number: Reason says why
	Unit    string   `json:"unit"`    // such as "share", "nats", "radians"; "1" for a ratio
	Control Control  `json:"control"` // "" for what was asked
	Reason  string   `json:"reason"`  // why there is no number, or why a control fails
}

// Control says what a value is for.
type Control string

// The controls: a value that says whether others of the probe can be trusted.
const (
	Asked Control = ""      // no control
	Holds Control = "holds" // came out as it must
	Fails Control = "fails" // did not: Reason says what that means
)

// Number is the value, NaN where there is none.
func (v Value) Number() float64 {
	if v.Value == nil {
		return math.NaN()
	}
	return *v.Value
}

// of is v with a number. One that is not finite is none.
func (v Value) of(x float64) Value {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return v.none(fmt.Errorf("the value is %v", x))
	}
	v.Value = &x
	return v
}

// none is v without a number, for a reason.
func (v Value) none(err error) Value {
	v.Value, v.Reason = nil, err.Error()
	return v
}

// measured is v with what a measure gave. That it could not measure is no error: other layers can be.
func (v Value) measured(x float64, err error) Value {
	if err != nil {
		return v.none(err)
	}
	return v.of(x)
}

// at is v at a point of a path.
func (v Value) at(t float64) Value {
	v.At = &t
	return v
}

// failsIf is v as a control that fails for a reason, or holds.
func (v Value) failsIf(fails bool, reason string) Value {
	if v.Control = Holds; fails {
		v.Control, v.Reason = Fails, reason
	}
	return v
}

// failedFirst puts controls that fail before all others. The order is otherwise kept.
func failedFirst(values []Value) []Value {
	var failed, rest []Value
	for _, v := range values {
		if v.Control == Fails {
			failed = append(failed, v)
		} else {
			rest = append(rest, v)
		}
	}
	return append(failed, rest...)
}

// record is what the store keeps of a probe of nets: its values with what they depend on.
type record struct {
	Spec   spec     `json:"spec"`
	Names  []string `json:"names"` // of the nets, in the order of Spec.Nets
	Values []Value  `json:"values"`
}

// named are the values with probe and nets filled in, where they have none of their own.
func (x record) named() []Value {
	values := slices.Clone(x.Values)
	for i := range values {
		v := &values[i]
		v.Probe = x.Spec.Kind
		if v.Net != "" {
			continue
		}
		v.Net = x.Names[0]
		if len(x.Names) > 1 {
			v.Other = x.Names[1]
		}
	}
	return values
}

// decode reads a record. Stores have values alone, too, from before there were records.
func decode(data []byte) (record, error) {
	var x record
	if bytes.HasPrefix(data, []byte("[")) {
		err := json.Unmarshal(data, &x.Values)
		return x, err
	}
	err := json.Unmarshal(data, &x)
	return x, err
}
