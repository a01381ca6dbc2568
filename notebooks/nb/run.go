package nb

import (
	"fmt"
	"slices"
	"time"

	"coadapt/transfer"
)

// Run trains the nets that the store lacks, with a bar and the figure filling
// in place, and returns the results in order. The cell keeps one output.
func (l *Lab) Run(w Work) []transfer.Result { return must(l.run(w)) }

func (l *Lab) run(w Work) ([]transfer.Result, error) {
	if err := l.ready(); err != nil {
		return nil, err
	}
	nets, err := l.nets(w)
	if err != nil {
		return nil, err
	}
	trainer, err := l.trainer()
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	l.live.start(len(nets))
	var results []transfer.Result
	for r, err := range trainer.Curve(l.ctx, nets) {
		if err != nil {
			l.live.end("")
			return nil, err
		}
		results = append(results, r)
		if l.live.redraw() {
			if png, err := soFar(results); err == nil { // a curve without its base yet is no error
				l.live.picture(png)
			}
		}
	}
	slices.SortStableFunc(results, func(a, b transfer.Result) int { return slices.Index(nets, a.Net) - slices.Index(nets, b.Net) })
	hits := len(slices.DeleteFunc(slices.Clone(results), func(r transfer.Result) bool { return !r.Hit }))
	l.live.end(fmt.Sprintf("%s: %d trained now, %d from the store, in %s", count(len(results)), len(results)-hits, hits, time.Since(l.live.began).Round(100*time.Millisecond)))
	return results, nil
}

func count(nets int) string {
	if nets == 1 {
		return "1 net"
	}
	return fmt.Sprint(nets, " nets")
}
