// Package strict decodes JSON whose fields are all known, so that a misspelt one is an error and not a default.
package strict

import (
	"bytes"
	"encoding/json"
)

// Decode is json.Unmarshal that fails for fields which to does not have.
func Decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(to)
}
