package dataset

import "fmt"

// Part is one of the two fixed parts of a data set.
type Part int

// The parts: what a net is trained on, and what its accuracy is measured on.
const (
	Train Part = iota
	Test
)

// String returns "train" or "test".
func (p Part) String() string {
	switch p {
	case Train:
		return "train"
	case Test:
		return "test"
	}
	return fmt.Sprintf("Part(%d)", int(p))
}

// The two groups a class can belong to in a "natman" split.
const (
	Natural = "natural"
	ManMade = "man-made"
)

// Class is one label of a source; its index in Source.Classes is the label.
type Class struct {
	Name  string // the directory, label or catalogue name, unique within the source
	Title string // words for people ("goldfish, Carassius auratus"); the name where the source has none
	Group string // Natural, ManMade, or "" where it is not known
	Super string // coarse label, e.g. CIFAR-100's "aquatic mammals", or ""
}

// Source is a labelled set of pictures of one size, in a fixed order. It is safe for concurrent use.
type Source interface {
	// Name is short and fit for a file name: "cifar100", "shapes", the base name of a folder.
	Name() string
	// Digest is the hex SHA-256 over everything that determines pixels, labels and class order.
	Digest() string
	// Classes lists the classes; the index is the label. The slice is not to be changed.
	Classes() []Class
	// Shape is the size of every picture; channels is 3.
	Shape() (height, width, channels int)
	// Len is the number of pictures of the part.
	Len(p Part) int
	// Label is the label of picture i of the part, 0 <= i < Len(p); nothing is decoded.
	Label(p Part, i int) int
	// Image writes picture i as height x width x channels RGB bytes into dst, whose length must be just that.
	Image(p Part, i int, dst []uint8) error
}

// CheckImage says what is wrong with the arguments of Source.Image: an index out of range, a buffer of the wrong
// length.
func CheckImage(src Source, p Part, i int, dst []uint8) error {
	if n := src.Len(p); i < 0 || i >= n {
		return fmt.Errorf("dataset %s: %s picture %d of %d asked for", src.Name(), p, i, n)
	}
	h, w, c := src.Shape()
	if len(dst) != h*w*c {
		return fmt.Errorf("dataset %s: buffer of %d bytes, a picture takes %d (%dx%dx%d)", src.Name(), len(dst), h*w*c,
			h, w, c)
	}
	return nil
}
