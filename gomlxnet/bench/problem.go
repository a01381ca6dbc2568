package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
)

// problem is what all runners of a case are given. The peers read it as JSON,
// its arrays from files.
type problem struct {
	Do       string    `json:"do"`
	Arch     arch.Arch `json:"arch"`
	Batch    int       `json:"batch"`
	Nets     int       `json:"nets"` // at step k net i has batch k+i
	Batches  int       `json:"batches"`
	Frozen   int       `json:"frozen"` // layers that do not learn, from the first
	Infer    bool      `json:"infer"`
	Rate     float64   `json:"rate"`
	Momentum float64   `json:"momentum"`
	Decay    float64   `json:"decay"`
	Weights  string    `json:"weights"` // files
	Images   string    `json:"images"`
	Labels   string    `json:"labels"`

	c       benchCase
	start   []arch.Weights // of each net
	batches []batch
	bytes   *dataset.Preprocess // nil: ours is given images
}

type batch struct {
	images []float32
	labels []int32
	pixels []uint8 // of which images are made, with places, as problem.bytes says
	places []int32
}

// newBatch draws one.
func (p *problem) newBatch(rng *rand.Rand) batch {
	a, size := p.Arch, p.Batch
	b := batch{images: make([]float32, size*a.Size*a.Size*a.Channels), labels: make([]int32, size)}
	if p.bytes == nil {
		for i := range b.images {
			b.images[i] = float32(rng.NormFloat64())
		}
	} else {
		b.draw(p.bytes, rng)
	}
	for i := range b.labels {
		b.labels[i] = int32(rng.IntN(a.Classes))
	}
	return b
}

// draw makes pictures, and the images that come of them.
func (b *batch) draw(pre *dataset.Preprocess, rng *rand.Rand) {
	n, values := pre.PictureBytes(), pre.Values()
	b.pixels = make([]uint8, len(b.labels)*n)
	for i := range b.pixels {
		b.pixels[i] = uint8(rng.Uint32())
	}
	x, y := pre.MaxPlace()
	for i := range b.labels {
		at := dataset.Placing{X: rng.IntN(x + 1), Y: rng.IntN(y + 1), Mirror: rng.IntN(2) == 1}
		b.places = at.Append(b.places)
		pre.Apply(b.pixels[i*n:(i+1)*n], at, b.images[i*values:(i+1)*values])
	}
}

// batchesHeld is how many different batches the steps go through in turn.
const batchesHeld = 4

// newProblem draws a case's initial values and batches and writes them to dir.
func newProblem(dir string, c benchCase) (*problem, error) {
	p := &problem{Do: "net", Arch: c.Arch, Batch: c.Batch, Nets: c.nets(), Batches: batchesHeld, Infer: c.Infer,
		Rate: c.Rate, Momentum: momentum, Decay: decay, c: c,
		Weights: filepath.Join(dir, "weights"), Images: filepath.Join(dir, "images"),
		Labels: filepath.Join(dir, "labels")}
	if c.Cut.Frozen {
		p.Frozen = c.Cut.N
	}
	if c.Bytes {
		p.bytes = c.preprocess()
	}
	for i := range c.nets() {
		w, err := c.Arch.Init(uint64(1 + 2*i))
		if err != nil {
			return nil, err
		}
		if c.Cut.N > 0 {
			donor, err := c.Arch.Init(uint64(2 + 2*i))
			if err != nil {
				return nil, err
			}
			if w, err = c.Arch.Donate(w, donor, c.Cut.N); err != nil {
				return nil, err
			}
		}
		p.start = append(p.start, w)
	}
	vars, err := c.Arch.Variables()
	if err != nil {
		return nil, err
	}
	var weights, images [][]float32
	for _, w := range p.start {
		for _, v := range vars {
			weights = append(weights, w[v.Path].Data)
		}
	}
	var labels [][]int32
	rng := rand.New(rand.NewPCG(1, 2))
	for range batchesHeld {
		b := p.newBatch(rng)
		p.batches = append(p.batches, b)
		images, labels = append(images, b.images), append(labels, b.labels)
	}
	return p, errors.Join(writeAll(p.Weights, weights), writeAll(p.Images, images), writeAll(p.Labels, labels))
}

// writeAll writes arrays one after the other, little-endian.
func writeAll[T float32 | int32](name string, arrays [][]T) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, a := range arrays {
		if err := binary.Write(w, binary.LittleEndian, a); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(w.Flush(), f.Close())
}
