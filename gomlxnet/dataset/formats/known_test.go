package formats

import (
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
)

func TestCIFARGroups(t *testing.T) {
	fine := knownClasses("cifar100")
	count := map[string]int{}
	for _, c := range fine {
		count[c.Group]++
	}
	if len(fine) != 100 || count[dataset.Natural] != 70 || count[dataset.ManMade] != 30 {
		t.Errorf("%d fine classes, groups %v", len(fine), count)
	}
	coarse, of, err := coarseLabels(fine)
	if err != nil || len(coarse) != 20 {
		t.Fatalf("%d superclasses, %v", len(coarse), err)
	}
	per := make([]int, 20)
	for i, l := range of {
		per[l]++
		if coarse[l].Group != fine[i].Group || coarse[l].Name != fine[i].Super {
			t.Errorf("%s lies in %+v", fine[i].Name, coarse[l])
		}
	}
	for l, n := range per {
		if n != 5 {
			t.Errorf("%s has %d classes, want 5", coarse[l].Name, n)
		}
	}
	if _, _, err := coarseLabels(fine[:99]); err == nil {
		t.Error("no error for coarse labels of 99 classes")
	}
}

func TestClassifyByName(t *testing.T) {
	for names, want := range map[string]string{
		"cat truck":          dataset.Natural + " " + dataset.ManMade, // CIFAR-10
		"apple bed":          dataset.Natural + " " + dataset.ManMade, // CIFAR-100
		"trees vehicles_1":   dataset.Natural + " " + dataset.ManMade, // its superclasses
		"n01440764 n1":       dataset.Natural + " ",                   // ILSVRC
		"apple violin":       " ",                                     // not all are CIFAR's
		"maple_tree orchid_": " ",
	} {
		var classes []dataset.Class
		for name := range strings.FieldsSeq(names) {
			classes = append(classes, dataset.Class{Name: name})
		}
		classify(classes)
		if got := classes[0].Group + " " + classes[1].Group; got != want {
			t.Errorf("%s: %q, want %q", names, got, want)
		}
	}
}
