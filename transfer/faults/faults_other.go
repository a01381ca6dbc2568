//go:build !unix

package faults

import (
	"context"
	"errors"
)

// Run needs the signals of Unix.
func Run(context.Context, Options) (Table, error) {
	return nil, errors.New("faults are done with the signals of Unix, which this system does not have")
}
