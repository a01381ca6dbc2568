package formats

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
)

func pairOf(t *testing.T, a, b string) (*Pair, dataset.Source, dataset.Source) {
	t.Helper()
	open := func(name string) dataset.Source {
		src, err := Open(t.Context(), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	x, y := open(a), open(b)
	p, err := newPair(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return p, x, y
}

// Every picture and label of a pair is that of the source it comes from, and its tasks are the sources'.
func TestPair(t *testing.T) {
	p, a, b := pairOf(t, "shapes:classes=4,train=6,test=3,size=24", "plain-shapes:classes=6,train=5,test=2,size=24")
	if len(p.Classes()) != 10 || p.Len(dataset.Train) != a.Len(dataset.Train)+b.Len(dataset.Train) ||
		p.Len(dataset.Test) != a.Len(dataset.Test)+b.Len(dataset.Test) {
		t.Fatalf("%d classes, %d and %d pictures", len(p.Classes()), p.Len(dataset.Train), p.Len(dataset.Test))
	}
	names := map[string]bool{}
	for _, c := range p.Classes() {
		names[c.Name] = true
	}
	if len(names) != 10 || !names["shapes/"+a.Classes()[0].Name] {
		t.Errorf("class names %v, want ten, those of both sources with the source's in front", names)
	}
	h, w, c := p.Shape()
	got, want := make([]uint8, h*w*c), make([]uint8, h*w*c)
	for _, part := range []dataset.Part{dataset.Train, dataset.Test} {
		for i := range p.Len(part) {
			src, at, label := a, i, 0
			if i >= a.Len(part) {
				src, at, label = b, i-a.Len(part), 4
			}
			if p.Label(part, i) != label+src.Label(part, at) {
				t.Errorf("%s picture %d has label %d", part, i, p.Label(part, i))
			}
			if err := p.Image(part, i, got); err != nil {
				t.Fatal(err)
			}
			if err := src.Image(part, at, want); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s picture %d is another than its source's", part, i)
			}
		}
	}
	s, err := dataset.SplitFor(p, dataset.PairSplit)
	if err != nil || !slices.Equal(s.A, []int{0, 1, 2, 3}) || !slices.Equal(s.B, []int{4, 5, 6, 7, 8, 9}) {
		t.Errorf("split %+v, %v", s, err)
	}
	if _, err := dataset.SplitFor(p, "0"); err == nil || !strings.Contains(err.Error(), "the split is \"pair\"") {
		t.Errorf("random halves of two data sets: %v", err)
	}
	if _, err := dataset.SplitFor(a, dataset.PairSplit); err == nil || !strings.Contains(err.Error(), "there is one") {
		t.Errorf("a pair of one data set: %v", err)
	}
	// A task of the pair is the task of the source alone.
	task, err := dataset.NewTask(t.Context(), p, s.B, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	alone, err := dataset.NewTask(t.Context(), b, []int{0, 1, 2, 3, 4, 5}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if task.NumTrain() != alone.NumTrain() || !slices.Equal(task.Mean(), alone.Mean()) {
		t.Errorf("task B has %d pictures, the second source %d; means are alike: %t", task.NumTrain(), alone.NumTrain(),
			slices.Equal(task.Mean(), alone.Mean()))
	}
	if turned, _, _ := pairOf(t, "plain-shapes:classes=6,train=5,test=2,size=24",
		"shapes:classes=4,train=6,test=3,size=24"); turned.Digest() == p.Digest() {
		t.Error("the digest does not tell which source is task A")
	}
}

func TestPairsThatCannotBe(t *testing.T) {
	open := func(name string) dataset.Source {
		src, err := Open(t.Context(), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	small := open("shapes:classes=4,train=6,test=3,size=24")
	large := open("plain-shapes:classes=4,train=6,test=3,size=32")
	for want, b := range map[string]dataset.Source{"resize both": large, "are the same pictures": small} {
		if _, err := newPair(small, b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// Fine classes of one source do not hide that the other has none.
func TestPairOfSuperclasses(t *testing.T) {
	a, err := openMap(cifar100Files(), Options{Coarse: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), "shapes:classes=4,train=6,test=3,size=32", Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPair(a, b)
	if err != nil {
		t.Fatal(err)
	}
	fine := dataset.Fine(p)
	if fine == nil {
		t.Fatal("the superclasses of the first source are forgotten")
	}
	if got, want := fine(dataset.Train, 3), dataset.Fine(a)(dataset.Train, 3); got != want {
		t.Errorf("fine class %d, want %d", got, want)
	}
	if got := fine(dataset.Train, a.Len(dataset.Train)); got != -1 {
		t.Errorf("a picture of the second source has the fine class %d", got)
	}
}
