package formats

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// cifarSide is the side of CIFAR's pictures, pixels; a record ends in that many squared bytes of red, green and blue.
const (
	cifarSide   = 32
	cifarPixels = 3 * cifarSide * cifarSide
)

// cifarLayout is one of the two binary data sets of Krizhevsky 2009. A record begins with bytes of labels: the class,
// or coarse and fine class.
type cifarLayout struct {
	name        string
	train, test []string
	nameFiles   []string // of the label bytes, in their order; may be absent
	counts      []int    // classes of the label bytes
}

func cifarLayouts() []cifarLayout {
	return []cifarLayout{
		{"cifar10", []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
			"data_batch_5.bin"}, []string{"test_batch.bin"}, []string{"batches.meta.txt"}, []int{10}},
		{"cifar100", []string{"train.bin"}, []string{"test.bin"},
			[]string{"coarse_label_names.txt", "fine_label_names.txt"}, []int{20, 100}},
	}
}

// files are those with records.
func (l cifarLayout) files() []string { return slices.Concat(l.train, l.test) }

// record is how many bytes a record has.
func (l cifarLayout) record() int { return len(l.counts) + cifarPixels }

// cifar is CIFAR-10 or CIFAR-100 in its binary form, kept in memory.
type cifar struct {
	where   string
	layout  cifarLayout
	name    string
	digest  string
	classes []dataset.Class
	column  int // the label byte in use
	parts   [2]cifarPart
	passed  []dataset.PassedOver
}

// cifarPart is one part's records, end to end.
type cifarPart struct {
	records []byte
	order   []int // record of picture i: by class, then in file order
	files   []string
	starts  []int // first record of each file
}

// Name is "cifar10" or "cifar100", with "-coarse" where the superclasses are the labels.
func (s *cifar) Name() string { return s.name }

// Digest covers the binary files and which labels are used.
func (s *cifar) Digest() string { return s.digest }

// Classes are in the order of the labels in the files.
func (s *cifar) Classes() []dataset.Class { return s.classes }

// Shape is 32, 32, 3.
func (s *cifar) Shape() (height, width, channels int) { return cifarSide, cifarSide, 3 }

func (s *cifar) record(p dataset.Part, i int) []byte {
	n := s.layout.record()
	return s.parts[p].records[s.parts[p].order[i]*n:][:n]
}

// Len is the number of records of the part.
func (s *cifar) Len(p dataset.Part) int { return len(s.parts[p].order) }

// Label is the byte in the record.
func (s *cifar) Label(p dataset.Part, i int) int { return int(s.record(p, i)[s.column]) }

// Describe names file and record.
func (s *cifar) Describe(p dataset.Part, i int) string {
	part := &s.parts[p]
	r := part.order[i]
	f, ok := slices.BinarySearch(part.starts, r)
	if !ok {
		f--
	}
	return fmt.Sprintf("%s: %s record %d", s.where, part.files[f], r-part.starts[f])
}

// Image turns the three planes of a record into pixels.
func (s *cifar) Image(p dataset.Part, i int, dst []uint8) error {
	if err := dataset.CheckImage(s, p, i, dst); err != nil {
		return err
	}
	planes := s.record(p, i)[len(s.layout.counts):]
	const n = cifarSide * cifarSide
	for j := range n {
		dst[3*j], dst[3*j+1], dst[3*j+2] = planes[j], planes[n+j], planes[2*n+j]
	}
	return nil
}

// openCIFAR reads the binary files at the root of a tree.
func openCIFAR(ctx context.Context, t *tree, l cifarLayout, opt Options) (dataset.Source, error) {
	s := &cifar{where: t.where, layout: l, name: l.name, column: len(l.counts) - 1}
	if opt.Size != 0 && opt.Size != cifarSide {
		return nil, fmt.Errorf("%s: %s has pictures of 32 pixels, size %d asked for; leave the size out", t.where,
			l.name, opt.Size)
	}
	if opt.Coarse {
		if len(l.counts) == 1 {
			return nil, fmt.Errorf("%s: CIFAR-10 has no coarse labels", t.where)
		}
		s.column, s.name = 0, l.name+"-coarse"
	}
	if err := s.labelNames(t); err != nil {
		return nil, err
	}
	for p, names := range [][]string{l.train, l.test} {
		part := &s.parts[p]
		for _, name := range names {
			data, err := t.read(name, maxFile)
			if err != nil {
				return nil, fmt.Errorf("%w (%s needs %s)", err, l.name, strings.Join(l.files(), ", "))
			}
			if err := l.check(data); err != nil {
				return nil, fmt.Errorf("%s: %s%s: %w", t.where, t.prefix, name, err)
			}
			part.files = append(part.files, t.prefix+name)
			part.starts = append(part.starts, len(part.records)/l.record())
			part.records = append(part.records, data...)
		}
	}
	if err := s.arrange(); err != nil {
		return nil, err
	}
	for _, e := range t.files {
		if !slices.Contains(l.files(), e.name) && !slices.Contains(l.nameFiles, e.name) {
			t.passed.add("no files of "+l.name, e.name)
		}
	}
	s.passed = t.passed.sorted()
	var err error
	s.digest, err = t.digest(ctx, "cifar v1 "+s.name, l.files())
	return s, err
}

// check refuses a file that is cut off or whose labels are out of range: the format has no magic of its own.
func (l cifarLayout) check(data []byte) error {
	n := l.record()
	if len(data) == 0 {
		return fmt.Errorf("the file is empty; want records of %d bytes", n)
	}
	for i := 0; i+n <= len(data); i += n {
		for j, classes := range l.counts {
			if v := int(data[i+j]); v >= classes {
				return fmt.Errorf("record %d: label %d, want 0..%d; is this the binary version of %s?", i/n, v,
					classes-1, l.name)
			}
		}
	}
	if rest := len(data) % n; rest != 0 {
		return fmt.Errorf("%d bytes are %d records of %d bytes and %d bytes more; the file is cut off or not %s",
			len(data), len(data)/n, n, rest, l.name)
	}
	return nil
}

// arrange orders the records by class and refuses a class without one, and fine labels with two coarse ones.
func (s *cifar) arrange() error {
	n := s.layout.record()
	coarse := map[byte]byte{}
	for p := range s.parts {
		part := &s.parts[p]
		byClass := make([][]int, len(s.classes))
		for r := range len(part.records) / n {
			rec := part.records[r*n:]
			byClass[rec[s.column]] = append(byClass[rec[s.column]], r)
			if len(s.layout.counts) == 2 {
				if was, ok := coarse[rec[1]]; ok && was != rec[0] {
					part.order = []int{r}
					return fmt.Errorf("%s: fine label %d with coarse label %d, elsewhere with %d",
						s.Describe(dataset.Part(p), 0), rec[1], rec[0], was)
				}
				coarse[rec[1]] = rec[0]
			}
		}
		for l, list := range byClass {
			if len(list) == 0 {
				return fmt.Errorf("%s: class %s has no %s picture in %s", s.where, s.classes[l].Name, dataset.Part(p),
					strings.Join(part.files, ", "))
			}
			part.order = append(part.order, list...)
		}
	}
	return nil
}
