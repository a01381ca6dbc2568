package nb

import (
	"fmt"
	"path/filepath"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// ownSplits are the names of the splits of the file, which it also makes absolute, as a run in the background starts
// elsewhere. There are none without a file.
func (s *settings) ownSplits() ([]string, error) {
	if s.SplitFile == "" {
		return nil, nil
	}
	file, err := filepath.Abs(s.SplitFile)
	if err != nil {
		return nil, err
	}
	all, err := dataset.ReadSplits(file)
	if err != nil {
		return nil, fmt.Errorf("nb.SplitFile: %w", err)
	}
	s.SplitFile = file
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
	if only := l.set.elsewhere.split(); only != "" {
		g.Splits = only
		return g
	}
	if len(l.config.Splits) == 0 {
		return w
	}
	var names []string
	for _, s := range l.config.Splits {
		names = append(names, s.Name)
	}
	g.Splits = strings.Join(names, ",")
	return g
}
