package dataset

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// load decodes every picture once: into memory where the task fits, else for the mean and the bad ones only. Of a
// packed source there is nothing to decode, and the mean is kept beside it.
func (t *Task) load(ctx context.Context) (err error) {
	h, w, c := t.src.Shape()
	size := h * w * c
	total := t.NumTrain() + t.NumTest()
	keep := int64(total)*int64(size) <= t.opt.Memory
	task := fmt.Sprintf("%v %d", t.classes, t.opt.PerClass)
	if t.opt.Skip > 0 {
		task += fmt.Sprintf(" after %d", t.opt.Skip)
	}
	if t.mapped = IsMapped(t.src); t.mapped {
		keep = false
		m, task := keeper(t.src, task)
		if t.mean = m.KeptMean(task); t.mean != nil {
			return nil
		}
		defer func() {
			if err == nil && len(t.bad) == 0 {
				m.KeepMean(task, t.mean)
			}
		}()
	}
	progress := Serial(t.opt.Progress, total)
	sum := make([]uint64, size)
	for _, part := range []Part{Train, Test} {
		pics := &t.parts[part]
		if keep {
			pics.pix = make([]uint8, len(pics.index)*size)
		}
		bad, err := t.decodePart(ctx, part, sum, progress)
		if err != nil {
			return err
		}
		if err := t.drop(part, size, bad); err != nil {
			return err
		}
	}
	t.mean = make([]float32, size)
	for i, s := range sum {
		t.mean[i] = float32(float64(s) / float64(t.NumTrain()))
	}
	return nil
}

// decodePart decodes one part in chunks over the workers and adds training pictures to sum. Sums of bytes are
// integers, so the mean does not depend on who adds first. It returns the positions of bad pictures, ascending.
func (t *Task) decodePart(ctx context.Context, part Part, sum []uint64, progress func(int)) ([]BadPicture, error) {
	pics, size := &t.parts[part], len(sum)
	var mu sync.Mutex
	var bad []BadPicture
	decode := func(ctx context.Context, from, to int) error {
		mine, buf := make([]uint64, size), make([]uint8, size)
		for i := from; i < to; i++ {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			dst := buf
			if pics.pix != nil {
				dst = pics.pix[i*size : (i+1)*size]
			}
			if err := t.src.Image(part, pics.index[i], dst); err != nil {
				b := BadPicture{part, pics.index[i], Describe(t.src, part, pics.index[i]), err}
				if t.opt.Bad == BadFails {
					return fmt.Errorf("task %s: %s: %w (%s)", t.name, b.Name, err, SkipHint)
				}
				mu.Lock()
				bad = append(bad, b)
				mu.Unlock()
				continue
			}
			if part == Train {
				for j, v := range dst {
					mine[j] += uint64(v)
				}
			}
		}
		progress(to - from)
		mu.Lock()
		defer mu.Unlock()
		for j, v := range mine {
			sum[j] += v
		}
		return nil
	}
	if err := EachChunk(ctx, t.opt.Workers, len(pics.index), 64, decode); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("task %s: decoding stopped: %w", t.name, err)
		}
		return nil, err
	}
	slices.SortFunc(bad, func(a, b BadPicture) int { return a.Index - b.Index })
	return bad, nil
}

// drop removes bad pictures from a part. A class must keep a picture.
func (t *Task) drop(part Part, size int, bad []BadPicture) error {
	if len(bad) == 0 {
		return nil
	}
	t.bad = append(t.bad, bad...)
	pics := &t.parts[part]
	left := make([]int, len(t.classes))
	n := 0
	for i, src := range pics.index {
		if _, isBad := slices.BinarySearchFunc(bad, src, func(b BadPicture, s int) int { return b.Index - s }); isBad {
			continue
		}
		pics.index[n], pics.labels[n] = src, pics.labels[i]
		if pics.pix != nil {
			copy(pics.pix[n*size:(n+1)*size], pics.pix[i*size:(i+1)*size])
		}
		left[pics.labels[n]]++
		n++
	}
	pics.index, pics.labels = pics.index[:n], pics.labels[:n]
	if pics.pix != nil {
		pics.pix = pics.pix[:n*size]
	}
	for l, k := range left {
		if k == 0 {
			return fmt.Errorf("task %s: no %s picture of class %s decodes; the first bad one is %s: %w",
				t.name, part, t.Class(l).Name, bad[0].Name, bad[0].Err)
		}
	}
	return nil
}
