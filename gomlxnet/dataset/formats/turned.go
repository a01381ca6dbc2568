package formats

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/picture"
)

// turned reports whether a picture's EXIF data says that it lies on its side, or is mirrored: then all pictures are
// turned upright, as people see them. Where all classes are ILSVRC synsets nothing is turned, since the pictures of
// 2014 were not, and nothing is looked at.
func (s *folder) turned(ctx context.Context) (bool, error) {
	if !slices.ContainsFunc(s.classes, func(c dataset.Class) bool { return !dataset.IsSynset(c.Name) }) {
		return false, nil
	}
	pics := slices.Concat(s.parts[dataset.Train], s.parts[dataset.Test])
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var found atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for ctx.Err() == nil && !found.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(pics) {
					return
				}
				if s.lies(pics[i].file) {
					found.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return found.Load(), ctx.Err()
}

// lies reports whether a picture is not upright. One that cannot be read is bad, whatever it says.
func (s *folder) lies(file string) bool {
	at, _ := s.t.find(file)
	e := &s.t.files[at]
	if e.bad != nil || e.way != wayUnknown {
		return e.way == lying
	}
	var fault error
	is := picture.Upright(func(n int64) ([]byte, error) {
		head, err := s.t.head(file, n)
		fault = err
		return head, err
	})
	if fault != nil {
		return !is
	}
	if e.way = lying; is {
		e.way = upright
	}
	s.t.learn()
	return !is
}
