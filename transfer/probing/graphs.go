package probing

import (
	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/inspect"
)

// graphs are compiled graphs of one kind, by what they are for.
type graphs[G graph] map[string]G

// graph is one that takes the weights of any net of its shape.
type graph interface {
	Load(w arch.Weights) error
	Close()
}

// of is the graph for a net and numbers that tell it from others, with weights loaded. It is made where there is none.
func (g graphs[G]) of(s *Subject, w arch.Weights, numbers []int, make func() (G, error)) (G, error) {
	key, err := shapeKey(s, numbers)
	if err != nil {
		var none G
		return none, err
	}
	if x, ok := g[key]; ok {
		return x, x.Load(w)
	}
	x, err := make()
	if err == nil {
		g[key] = x
	}
	return x, err
}

// close frees them.
func (g graphs[G]) close() {
	for _, x := range g {
		x.Close()
	}
	clear(g)
}

// reader is that of layers of nets of one shape, with weights loaded.
func (r *Runner) reader(s *Subject, w arch.Weights, layers []int) (*inspect.Reader, error) {
	return r.readers.of(s, w, layers, func() (*inspect.Reader, error) {
		return inspect.NewReader(r.lab.Backend(), s.Arch, w, s.Recipe.Batch, layers...)
	})
}

// upper is what runs the layers above the first n of nets of one shape, with weights loaded.
func (r *Runner) upper(s *Subject, w arch.Weights, n int) (*inspect.Above, error) {
	return r.above.of(s, w, []int{n}, func() (*inspect.Above, error) {
		return inspect.NewAbove(r.lab.Backend(), s.Arch, w, s.Recipe.Batch, n)
	})
}

// exciter is that of a layer of nets of one shape, with the weights of the net loaded.
func (r *Runner) exciter(s *Subject, layer int) (*inspect.Exciter, error) {
	return r.exciters.of(s, s.Weights, []int{layer}, func() (*inspect.Exciter, error) {
		return inspect.NewExciter(r.lab.Backend(), s.Arch, s.Weights, atATime, layer)
	})
}

// stitch is that of features of units units below the layers above the first n, with the weights of the net loaded.
func (r *Runner) stitch(s *Subject, n, units int) (*inspect.Stitch, error) {
	return r.stitches.of(s, s.Weights, []int{n, units}, func() (*inspect.Stitch, error) {
		return inspect.NewStitch(r.lab.Backend(), s.Arch, s.Weights, s.Recipe.Batch, n, units)
	})
}
