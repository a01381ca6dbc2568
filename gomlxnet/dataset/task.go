package dataset

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
)

// BadPolicy says what happens to a picture that does not decode.
type BadPolicy int

const (
	// BadFails stops at the first bad picture with an error that names it. It is the default.
	BadFails BadPolicy = iota
	// BadSkips leaves bad pictures out of the task and lists them in Task.Bad; the digest of the task tells them.
	BadSkips
)

// SkipHint says how bad pictures are left out.
const SkipHint = "-skip-bad, in a notebook nb.SkipBad(), leaves bad pictures out"

// BadPicture is one that did not decode.
type BadPicture struct {
	Part  Part
	Index int    // in the source
	Name  string // the file or record
	Err   error
}

// TaskOptions may be left zero.
type TaskOptions struct {
	Name string // for people; default: the source's name
	// the first PerClass training pictures of each class, of its fine classes in turn; 0 = all
	PerClass int
	// above 0: leaves out the first Skip training pictures of each class, before PerClass counts
	Skip int
	Bad  BadPolicy // pictures that do not decode
	// most bytes of pixels kept in memory, default 4 GiB; a larger task is decoded as it is read
	Memory   int64
	Workers  int                   // goroutines that decode, default one a core
	Progress func(done, total int) // called after some pictures are decoded, never by two goroutines at once
}

// Task is one side of a split: the pictures of some classes with labels 0..N-1 in ascending order of the old label.
type Task struct {
	name    string
	src     Source
	classes []int // old labels, ascending
	opt     TaskOptions
	parts   [2]pictures
	mapped  bool // pictures are looked at where the source has them
	mean    []float32
	bad     []BadPicture
	digest  string
}

// pictures are those of one part of a task.
type pictures struct {
	index  []int   // in the source
	labels []int32 // remapped
	pix    []uint8 // all pixels, or nil where they are decoded as they are read
}

// NewTask collects the pictures of the classes, decodes each of them once, in parallel, and makes the mean image.
// classes are indices into src.Classes; their order does not matter. It fails for a class out of range or named
// twice, a class without a training or test picture, and, unless opt.Bad says otherwise, the first picture that does
// not decode.
func NewTask(ctx context.Context, src Source, classes []int, opt TaskOptions) (*Task, error) {
	t := &Task{name: opt.Name, src: src, classes: slices.Clone(classes), opt: opt}
	if t.name == "" {
		t.name = src.Name()
	}
	if t.opt.Memory == 0 {
		t.opt.Memory = 4 << 30
	}
	slices.Sort(t.classes)
	if err := t.collect(); err != nil {
		return nil, err
	}
	if err := t.load(ctx); err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "coadapt task v1\n%s\n%v\n%d\n", src.Digest(), t.classes, opt.PerClass)
	if opt.Skip > 0 {
		fmt.Fprintf(h, "skip %d\n", opt.Skip)
	}
	if t.some() && Fine(src) != nil {
		fmt.Fprintln(h, "of fine classes in turn")
	}
	for _, b := range t.bad {
		fmt.Fprintf(h, "bad %s %d\n", b.Part, b.Index)
	}
	t.digest = hex.EncodeToString(h.Sum(nil))
	return t, nil
}

// collect lists the pictures of the task without decoding.
func (t *Task) collect() error {
	all := t.src.Classes()
	label := make([]int32, len(all))
	for i := range label {
		label[i] = -1
	}
	for i, c := range t.classes {
		if c < 0 || c >= len(all) {
			return fmt.Errorf("task of %s: class %d, want 0..%d", t.src.Name(), c, len(all)-1)
		}
		if label[c] >= 0 {
			return fmt.Errorf("task of %s: class %d (%s) is named twice", t.src.Name(), c, all[c].Name)
		}
		label[c] = int32(i)
	}
	if len(t.classes) == 0 {
		return fmt.Errorf("task of %s: no class named", t.src.Name())
	}
	for _, part := range []Part{Train, Test} {
		byClass := make([][]int, len(t.classes))
		for i := range t.src.Len(part) {
			if l := label[t.src.Label(part, i)]; l >= 0 {
				byClass[l] = append(byClass[l], i)
			}
		}
		pics := &t.parts[part]
		for l, index := range byClass {
			name := all[t.classes[l]].Name
			if len(index) == 0 {
				return fmt.Errorf("task of %s: class %s has no %s picture", t.src.Name(), name, part)
			}
			if part == Train && t.some() {
				if want := t.opt.Skip + max(1, t.opt.PerClass); t.opt.Skip > 0 && len(index) < want {
					return fmt.Errorf("task of %s: class %s has %d training pictures, want %d, of which the first %d "+
						"are left out",
						t.src.Name(), name, len(index), want, t.opt.Skip)
				}
				index = t.choose(index)
			}
			pics.index = append(pics.index, index...)
		}
		slices.Sort(pics.index)
		for _, i := range pics.index {
			pics.labels = append(pics.labels, label[t.src.Label(part, i)])
		}
	}
	return nil
}

// some reports whether the task leaves out training pictures by their number.
func (t *Task) some() bool { return t.opt.PerClass > 0 || t.opt.Skip > 0 }

// choose returns those of a class's training pictures that the options ask for. Where classes consist of finer ones, as
// superclasses do, each of these gives a picture in turn: the first pictures of a superclass are all of one fine class.
func (t *Task) choose(index []int) []int {
	if fine := Fine(t.src); fine != nil {
		rank, seen := make(map[int]int, len(index)), map[int]int{}
		for _, i := range index {
			f := fine(Train, i)
			rank[i] = seen[f]
			seen[f]++
		}
		index = slices.Clone(index)
		slices.SortStableFunc(index, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	}
	index = index[t.opt.Skip:]
	if n := t.opt.PerClass; n > 0 {
		index = index[:min(n, len(index))]
	}
	return index
}

// Name is the task's name for people.
func (t *Task) Name() string { return t.name }

// NumClasses is the number of labels.
func (t *Task) NumClasses() int { return len(t.classes) }

// NumTrain counts the training pictures, bad ones left out.
func (t *Task) NumTrain() int { return len(t.parts[Train].index) }

// NumTest counts the test pictures, bad ones left out.
func (t *Task) NumTest() int { return len(t.parts[Test].index) }

// Shape is the size of the pictures before any view.
func (t *Task) Shape() (height, width, channels int) { return t.src.Shape() }

// Class returns the source's class behind a label of the task.
func (t *Task) Class(label int) Class { return t.src.Classes()[t.classes[label]] }

// Digest is the hex SHA-256 over the source's digest, the classes, PerClass, Skip and the bad pictures left out.
func (t *Task) Digest() string { return t.digest }

// Mean is the mean image of the training pictures, [H, W, C] in grey levels, summed exactly in integers.
// The slice is not to be changed.
func (t *Task) Mean() []float32 { return t.mean }

// Bad lists the pictures that did not decode and were left out, in order of part and index.
func (t *Task) Bad() []BadPicture { return t.bad }

// Label is the remapped label of picture i of the part.
func (t *Task) Label(p Part, i int) int { return int(t.parts[p].labels[i]) }

// Source is where the task's pictures come from; of a [Joined] source, the one of the two that has the task's classes.
func (t *Task) Source() Source {
	if j, ok := t.src.(Joined); ok {
		src, _, _ := j.Below(Test, t.parts[Test].index[0])
		return src
	}
	return t.src
}

// Picture returns the [H, W, C] bytes of picture i of the part. buf is used where the task is not in memory, and made
// where it is too short; the bytes are not to be changed.
func (t *Task) Picture(p Part, i int, buf []uint8) ([]uint8, error) {
	h, w, c := t.src.Shape()
	n := h * w * c
	if pix := t.parts[p].pix; pix != nil {
		return pix[i*n : (i+1)*n], nil
	}
	if len(buf) < n {
		buf = make([]uint8, n)
	}
	buf = buf[:n]
	src := t.parts[p].index[i]
	if t.mapped {
		return buf, look(t.src, p, src, func(pic []uint8) { copy(buf, pic) })
	}
	if err := t.src.Image(p, src, buf); err != nil {
		return nil, fmt.Errorf("%s: %w", Describe(t.src, p, src), err)
	}
	return buf, nil
}

// use has f look at picture i of the part; what f is given is good until it returns.
func (t *Task) use(p Part, i int, buf []uint8, f func(pic []uint8)) error {
	if t.mapped {
		return look(t.src, p, t.parts[p].index[i], f)
	}
	pic, err := t.Picture(p, i, buf)
	if err == nil {
		f(pic)
	}
	return err
}

// Serial wraps a progress callback so that it is called by one goroutine at a time, with a rising count.
func Serial(f func(done, total int), total int) func(n int) {
	var mu sync.Mutex
	done := 0
	return func(n int) {
		mu.Lock()
		defer mu.Unlock()
		done += n
		if f != nil {
			f(done, total)
		}
	}
}
