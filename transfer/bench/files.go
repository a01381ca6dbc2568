package bench

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/dataset"
	"coadapt/transfer"
)

// part is one part of a task in files.
type part struct {
	Pictures string `json:"pictures"` // uint8 [n, height, width, channels]
	Labels   string `json:"labels"`   // int32 [n]
}

// taskAsk hands the pictures of a task to the peer.
type taskAsk struct {
	Do    string `json:"do"`
	Name  string `json:"name"`
	Shape []int  `json:"shape"` // height, width, channels
	Train part   `json:"train"`
	Test  part   `json:"test"`
}

// viewAsk is how pictures become the input of a net.
type viewAsk struct {
	Size   int     `json:"size"`
	Pad    int     `json:"pad"`
	Mirror bool    `json:"mirror"`
	Mean   string  `json:"mean"` // file of float32 [height, width, channels]
	Scale  float32 `json:"scale"`
}

// trainAsk is a net to train; arrays are files, floats as float32, numbers as int32.
type trainAsk struct {
	Do       string    `json:"do"`
	Name     string    `json:"name"`
	Parent   string    `json:"parent"` // "" where there is none
	Copied   int       `json:"copied"` // layers of the parent, from the first
	Frozen   int       `json:"frozen"` // layers that do not learn, from the first
	Keep     bool      `json:"keep"`   // others take layers from it
	Task     string    `json:"task"`
	View     viewAsk   `json:"view"`
	Arch     arch.Arch `json:"arch"`
	Batch    int       `json:"batch"`
	Infer    bool      `json:"infer"`
	Rate     float64   `json:"rate"`
	Rates    []float64 `json:"rates"` // of each step
	Momentum float64   `json:"momentum"`
	Decay    float64   `json:"decay"`
	Weights  string    `json:"weights"`
	Order    string    `json:"order"` // pictures of all steps
	First    int       `json:"first"` // steps over which the first loss is a mean
}

// writer writes what the peer reads.
type writer struct {
	dir   string
	tasks map[*dataset.Task]string // by the name the peer has them under
}

// task writes a task's pictures; the answer is what the peer has to be told of it.
func (w *writer) task(t *dataset.Task) (*taskAsk, error) {
	name := fmt.Sprintf("task%d", len(w.tasks))
	height, width, channels := t.Shape()
	ask := &taskAsk{Do: "task", Name: name, Shape: []int{height, width, channels}}
	var err error
	for which, files := range map[dataset.Part]*part{dataset.Train: &ask.Train, dataset.Test: &ask.Test} {
		n := t.NumTrain()
		if which == dataset.Test {
			n = t.NumTest()
		}
		pictures, labels := make([]uint8, 0, n*height*width*channels), make([]int32, n)
		for i := range n {
			pic, err := t.Picture(which, i, nil)
			if err != nil {
				return nil, err
			}
			pictures, labels[i] = append(pictures, pic...), int32(t.Label(which, i))
		}
		if files.Pictures, err = write(w, name+which.String()+".pictures", pictures); err != nil {
			return nil, err
		}
		if files.Labels, err = write(w, name+which.String()+".labels", labels); err != nil {
			return nil, err
		}
	}
	w.tasks[t] = name
	return ask, nil
}

// net is what the peer is told of a net whose task was written, the i-th of its turn.
func (w *writer) net(i int, p *transfer.Plan, keep bool) (*trainAsk, error) {
	net, r := p.Net, p.Recipe
	a := &trainAsk{
		Do:       "train",
		Name:     net.String(),
		Task:     w.tasks[p.Task],
		Copied:   net.N,
		Keep:     keep,
		Arch:     p.Arch,
		Batch:    r.Batch,
		Rate:     r.Rate.Rate(0),
		Momentum: r.Momentum,
		Decay:    r.Decay,
		First:    first(r.Steps),
		View:     viewAsk{Size: p.Arch.Size, Pad: r.Pad, Mirror: r.Mirror, Scale: float32(r.Scale)},
	}
	if parent, ok := net.Parent(); ok {
		a.Parent = parent.String()
		if net.Treatment == transfer.BasePlus {
			a.Copied = len(p.Arch.Blocks)
		}
	}
	if p.Cut.Frozen {
		a.Frozen = p.Cut.N
	}
	vars, err := p.Arch.Variables()
	if err != nil {
		return nil, err
	}
	initial, err := p.Initial()
	if err != nil {
		return nil, err
	}
	var weights []float32
	for _, v := range vars {
		weights = append(weights, initial[v.Path].Data...)
	}
	if a.Weights, err = write(w, fmt.Sprintf("weights%d", i), weights); err != nil {
		return nil, err
	}
	order := make([]int32, 0, r.Steps*r.Batch)
	n := p.Task.NumTrain()
	for e := 0; len(order) < cap(order); e++ {
		epoch := p.Order().Epoch(e, n)
		order = append(order, epoch[:min(n, cap(order)-len(order))]...)
	}
	if a.Order, err = write(w, fmt.Sprintf("order%d", i), order); err != nil {
		return nil, err
	}
	for k := range r.Steps {
		a.Rates = append(a.Rates, r.Rate.Rate(k))
	}
	a.View.Mean, err = write(w, fmt.Sprintf("mean%d", i), mean(p))
	return a, err
}

// mean is the mean image as the view subtracts it.
func mean(p *transfer.Plan) []float32 {
	if !p.View.MeanPerChannel {
		return p.View.Mean
	}
	_, _, c := p.Task.Shape()
	sums := make([]float64, c)
	for i, v := range p.View.Mean {
		sums[i%c] += float64(v)
	}
	out := make([]float32, len(p.View.Mean))
	for i := range out {
		out[i] = float32(sums[i%c] / float64(len(out)/c))
	}
	return out
}

// write puts an array into a file, little-endian, and gives its name.
func write[T uint8 | int32 | float32](w *writer, name string, array []T) (string, error) {
	name = filepath.Join(w.dir, name)
	f, err := os.Create(name)
	if err != nil {
		return "", err
	}
	buf := bufio.NewWriter(f)
	return name, errors.Join(binary.Write(buf, binary.LittleEndian, array), buf.Flush(), f.Close())
}
