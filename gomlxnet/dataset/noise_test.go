package dataset

import (
	"fmt"

	"coadapt/gomlxnet/splitmix"
)

// noise is a source of square pictures of random pixels. Of its classes the first half, the larger one where they are
// odd, is natural.
type noise struct{ classes, train, test, size int }

func (s noise) Name() string         { return "noise" }
func (s noise) Digest() string       { return fmt.Sprintf("%+v", s) }
func (s noise) Shape() (h, w, c int) { return s.size, s.size, 3 }

func (s noise) Classes() (list []Class) {
	for k := range s.classes {
		c := Class{Name: fmt.Sprintf("class %d", k), Group: Natural}
		if k >= (s.classes+1)/2 {
			c.Group = ManMade
		}
		list = append(list, c)
	}
	return list
}

func (s noise) perClass(p Part) int { return []int{s.train, s.test}[p] }

func (s noise) Len(p Part) int { return s.classes * s.perClass(p) }

func (s noise) Label(p Part, i int) int { return i / s.perClass(p) }

func (s noise) Image(p Part, i int, dst []uint8) error {
	if err := CheckImage(s, p, i, dst); err != nil {
		return err
	}
	r := splitmix.New(uint64(p), uint64(i))
	for j := range dst {
		dst[j] = uint8(r.Next())
	}
	return nil
}
