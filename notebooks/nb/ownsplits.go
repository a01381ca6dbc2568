package nb

import (
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// ownSplits are the names of the splits of the file. There are none without one.
func (s settings) ownSplits() ([]string, error) {
	if s.SplitFile == "" {
		return nil, nil
	}
	all, err := dataset.ReadSplits(s.SplitFile)
	if err != nil {
		return nil, fmt.Errorf("nb.SplitFile: %w", err)
	}
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names, nil
}

// inOwnSplits is the work with the splits of the file in place of split 0, where it is a grid that names none.
func (l *Lab) inOwnSplits(w Work) Work {
	g, ok := w.(Grid)
	if !ok || g.Splits != "" {
		return w
	}
	g.Splits = l.set.Splits(l.config)
	return g
}
