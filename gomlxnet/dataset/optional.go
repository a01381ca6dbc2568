package dataset

import (
	"fmt"
	"slices"
)

// What a Source may have besides its seven methods. Each interface is asked for where it is of use; a source without it
// is used all the same.

// Describer is a Source that can say which file, or which record, a picture comes from.
type Describer interface {
	Describe(p Part, i int) string
}

// Describe names picture i of a part for a message, as the source does where it can.
func Describe(src Source, p Part, i int) string {
	switch s := src.(type) {
	case Describer:
		return s.Describe(p, i)
	case Derived:
		return Describe(s.Below(p, i))
	}
	return fmt.Sprintf("%s picture %d of %s", p, i, src.Name())
}

// Filer is a Source whose pictures were made of files. By these names pictures are divided into parts, so that a
// folder, an archive and a pack of the same files are divided alike.
type Filer interface {
	// File is the path of the file of picture i, with slashes; "" where it is not known.
	File(p Part, i int) string
}

// Superclassed is a Source whose labels may be superclasses: classes that consist of finer ones.
type Superclassed interface {
	// Fine is nil where the labels are no superclasses, else it gives the fine class of picture i of a part.
	Fine() func(p Part, i int) int
}

// Fine gives the fine class of each picture of a source; it is nil where the source has none. Of a derived source whose
// sources below have some, it is -1 for those that have none: their pictures are taken in their order.
func Fine(src Source) func(p Part, i int) int {
	switch s := src.(type) {
	case Superclassed:
		return s.Fine()
	case Derived:
		if !slices.ContainsFunc(s.Sources(), func(below Source) bool { return Fine(below) != nil }) {
			return nil
		}
		return func(p Part, i int) int {
			below, part, index := s.Below(p, i)
			if fine := Fine(below); fine != nil {
				return fine(part, index)
			}
			return -1
		}
	}
	return nil
}

// Mapped is a Source whose pixels lie in memory as they are, such as those of a mapped file. A task looks at them
// there, decodes and copies nothing, and has its mean image kept beside them.
type Mapped interface {
	Source
	// Look has f look at the pixels of picture i, [height, width, channels] bytes that are not to be changed and are
	// good until f returns. It fails where they cannot be read, even if f finds that out.
	Look(p Part, i int, f func(pix []uint8)) error
	// KeptMean is the mean image that KeepMean was given for a task, nil where there is none.
	KeptMean(task string) []float32
	// KeepMean keeps the mean image of a task, which is told by the text task, where it can be kept.
	KeepMean(task string, mean []float32)
}

// Joined is a Source that is two sources in one. It has one split, which no other source has.
type Joined interface {
	Derived
	// Split has the classes of the first source as task A and those of the second as task B.
	Split() Split
}

// Decoded is a Source that says which library decoded its JPEGs.
type Decoded interface {
	// DecodedBy is the library's name, "" for Go's own image/jpeg.
	DecodedBy() string
}

// DecodedBy is the library that decoded the JPEGs of a source, of a derived one those of the first source below; "" for
// Go's own image/jpeg, and where there are none.
func DecodedBy(src Source) string {
	switch s := src.(type) {
	case Decoded:
		return s.DecodedBy()
	case Derived:
		return DecodedBy(s.Sources()[0])
	}
	return ""
}

// Surveyor is a Source that was made of files, and says which it reads and which it does not.
type Surveyor interface {
	Survey() Survey
}
