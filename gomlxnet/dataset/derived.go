package dataset

import "slices"

// Derived is a Source whose pictures are those of others, put together or divided in another way. What it has besides
// its seven methods is what they have: it need not have the methods of [Describer], [Superclassed], [Decoded] and
// [Mapped] itself.
type Derived interface {
	Source
	// Sources are those below, from one on.
	Sources() []Source
	// Below is where picture i of a part lies: the source below, its part and its index there.
	Below(p Part, i int) (src Source, part Part, index int)
}

// ImageBelow is the Image of a derived source.
func ImageBelow(src Derived, p Part, i int, dst []uint8) error {
	if err := CheckImage(src, p, i, dst); err != nil {
		return err
	}
	s, part, index := src.Below(p, i)
	return s.Image(part, index, dst)
}

// IsMapped reports whether all pictures of a source are looked at where they lie.
func IsMapped(src Source) bool {
	if d, ok := src.(Derived); ok {
		return !slices.ContainsFunc(d.Sources(), func(s Source) bool { return !IsMapped(s) })
	}
	_, ok := src.(Mapped)
	return ok
}

// look has f look at a picture of a source that is mapped, as [Mapped] does.
func look(src Source, p Part, i int, f func(pix []uint8)) error {
	if d, ok := src.(Derived); ok {
		src, p, i = d.Below(p, i)
		return look(src, p, i, f)
	}
	return src.(Mapped).Look(p, i, f)
}

// keeper is the mapped source beside which the mean of a task of a source is kept, and what the task is called there:
// of a derived source the first below, by the digest of the derived one.
func keeper(src Source, task string) (Mapped, string) {
	if d, ok := src.(Derived); ok {
		return keeper(d.Sources()[0], d.Digest()+" "+task)
	}
	return src.(Mapped), task
}
