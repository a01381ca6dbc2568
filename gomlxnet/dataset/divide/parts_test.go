package divide_test

import (
	"fmt"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/divide"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
)

// flowers is a folder of two classes of ten pictures each, with no train/ and test/. Each picture has a grey of its
// own.
func flowers(t testing.TB) map[string][]byte {
	files := map[string][]byte{}
	for i := range 10 {
		files[fmt.Sprintf("flowers/rose/%d.png", i)] = datatest.PNG(t, 4, 4, color.Gray{uint8(i)})
		files[fmt.Sprintf("flowers/tulip/%d.png", i)] = datatest.PNG(t, 4, 4, color.Gray{uint8(100 + i)})
	}
	return files
}

// files are the pictures of a part, by the ends of their paths from the class on.
func files(src dataset.Source, p dataset.Part) []string {
	var list []string
	for i := range src.Len(p) {
		parts := strings.Split(dataset.Describe(src, p, i), "/")
		list = append(list, strings.Join(parts[max(0, len(parts)-2):], "/"))
	}
	slices.Sort(list)
	return list
}

// open opens files as a data set that is called set.
func open(t testing.TB, files map[string][]byte, p divide.Parts) (dataset.Source, error) {
	t.Helper()
	t.Chdir(filepath.Dir(datatest.Tree(t, files)))
	return formats.Open(t.Context(), "set", formats.Options{Parts: p})
}

func openParts(t testing.TB, files map[string][]byte, p divide.Parts) dataset.Source {
	t.Helper()
	src, err := open(t, files, p)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestFolds: each picture is for testing in one fold and no other, every fold has its share of every class, and the
// digest and the name tell the folds apart.
func TestFolds(t *testing.T) {
	tree := datatest.Plain(t)
	for i := range 4 {
		tree[fmt.Sprintf("train/cat/more%d.png", i)] = datatest.PNG(t, 4, 4, color.Gray{uint8(20 + i)})
		tree[fmt.Sprintf("test/truck/more%d.png", i)] = datatest.PNG(t, 4, 4, color.Gray{uint8(40 + i)})
	}
	for name, set := range map[string]map[string][]byte{"flat": flowers(t), "train and test": tree} {
		seen, digests := map[string]int{}, map[string]bool{}
		folds := 3
		var all, first dataset.Source
		for fold := range folds {
			src := openParts(t, set, divide.Parts{Folds: folds, Fold: fold + 1})
			if want := fmt.Sprintf("set-fold%dof3", fold+1); src.Name() != want || digests[src.Digest()] {
				t.Errorf("%s: fold %d is called %s, want %s, and has a digest of its own: %v", name, fold+1,
					src.Name(), want, !digests[src.Digest()])
			}
			digests[src.Digest()] = true
			count := map[int]int{}
			for i := range src.Len(dataset.Test) {
				seen[dataset.Describe(src, dataset.Test, i)]++
				count[src.Label(dataset.Test, i)]++
			}
			n := map[int]int{}
			for i := range src.Len(dataset.Train) {
				n[src.Label(dataset.Train, i)]++
			}
			for class, k := range count {
				if total := n[class] + k; k < total/folds || k > (total+folds-1)/folds {
					t.Errorf("%s, fold %d: %d of %d pictures of class %d are for testing", name, fold+1, k, total,
						class)
				}
			}
			train, test := files(src, dataset.Train), files(src, dataset.Test)
			for _, f := range test {
				if slices.Contains(train, f) && name == "flat" {
					t.Errorf("%s, fold %d: %s is in both parts", name, fold+1, f)
				}
			}
			all, first = src, openParts(t, set, divide.Parts{Folds: folds, Fold: 1})
		}
		if total := all.Len(dataset.Train) + all.Len(dataset.Test); len(seen) != total {
			t.Errorf("%s: %d of %d pictures are ever for testing", name, len(seen), total)
		}
		for f, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s is for testing in %d folds", name, f, n)
			}
		}
		if again := openParts(t, set, divide.Parts{Folds: folds, Fold: 1}); again.Digest() != first.Digest() ||
			!slices.Equal(files(again, dataset.Test), files(first, dataset.Test)) {
			t.Errorf("%s: fold 1 is another one the second time", name)
		}
		if other := openParts(t, set, divide.Parts{Folds: folds, Fold: 1, Seed: 1}); other.Digest() == first.Digest() {
			t.Errorf("%s: seed 1 divides as seed 0", name)
		}
	}
}

// TestFoldsOfAnySource: a picture of a fold is the source's, in an archive and a pack as in the tree, and a pack keeps
// the mean of one fold apart from that of another.
func TestFoldsOfAnySource(t *testing.T) {
	const side = 20
	set := datatest.ILSVRC(t, 3, 5)
	p := divide.Parts{Folds: 2, Fold: 2}
	opt := formats.Options{Size: side, Parts: p}
	tree, err := formats.Open(t.Context(), datatest.Tree(t, set), opt)
	if err != nil {
		t.Fatal(err)
	}
	zip := filepath.Join(t.TempDir(), "set.zip")
	if err := os.WriteFile(zip, datatest.Zip(t, set), 0o644); err != nil {
		t.Fatal(err)
	}
	small, err := formats.Open(t.Context(), datatest.Tree(t, set), formats.Options{Size: side})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := pack.Write(t.Context(), small, dir, pack.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{zip, dir} {
		src, err := formats.Open(t.Context(), where, opt)
		if err != nil {
			t.Fatal(err)
		}
		if src.Digest() != tree.Digest() || src.Len(dataset.Test) != tree.Len(dataset.Test) {
			t.Errorf("%s: digest %.12s and %d test pictures, want the tree's %.12s and %d", where, src.Digest(),
				src.Len(dataset.Test), tree.Digest(), tree.Len(dataset.Test))
		}
		a, b := make([]uint8, side*side*3), make([]uint8, side*side*3)
		for i := range src.Len(dataset.Test) {
			if err := src.Image(dataset.Test, i, a); err != nil {
				t.Fatal(err)
			}
			if err := tree.Image(dataset.Test, i, b); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(a, b) || src.Label(dataset.Test, i) != tree.Label(dataset.Test, i) {
				t.Errorf("%s: test picture %d is not the tree's", where, i)
			}
		}
	}
	for _, fold := range []int{1, 2, 1} {
		var means [2][]float32
		for k, where := range []string{dir, zip} {
			src, err := formats.Open(t.Context(), where,
				formats.Options{Size: side, Parts: divide.Parts{Folds: 2, Fold: fold}})
			if err != nil {
				t.Fatal(err)
			}
			if ok := dataset.IsMapped(src); ok != (where == dir) {
				t.Errorf("%s is mapped: %v", where, ok)
			}
			task, err := dataset.NewTask(t.Context(), src, []int{0, 2}, dataset.TaskOptions{})
			if err != nil {
				t.Fatal(err)
			}
			means[k] = task.Mean()
		}
		if !slices.Equal(means[0], means[1]) {
			t.Errorf("the mean of fold %d is another one in a pack", fold)
		}
	}
	drawn, err := formats.Open(
		t.Context(),
		"shapes:classes=4,train=6,test=2,size=24",
		formats.Options{Parts: divide.Parts{Folds: 4,
			Fold: 3}},
	)
	if err != nil || drawn.Len(dataset.Test) != 8 || drawn.Len(dataset.Train) != 24 {
		t.Errorf("shapes: %v, want 24 and 8 pictures", err)
	}
}

// TestPartsStay: pictures that are added to one class move none of another, and a share without a seed is that which
// it was.
func TestPartsStay(t *testing.T) {
	for _, p := range []divide.Parts{{TestShare: 0.2}, {TestShare: 0.2, Seed: 5}, {Folds: 3, Fold: 2}} {
		set := flowers(t)
		before := files(openParts(t, set, p), dataset.Test)
		for i := range 7 {
			set[fmt.Sprintf("flowers/tulip/new%d.png", i)] = datatest.PNG(t, 4, 4, color.White)
		}
		after := files(openParts(t, set, p), dataset.Test)
		roses := func(list []string) []string {
			return slices.DeleteFunc(list, func(f string) bool { return !strings.HasPrefix(f, "rose/") })
		}
		if b, a := roses(before), roses(after); !slices.Equal(a, b) || len(b) < 2 {
			t.Errorf("%+v: roses for testing %v, with more tulips %v", p, b, a)
		}
	}
	// The two names with the least SHA-256 sums: data of an earlier version must not be other data.
	want := []string{"rose/0.png", "rose/6.png", "tulip/0.png", "tulip/6.png"}
	if got := files(openParts(t, flowers(t), divide.Parts{TestShare: 0.2}), dataset.Test); !slices.Equal(got, want) {
		t.Errorf("a share of 0.2 is %v, want %v", got, want)
	}
	if survey := openParts(t, flowers(t), divide.Parts{TestShare: 0.2,
		Seed: 5}).(dataset.Surveyor).Survey().String(); !strings.Contains(survey,
		"16 training and 4 test pictures; the test pictures are a share of 0.2 of each class, by seed 5") {
		t.Errorf("the survey says %q", survey)
	}
	if survey := openParts(t, flowers(t), divide.Parts{Folds: 5,
		Fold: 2}).(dataset.Surveyor).Survey().String(); !strings.Contains(survey,
		"16 training and 4 test pictures; the test pictures are fold 2 of 5 of all pictures") {
		t.Errorf("the survey says %q", survey)
	}
}

// grouped is a file of groups for flowers: picture i of either class is of plant i/3, but for what extra lines say.
func grouped(t testing.TB, head string, extra ...string) string {
	t.Helper()
	text := head
	for i := range 10 {
		text += fmt.Sprintf("rose/%d.png,plant %d\nflowers/tulip/%d.png,plant %d\n", i, i/3, i, i/3)
	}
	return groupFile(t, text+strings.Join(extra, "\n"))
}

func groupFile(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "groups.csv")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestGroups: no group is in both parts, whatever the classes of its pictures.
func TestGroups(t *testing.T) {
	for name, p := range map[string]divide.Parts{"share": {TestShare: 0.3, Groups: grouped(t, "")}, "folds": {Folds: 3,
		Fold: 2, Groups: grouped(t, "file,group\n")}} {
		src := openParts(t, flowers(t), p)
		plant := func(p dataset.Part) map[byte]bool {
			of := map[byte]bool{}
			for _, f := range files(src, p) {
				of[(strings.TrimSuffix(f, ".png")[len(f)-5]-'0')/3] = true
			}
			return of
		}
		train, test := plant(dataset.Train), plant(dataset.Test)
		for k := range test {
			if train[k] {
				t.Errorf("%s: plant %d is in both parts", name, k)
			}
		}
		if len(train)+len(test) != 4 || src.Len(dataset.Test) < 4 || src.Len(dataset.Test) > 8 {
			t.Errorf("%s: plants %v and %v, %d test pictures", name, train, test, src.Len(dataset.Test))
		}
		if survey := src.(dataset.Surveyor).Survey().String(); !strings.Contains(survey,
			"no group in both parts (4 groups of groups.csv)") {
			t.Errorf("%s: the survey says %q", name, survey)
		}
	}
	// A table of other columns, of Windows, with a line about a picture that is gone.
	table := "\xef\xbb\xbfid,group,file\r\n0,x,rose\\0.png\r\n0,x,/rose/gone.png\r\n"
	for i := range 10 {
		table += fmt.Sprintf("%d,g%d,\"set/flowers/tulip/%d.png\"\r\n", i, i, i)
		if i > 0 {
			table += fmt.Sprintf("%d,x%d,rose/%d.png\r\n", i, i, i)
		}
	}
	src := openParts(t, flowers(t), divide.Parts{Folds: 5, Fold: 1, Groups: groupFile(t, table)})
	if survey := src.(dataset.Surveyor).Survey().String(); src.Len(dataset.Test) != 4 || !strings.Contains(survey,
		"20 groups of groups.csv; 1 of its lines meet no picture") {
		t.Errorf("%d test pictures; %q", src.Len(dataset.Test), survey)
	}
	// Data that is divided already is only looked at.
	divided := map[string][]byte{}
	for name, data := range flowers(t) {
		part := "train/"
		if strings.HasSuffix(name, "9.png") {
			part = "test/"
		}
		divided[strings.Replace(name, "flowers/", part, 1)] = data
	}
	plain := openParts(t, divided, divide.Parts{})
	whole := func(plant string) string {
		text := ""
		for i := range 10 {
			text += fmt.Sprintf("rose/%d.png,plant %d\ntulip/%d.png,plant %d\n", i, i/3, i, i/3)
		}
		return groupFile(t, strings.ReplaceAll(text, "plant 3", plant))
	}
	if same := openParts(t, divided, divide.Parts{Groups: whole("plant 3")}); same.Digest() != plain.Digest() {
		t.Error("groups change data that is divided already")
	}
	if _, err := open(t, divided, divide.Parts{Groups: whole("plant 1")}); err == nil ||
		!strings.Contains(err.Error(),
			`group "plant 1" is in both parts, with set: train/rose/3.png and with set: test/rose/9.png`) {
		t.Errorf("a group in both parts: %v, want an error that names it", err)
	}
}

// TestBadParts: what cannot be divided so is refused, by what was asked.
func TestBadParts(t *testing.T) {
	flat := flowers(t)
	few := maps.Clone(flat)
	for i := range 8 {
		delete(few, fmt.Sprintf("flowers/rose/%d.png", i))
	}
	none := maps.Clone(flat)
	none["flowers/lily/0.png"] = datatest.PNG(t, 4, 4, color.White)
	for _, c := range []struct {
		files map[string][]byte
		parts divide.Parts
		want  string
	}{
		{flat, divide.Parts{Folds: 1}, "1 folds, want at least 2"},
		{flat, divide.Parts{Folds: 3}, "fold 0 of 3, want 1 to 3"},
		{flat, divide.Parts{Folds: 3, Fold: 4}, "fold 4 of 3, want 1 to 3"},
		{flat, divide.Parts{Fold: 1}, "of no number of folds"},
		{flat, divide.Parts{Folds: 3, Fold: 1, TestShare: 0.2}, "leave one of the two out"},
		{flat, divide.Parts{Seed: 3}, "nothing to divide"},
		{flat, divide.Parts{TestShare: 0.2, Seed: -1}, "seed of parts of -1"},
		{few, divide.Parts{Folds: 3, Fold: 1}, "class rose has 2 pictures, too few"},
		{none, divide.Parts{Folds: 2, Fold: 1}, "class lily has 1 pictures"},
		{datatest.Plain(t), divide.Parts{TestShare: 0.2}, "it has a test part of 2 pictures already"},
		{flat, divide.Parts{Groups: grouped(t, "")}, "no train/ and test/; -test-share 0.2"},
		{flat, divide.Parts{TestShare: 0.2, Groups: "none.csv"}, "none.csv"},
		{flat, divide.Parts{TestShare: 0.2, Groups: groupFile(t, "")}, "no line"},
		{flat, divide.Parts{TestShare: 0.2, Groups: groupFile(t, "a,b,c\n")}, "line 1 has 3 columns"},
		{flat, divide.Parts{TestShare: 0.2, Groups: groupFile(t, "a,b\nc\n")},
			"record on line 2: wrong number of fields"},
		{flat, divide.Parts{TestShare: 0.2, Groups: groupFile(t, "rose/0.png,\n")},
			`line 1: file "rose/0.png", group ""`},
		{flat, divide.Parts{TestShare: 0.2, Groups: grouped(t, "", "0.png,plant 1")},
			"line 21: 0.png is the end of two files, set: flowers/rose/0.png and set: flowers/tulip/0.png"},
		{flat, divide.Parts{TestShare: 0.2, Groups: grouped(t, "", "rose/4.png,plant 9")},
			`line 21: rose/4.png is of group "plant 9", and of "plant 1" on line 9`},
		{flat, divide.Parts{TestShare: 0.2, Groups: groupFile(t, "rose/1.png,a\n")},
			"19 of 20 pictures have no group, the first is set: flowers/rose/0.png"},
		{flat, divide.Parts{Folds: 5, Fold: 1, Groups: grouped(t, "")}, "class rose has 4 groups of pictures, too few"},
	} {
		if src, err := open(t, c.files, c.parts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, %v; want an error with %q", c.parts, src, err, c.want)
		}
	}
	for _, p := range []divide.Parts{{TestShare: 0.2}, {Folds: 2, Fold: 1, Groups: grouped(t, "")}} {
		if _, err := formats.Open(t.Context(), "shapes:classes=4,train=6,test=2,size=24",
			formats.Options{Parts: p}); err == nil {
			t.Errorf("shapes are divided by %+v", p)
		}
	}
}
