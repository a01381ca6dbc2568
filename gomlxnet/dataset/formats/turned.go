package formats

import (
	"context"
	"hash/crc32"
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
	var bytes int64
	for _, p := range pics {
		at, _ := s.t.find(p.file)
		bytes += s.t.files[at].size
	}
	sum := !s.t.crcs && bytes <= maxHashed // the digest will want the sums: each file is read once for both
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
				if s.lies(pics[i].file, sum) {
					found.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return found.Load(), ctx.Err()
}

// lies reports whether a picture is not upright; with sum its sum is made, too. One that cannot be read is bad,
// whatever it says.
func (s *folder) lies(file string, sum bool) bool {
	at, _ := s.t.find(file)
	e := &s.t.files[at]
	if e.bad != nil || e.way != wayUnknown {
		return e.way == lying
	}
	head := func(n int64) ([]byte, error) { return s.t.head(e, n) }
	if sum && !e.summed {
		data, err := s.t.read(file, maxFile)
		if err != nil {
			return false
		}
		e.crc, e.summed = crc32.ChecksumIEEE(data), true
		head = func(n int64) ([]byte, error) { return data[:min(n, int64(len(data)))], nil }
	}
	var fault error
	is := picture.Upright(func(n int64) ([]byte, error) {
		data, err := head(n)
		fault = err
		return data, err
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
