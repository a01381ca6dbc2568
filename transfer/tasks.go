package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// SplitFor is [dataset.SplitFor] for two tasks that a net can be trained on: it fails for a source of fewer than four
// classes, too, as a task of one class teaches nothing. A split of the user's own comes first.
func SplitFor(src dataset.Source, name string, own ...dataset.Split) (dataset.Split, error) {
	var names []string
	for _, s := range own {
		if s.Name == name {
			return s, s.Check(src)
		}
		names = append(names, s.Name)
	}
	if n := len(src.Classes()); n < 4 {
		return dataset.Split{}, fmt.Errorf("split %q of %s: %d classes: two tasks of two classes need 4", name,
			src.Name(), n)
	}
	s, err := dataset.SplitFor(src, name)
	switch {
	case err == nil:
	case len(names) > 0:
		err = fmt.Errorf("%w; the split file has %s", err, strings.Join(names, ", "))
	case dataset.CheckSplitName(name) == nil:
		err = fmt.Errorf("%w; a split of your own comes from a -split-file, in a notebook nb.SplitFile(...)", err)
	}
	return s, err
}

// OwnSplit says whether the net's split is one of the user's own: with a name like animals, of two data sets, or with a
// pretrained base A.
func (n Net) OwnSplit() bool {
	return n.Split == dataset.PairSplit || n.Split == PretrainedSplit || dataset.CheckSplitName(n.Split) == nil
}

// OwnSplits looks up the splits of a file among the classes of a source. There are none where file is "".
func OwnSplits(file string, src dataset.Source) ([]dataset.Split, error) {
	if file == "" {
		return nil, nil
	}
	texts, err := dataset.ReadSplits(file)
	if err != nil {
		return nil, err
	}
	var own []dataset.Split
	for _, t := range texts {
		s, err := t.Of(src)
		if err != nil {
			return nil, err
		}
		own = append(own, s)
	}
	return own, nil
}

// CheckSplit says why nets cannot be of a split.
func (c Setting) CheckSplit(name string) error {
	switch {
	case name != PretrainedSplit:
		_, err := SplitFor(c.Source, name, c.Splits...)
		return err
	case c.Pretrained == nil:
		return fmt.Errorf("split %q: %w", name, errNotGiven)
	}
	return nil
}

// checkSplits refuses splits of the user's own that are none, or that have one name.
func (c Setting) checkSplits() error {
	seen := map[string]bool{}
	for _, s := range c.Splits {
		if err := s.Check(c.Source); err != nil {
			return err
		}
		if seen[s.Name] {
			return fmt.Errorf("two splits are called %s; give each another name", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// task returns one half of a net's split, or all classes, decoded once.
func (e *Experiment) task(ctx context.Context, net Net, half Half) (*dataset.Task, error) {
	name, perClass := net.Split+half.String(), e.PerClass
	if net.PerClass > 0 {
		name, perClass = fmt.Sprintf("%s@%d", name, net.PerClass), net.PerClass
	}
	skip := 0
	if net.Treatment.row().fresh {
		if perClass == 0 {
			return nil, errors.New("it is trained on pictures that its base never saw: give the base a part of them, " +
				"at most half of each class (-per-class)")
		}
		name, skip = name+" fresh", perClass
	}
	return e.tasks.get(ctx, name, func() (*dataset.Task, error) {
		classes, err := e.classes(net.Split, half)
		if err != nil {
			return nil, err
		}
		t, err := dataset.NewTask(ctx, e.Source, classes, dataset.TaskOptions{
			Name: e.Source.Name() + " " + name, PerClass: perClass, Skip: skip, Bad: e.Bad,
			Progress: func(done, total int) { e.hear(Event{Decoded: done, Images: total}) },
		})
		if err != nil {
			return nil, err
		}
		for _, bad := range t.Bad() {
			e.hear(Event{Notice: fmt.Sprintf("%s: left out %s: %v", t.Name(), bad.Name, bad.Err)})
		}
		return t, nil
	})
}

// classes of one half of a split.
func (e *Experiment) classes(split string, half Half) ([]int, error) {
	if split == PretrainedSplit && half == A {
		return nil, fmt.Errorf("split %q has no pictures of task A", split)
	}
	if half == Whole || split == PretrainedSplit {
		all := make([]int, len(e.Source.Classes()))
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	s, err := SplitFor(e.Source, split, e.Splits...)
	if half == B {
		return s.B, err
	}
	return s.A, err
}

// images counts all training images of a net's target task.
func (e *Experiment) images(net Net) (int, error) {
	classes, err := e.classes(net.Split, net.Target)
	if err != nil {
		return 0, err
	}
	count := 0
	for i := range e.Source.Len(dataset.Train) {
		if _, ok := slices.BinarySearch(classes, e.Source.Label(dataset.Train, i)); ok {
			count++
		}
	}
	return count, nil
}
