package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Gram is the Gram matrix of centred features: for each pair of pictures the product of their features. It is all that
// CKA sees of them, and smaller where a layer has more units than there are pictures. Products are of 32 bits, so that
// values agree with those of [CKA] and its like to some 1e-5.
type Gram struct {
	name   string
	n      int
	values []float32
	square []float64 // the diagonal
	self   float64   // sum of squares
}

// NewGram is a Gram whose values are given, [pictures, pictures], symmetric; they are kept and not changed. The name is
// that of the features in messages. It fails for other numbers of values, for fewer than 4 pictures, for values that
// are not finite, and where all pictures have the same features.
func NewGram(name string, values []float32, pictures int) (*Gram, error) {
	if pictures < 4 || len(values) != pictures*pictures {
		return nil, fmt.Errorf("%s: a Gram matrix of %d values for %d pictures: want 4 pictures at least, and a "+
			"value for each pair", name, len(values), pictures)
	}
	g := &Gram{name: name, n: pictures, values: values, square: make([]float64, pictures)}
	for i := range g.square {
		g.square[i] = float64(values[i*pictures+i])
	}
	g.self = g.inner(g, nil)
	if math.IsNaN(g.self) || math.IsInf(g.self, 0) {
		return nil, fmt.Errorf("%s: the Gram matrix has values that are not finite", name)
	}
	if !(g.self > 0) {
		return nil, fmt.Errorf("%s: all %d pictures have the same features, so that nothing varies", name, pictures)
	}
	return g, nil
}

// inner is the sum of products with h, whose pictures are in another order if one is given. Rows are divided between
// the cores; sums are by row and then over rows, so that they do not depend on how many there are.
func (g *Gram) inner(h *Gram, order []int) float64 {
	rows := make([]float64, g.n)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < g.n; i += workers {
				a, of := g.values[i*g.n:i*g.n+i], i // below the diagonal
				if order != nil {
					of = order[i]
				}
				b := h.values[of*g.n : (of+1)*g.n]
				if order == nil {
					rows[i] = 2 * dot(a, b)
				} else {
					rows[i] = 2 * dotAt(a, b, order)
				}
				rows[i] += g.square[i] * h.square[of]
			}
		})
	}
	wg.Wait()
	var sum float64
	for _, x := range rows {
		sum += x
	}
	return sum
}

// dot is the sum of products of a with the beginning of b. Four sums at a time do not wait for each other.
func dot(a, b []float32) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	for len(a) >= 4 && len(b) >= 4 {
		s0 += float64(a[0]) * float64(b[0])
		s1 += float64(a[1]) * float64(b[1])
		s2 += float64(a[2]) * float64(b[2])
		s3 += float64(a[3]) * float64(b[3])
		a, b = a[4:], b[4:]
	}
	for i, x := range a {
		s0 += float64(x) * float64(b[i])
	}
	return s0 + s1 + s2 + s3
}

// dotAt is dot with the values of b in an order.
func dotAt(a, b []float32, order []int) float64 {
	var s0, s1, s2, s3 float64
	order = order[:len(a)]
	for len(a) >= 4 && len(order) >= 4 {
		s0 += float64(a[0]) * float64(b[order[0]])
		s1 += float64(a[1]) * float64(b[order[1]])
		s2 += float64(a[2]) * float64(b[order[2]])
		s3 += float64(a[3]) * float64(b[order[3]])
		a, order = a[4:], order[4:]
	}
	for i, x := range a {
		s0 += float64(x) * float64(b[order[i]])
	}
	return s0 + s1 + s2 + s3
}

// check refuses a Gram of other pictures.
func (g *Gram) check(h *Gram) error {
	if g.n != h.n {
		return fmt.Errorf("%s has %d pictures and %s %d: want the same in both", g.name, g.n, h.name, h.n)
	}
	return nil
}

// CKA is that of the features, see [CKA].
func (g *Gram) CKA(h *Gram) (float64, error) {
	if err := g.check(h); err != nil {
		return 0, err
	}
	return g.inner(h, nil) / math.Sqrt(g.self*h.self), nil
}

// Unbiased is that of the features, see [UnbiasedCKA].
func (g *Gram) Unbiased(h *Gram) (float64, error) {
	if err := g.check(h); err != nil {
		return 0, err
	}
	return unbiasedRatio(g.hsic(h, nil), g.hsic(g, nil), h.hsic(h, nil), g.name, h.name)
}

func (g *Gram) hsic(h *Gram, order []int) float64 {
	if g == h && order == nil {
		return g.hsicOf(g, nil, g.self)
	}
	return g.hsicOf(h, order, g.inner(h, order))
}

// hsicOf is hsic of a known sum of products.
func (g *Gram) hsicOf(h *Gram, order []int, inner float64) float64 {
	var both, x, y float64
	for i, a := range g.square {
		b := h.square[i]
		if order != nil {
			b = h.square[order[i]]
		}
		both, x, y = both+a*b, x+a, y+b
	}
	return unbiasedHSIC(g.n, inner, both, x, y)
}

// WithinClass is the Gram of the features less the mean of each class, see [WithinClass].
func (g *Gram) WithinClass(labels []int) (*Gram, error) {
	c, err := classesOf(labels, g.n)
	if err != nil {
		return nil, err
	}
	k := len(c.size)
	means := make([]float64, g.n*k) // of the products of a picture with those of a class
	for i := range g.n {
		row := means[i*k : (i+1)*k]
		for j, x := range g.values[i*g.n : (i+1)*g.n] {
			row[c.of[j]] += float64(x) / float64(c.size[c.of[j]])
		}
	}
	between := make([]float64, k*k)
	for i := range g.n {
		for b, x := range means[i*k : (i+1)*k] {
			between[c.of[i]*k+b] += x / float64(c.size[c.of[i]])
		}
	}
	within := make([]float32, len(g.values))
	for i := range g.n {
		a := c.of[i]
		for j, x := range g.values[i*g.n : (i+1)*g.n] {
			b := c.of[j]
			within[i*g.n+j] = float32(float64(x) - means[i*k+b] - means[j*k+a] + between[a*k+b])
		}
	}
	return NewGram(g.name, within, g.n)
}

// Null is the unbiased CKA with h beside that with h's pictures shuffled, within their class if labels are not nil: see
// [PermutationNull], of which it is the quick form.
func (g *Gram) Null(h *Gram, labels []int, shuffles int, seed uint64) (Null, error) {
	unbiased, _, err := g.nulls(h, labels, shuffles, seed)
	return unbiased, err
}

// Nulls are Null without labels and, by the same shuffles, that of the biased CKA: its mean is what CKA finds in so few
// pictures whatever they are.
func (g *Gram) Nulls(h *Gram, shuffles int, seed uint64) (unbiased, biased Null, err error) {
	return g.nulls(h, nil, shuffles, seed)
}

func (g *Gram) nulls(h *Gram, labels []int, shuffles int, seed uint64) (unbiased, biased Null, err error) {
	if err := g.check(h); err != nil {
		return Null{}, Null{}, err
	}
	xx, yy := g.hsic(g, nil), h.hsic(h, nil)
	var values []float64 // of the biased CKA, the observed one first
	unbiased, err = g.null(labels, shuffles, seed, func(order []int) (float64, error) {
		inner := g.inner(h, order)
		values = append(values, inner/math.Sqrt(g.self*h.self))
		return unbiasedRatio(g.hsicOf(h, order, inner), xx, yy, g.name, h.name)
	})
	if err != nil {
		return Null{}, Null{}, err
	}
	return unbiased, nullOf(values[0], values[1:]), nil
}

func (g *Gram) null(labels []int, shuffles int, seed uint64, value func(order []int) (float64, error)) (Null, error) {
	group := make([]int, g.n)
	if labels != nil {
		c, err := classesOf(labels, g.n)
		if err != nil {
			return Null{}, err
		}
		group = c.of
	}
	return null(shuffles, seed, func(rng *rand.Rand) (float64, error) {
		if rng == nil {
			return value(nil)
		}
		return value(shuffleWithin(group, rng))
	})
}

// Pictures is of how many pictures it is.
func (g *Gram) Pictures() int { return g.n }
