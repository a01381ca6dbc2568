package dataset

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// EachChunk has f do what is to be done for 0..n-1, on workers goroutines, one a core where workers is 0: from..to-1 in
// each call, at most chunk of them. It returns the first error; the context that f is given is done then, and no more
// calls begin.
func EachChunk(ctx context.Context, workers, n, chunk int, f func(ctx context.Context, from, to int) error) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	group, going := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for from := 0; from < n && going.Err() == nil; from += chunk {
		group.Go(func() error { return f(going, from, min(from+chunk, n)) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
