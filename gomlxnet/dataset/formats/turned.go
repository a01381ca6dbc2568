package formats

import (
	"context"
	"errors"
	"hash/crc32"
	"slices"

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
		bytes += s.t.entry(p.file).size
	}
	sum := !s.t.crcs && bytes <= maxHashed // the digest will want the sums: each file is read once for both
	err := dataset.EachChunk(ctx, 0, len(pics), 16, func(ctx context.Context, from, to int) error {
		for _, p := range pics[from:to] {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if s.lies(s.t.entry(p.file), sum) {
				return errLies
			}
		}
		return nil
	})
	if errors.Is(err, errLies) {
		return true, nil
	}
	return false, err
}

// errLies ends the search: one is enough.
var errLies = errors.New("a picture lies on its side")

// lies reports whether a picture is not upright; with sum its sum is made, too. One that cannot be read is bad,
// whatever it says.
func (s *folder) lies(e *entry, sum bool) bool {
	if e.bad != nil || e.way != wayUnknown {
		return e.way == lying
	}
	head := func(n int64) ([]byte, error) { return s.t.head(e, n) }
	if sum && !e.summed {
		data, err := s.t.read(e.name, maxFile)
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
