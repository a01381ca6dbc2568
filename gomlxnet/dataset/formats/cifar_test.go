package formats

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
)

// cifarRecord makes a record whose pixel (y, x) is (first label + y, x, 7).
func cifarRecord(labels ...byte) []byte {
	rec := slices.Clone(labels)
	for _, plane := range []func(y, x int) byte{
		func(y, x int) byte { return labels[0] + byte(y) }, func(y, x int) byte { return byte(x) },
		func(y, x int) byte { return 7 }} {
		for i := range 1024 {
			rec = append(rec, plane(i/32, i%32))
		}
	}
	return rec
}

func cifar10Files() map[string][]byte {
	m := map[string][]byte{}
	for b := range 6 {
		var data []byte
		for l := range 10 {
			data = append(data, cifarRecord(byte(9-l))...)
		}
		name := fmt.Sprintf("cifar-10-batches-bin/data_batch_%d.bin", b+1)
		if b == 5 {
			name = "cifar-10-batches-bin/test_batch.bin"
		}
		m[name] = data
	}
	var names []string
	for _, c := range cifar10Classes() {
		names = append(names, c.Name)
	}
	m["cifar-10-batches-bin/batches.meta.txt"] = []byte(strings.Join(names, "\n") + "\n\n")
	return m
}

func cifar100Files() map[string][]byte {
	fine := knownClasses("cifar100")
	coarse, of, err := coarseLabels(fine)
	if err != nil {
		panic(err)
	}
	m := map[string][]byte{}
	for i, c := range fine {
		m["fine_label_names.txt"] = append(m["fine_label_names.txt"], c.Name+"\n"...)
		for _, part := range []string{"train.bin", "test.bin"} {
			m[part] = append(m[part], cifarRecord(byte(of[i]), byte(i))...)
		}
	}
	for _, c := range coarse {
		m["coarse_label_names.txt"] = append(m["coarse_label_names.txt"], c.Name+"\n"...)
	}
	return m
}

func TestCIFAR10(t *testing.T) {
	src, err := Open(context.Background(), fileOf(t, "cifar-10-binary.tar.gz", gzipOf(t, tarOf(t, cifar10Files()))),
		Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src.Name() != "cifar10" || src.Len(dataset.Train) != 50 || src.Len(dataset.Test) != 10 ||
		len(src.Classes()) != 10 {
		t.Fatalf("%s with %d + %d pictures", src.Name(), src.Len(dataset.Train), src.Len(dataset.Test))
	}
	// Class 3 comes after 3*5 pictures; in each file it is record 6.
	buf := make([]uint8, cifarPixels)
	if err := src.Image(dataset.Train, 17, buf); err != nil {
		t.Fatal(err)
	}
	if at := (5*32 + 11) * 3; [3]uint8(buf[at:]) != [3]uint8{3 + 5, 11, 7} {
		t.Errorf("pixel (5, 11) of a class 3 picture is %v", buf[at:at+3])
	}
	if got := dataset.Describe(src, dataset.Train, 17); !strings.HasSuffix(got, "data_batch_3.bin record 6") ||
		src.Label(dataset.Train, 17) != 3 {
		t.Errorf("picture 17 is %q of class %d", got, src.Label(dataset.Train, 17))
	}
	if s, err := dataset.SplitFor(src, "natman"); err != nil || len(s.A) != 6 {
		t.Errorf("natman %+v, %v", s, err)
	}
}

func TestCIFAR100FineAndCoarse(t *testing.T) {
	fine, err := openMap(cifar100Files(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	coarse, err := openMap(cifar100Files(), Options{Coarse: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(fine.Classes()) != 100 || len(coarse.Classes()) != 20 || fine.Digest() == coarse.Digest() {
		t.Errorf("%d fine and %d coarse classes", len(fine.Classes()), len(coarse.Classes()))
	}
	if c := coarse.Classes()[coarse.Label(dataset.Test, 99)]; c.Name != "vehicles_2" || c.Group != dataset.ManMade {
		t.Errorf("the last coarse class is %+v", c)
	}
	bare := cifar100Files()
	delete(bare, "fine_label_names.txt")
	if src, err := openMap(bare, Options{}); err != nil || !slices.Equal(src.Classes(), fine.Classes()) {
		t.Errorf("without name files: %v", err)
	}
}

func TestCIFARErrors(t *testing.T) {
	const dir = "cifar-10-batches-bin/"
	for name, c := range map[string]struct {
		change func(map[string][]byte)
		want   []string
	}{
		"cut off": {func(m map[string][]byte) { m[dir+"data_batch_2.bin"] = m[dir+"data_batch_2.bin"][:5000] },
			[]string{"data_batch_2.bin", "cut off"}},
		"empty": {func(m map[string][]byte) { m[dir+"test_batch.bin"] = nil },
			[]string{"test_batch.bin", "empty"}},
		"wrong label": {func(m map[string][]byte) { m[dir+"data_batch_1.bin"][3073*2] = 10 },
			[]string{"data_batch_1.bin", "record 2", "0..9"}},
		"missing": {func(m map[string][]byte) { delete(m, dir+"data_batch_4.bin") },
			[]string{"data_batch_4.bin", "needs"}},
		"no image of a class": {func(m map[string][]byte) {
			m[dir+"test_batch.bin"] = m[dir+
				"test_batch.bin"][:3073*9]
		},
			[]string{"airplane", "no test picture"}},
		"name twice": {func(m map[string][]byte) { m[dir+"batches.meta.txt"] = []byte("a\nb\na\n") },
			[]string{"batches.meta.txt", `"a"`, "twice"}},
		"few names": {func(m map[string][]byte) { m[dir+"batches.meta.txt"] = []byte("a\nb\n") },
			[]string{"batches.meta.txt", "want 10"}},
	} {
		files := cifar10Files()
		c.change(files)
		_, err := openMap(files, Options{})
		for _, w := range c.want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v does not say %q", name, err, w)
			}
		}
	}
	mixed := cifar100Files()
	mixed["test.bin"][0]++
	if _, err := openMap(mixed, Options{}); err == nil ||
		!strings.Contains(err.Error(), "test.bin record 0: fine label 0 with coarse label") {
		t.Errorf("a fine label in two superclasses: %v", err)
	}
	if _, err := openMap(cifar10Files(), Options{Coarse: true}); err == nil {
		t.Error("no error for coarse labels of CIFAR-10")
	}
	if _, err := openMap(cifar10Files(), Options{Size: 64}); err == nil {
		t.Error("no error for another size")
	}
}

func FuzzCIFAR(f *testing.F) {
	f.Add(cifarRecord(1), []byte("a\nb"), false)
	f.Add(cifarRecord(1, 2), []byte(""), true)
	f.Add([]byte{9}, []byte("x"), false)
	f.Fuzz(func(t *testing.T, data, names []byte, hundred bool) {
		files := map[string][]byte{}
		l := cifarLayouts()[0]
		if hundred {
			l = cifarLayouts()[1]
		}
		for _, name := range append(slices.Clone(l.train), l.test...) {
			files[name] = data
		}
		if len(names) > 0 {
			files[l.nameFiles[len(l.nameFiles)-1]] = names
		}
		src, err := openMap(files, Options{})
		if err != nil {
			return
		}
		buf := make([]uint8, cifarPixels)
		for i := range src.Len(dataset.Train) {
			if err := src.Image(dataset.Train, i, buf); err != nil ||
				src.Label(dataset.Train, i) >= len(src.Classes()) {
				t.Fatalf("picture %d: label %d, %v", i, src.Label(dataset.Train, i), err)
			}
		}
	})
}
