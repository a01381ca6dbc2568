package transfer

import (
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// SplitFor is [dataset.SplitFor] for two tasks that a net can be trained on: it fails for a source of fewer than four
// classes, too, as a
// task of one class teaches nothing.
func SplitFor(src dataset.Source, name string) (dataset.Split, error) {
	if n := len(src.Classes()); n < 4 {
		return dataset.Split{}, fmt.Errorf("split %q of %s: %d classes: two tasks of two classes need 4", name, src.Name(), n)
	}
	return dataset.SplitFor(src, name)
}
