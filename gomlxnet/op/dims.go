package op

import "fmt"

// Dims is the shape of one image's activations. In a graph they are [batch, height, width, channels];
// flat ones, of height and width 1, are [batch, channels].
type Dims struct {
	Height, Width, Channels int
	Flat                    bool
}

// Values is the number of activations.
func (d Dims) Values() int { return d.Height * d.Width * d.Channels }

// String is, for instance, 27x27x96.
func (d Dims) String() string { return fmt.Sprintf("%dx%dx%d", d.Height, d.Width, d.Channels) }

// Shape is that of a batch in a graph.
func (d Dims) Shape(batch int) []int {
	if d.Flat {
		return []int{batch, d.Channels}
	}
	return []int{batch, d.Height, d.Width, d.Channels}
}
