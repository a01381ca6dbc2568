//go:build linux || darwin

package formats

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// large is a tree of enough files to be remembered: two classes, with 600 training and 10 test pictures of one grey
// each.
func large(t *testing.T) string {
	t.Helper()
	files := map[string][]byte{}
	for c := range 2 {
		for i := range 610 {
			part := "train"
			if i >= 600 {
				part = "test"
			}
			files[fmt.Sprintf("%s/class%d/%03d.jpg", part, c, i)] = datatest.JPEG(t, 8, 8, uint8(100*c+i%90))
		}
	}
	return datatest.Tree(t, files)
}

// opened is a folder's digest, and how many of its files were remembered.
func opened(t *testing.T, dir string, opt Options) (digest string, recalled int) {
	t.Helper()
	src, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	if c := src.(*folder).t.cache; c != nil {
		recalled = c.recalled
	}
	return src.Digest(), recalled
}

// TestChangesAreSeen: a folder that was opened before and then changed has the digest that it has for those who never
// saw it, whatever was done to one of its pictures, and however well that was hidden.
func TestChangesAreSeen(t *testing.T) {
	home := t.TempDir()
	unknown := func() { t.Setenv("XDG_CACHE_HOME", t.TempDir()); t.Setenv("HOME", t.TempDir()) }
	known := func() { t.Setenv("XDG_CACHE_HOME", home); t.Setenv("HOME", home) }
	dir := large(t)
	file := func(name string) string { return filepath.Join(dir, "train", "class0", name) }
	other := filepath.Join(t.TempDir(), "other")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(other, 0o755))
	for i := range 2 {
		must(os.WriteFile(filepath.Join(other, fmt.Sprint(i)), datatest.JPEG(t, 8, 8, uint8(200+40*i)), 0o644))
	}
	must(os.Remove(file("599.jpg")))
	must(os.Symlink(filepath.Join(other, "0"), file("599.jpg")))
	time.Sleep(clockGrain + 200*time.Millisecond)

	known()
	was, recalled := opened(t, dir, Options{})
	if recalled != 0 {
		t.Fatalf("%d files are remembered of a folder that was never opened", recalled)
	}
	if again, recalled := opened(t, dir, Options{}); again != was || recalled != 1220 {
		t.Errorf("opened again: digest %s of %d remembered files, want %s of 1220", again, recalled, was)
	}

	past := func(name string) func() { // gives a file its old times
		info, err := os.Stat(name)
		must(err)
		return func() { must(os.Chtimes(name, info.ModTime(), info.ModTime())) }
	}
	content := func(grey uint8) []byte { return datatest.JPEG(t, 8, 8, grey) }
	for _, c := range []struct {
		name string
		do   func()
		same bool // the pictures are the same
	}{
		{name: "written over with as many bytes and its old times", do: func() {
			back := past(file("000.jpg"))
			must(os.WriteFile(file("000.jpg"), content(1), 0o644))
			back()
		}},
		{name: "replaced by another file with its name, size and times", do: func() {
			info, err := os.Stat(file("001.jpg"))
			must(err)
			next := filepath.Join(other, "next")
			must(os.WriteFile(next, content(2), 0o644))
			must(os.Chtimes(next, info.ModTime(), info.ModTime()))
			must(os.Rename(next, file("001.jpg")))
		}},
		{name: "two change their names", do: func() {
			must(os.Rename(file("002.jpg"), filepath.Join(other, "x")))
			must(os.Rename(file("003.jpg"), file("002.jpg")))
			must(os.Rename(filepath.Join(other, "x"), file("003.jpg")))
		}},
		{name: "renamed", do: func() { must(os.Rename(file("004.jpg"), file("0040.jpg"))) }},
		{name: "added", do: func() { must(os.WriteFile(file("0041.jpg"), content(3), 0o644)) }},
		{name: "removed", do: func() { must(os.Remove(file("005.jpg"))) }},
		{name: "moved to another class", do: func() {
			must(os.Rename(file("006.jpg"), filepath.Join(dir, "train", "class1", "9006.jpg")))
		}},
		{name: "a link that leads to another file", do: func() {
			must(os.Remove(file("599.jpg")))
			must(os.Symlink(filepath.Join(other, "1"), file("599.jpg")))
		}},
		{name: "a class changes its name", do: func() {
			must(os.Rename(filepath.Join(dir, "train", "class1"), filepath.Join(dir, "train", "class2")))
			must(os.Rename(filepath.Join(dir, "test", "class1"), filepath.Join(dir, "test", "class2")))
		}},
		{name: "looked at", same: true, do: func() { _, err := os.ReadFile(file("007.jpg")); must(err) }},
		{name: "given other times", same: true,
			do: func() { must(os.Chtimes(file("008.jpg"), time.Now(), time.Now())) }},
	} {
		known()
		before, _ := opened(t, dir, Options{})
		c.do()
		got, recalled := opened(t, dir, Options{})
		unknown()
		want, none := opened(t, dir, Options{})
		if none != 0 {
			t.Fatalf("%d files are remembered elsewhere", none)
		}
		if got != want || (got == before) != c.same {
			t.Errorf("%s: digest %s, before %s, of a folder never seen %s", c.name, got, before, want)
		}
		if recalled < 500 { // half of the pictures are of the class that gets another name
			t.Errorf("%s: %d files are remembered", c.name, recalled)
		}
	}
}

// TestRememberedSizes: a folder that has to be looked through for its sizes, and for pictures that lie on their side,
// opens as the same from memory.
func TestRememberedSizes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := large(t)
	time.Sleep(clockGrain + 200*time.Millisecond)
	for _, size := range []int{0, 8, 6} {
		for range 2 {
			src, err := Open(t.Context(), dir, Options{Size: size})
			if err != nil {
				t.Fatal(err)
			}
			want := size
			if size == 0 {
				want = 8
			}
			if h, w, _ := src.Shape(); h != want || w != want || src.(*folder).resize != (size == 6) {
				t.Errorf("size %d: %dx%d, resized %v", size, h, w, src.(*folder).resize)
			}
		}
	}
	lies := filepath.Join(dir, "test", "class0", "609.jpg")
	turned := datatest.JPEGWithEXIF(datatest.JPEG(t, 8, 8, 7), datatest.EXIF(binary.LittleEndian, 6))
	if err := os.WriteFile(lies, turned, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		src, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !src.(*folder).decoder.Turn {
			t.Error("a picture that lies on its side is not seen")
		}
	}
}

// TestGrownFolder: a folder that has grown beyond what is read for a digest has the digest of names and sizes alone,
// though sums of its files are known from before.
func TestGrownFolder(t *testing.T) {
	digest := func(known facts) string {
		tr := &tree{where: "grown", files: []entry{{name: "a", size: 10, facts: known}, {name: "b", size: maxHashed}}}
		d, err := tr.digest(t.Context(), "test", []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if never, before := digest(facts{}), digest(facts{crc: 7, summed: true}); never != before {
		t.Errorf("digest %s with a sum that is remembered, %s without", before, never)
	}
}

// TestDamagedCache: whatever the file of a cache holds, the folder opens as it is; and one that does not agree with a
// picture is removed.
func TestDamagedCache(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("HOME", home)
	dir := large(t)
	time.Sleep(clockGrain + 200*time.Millisecond)
	want, _ := opened(t, dir, Options{})
	file := cacheOf(dir).file
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, whole...)
	flipped[len(flipped)/2] ^= 4
	damaged := map[string][]byte{"empty": nil, "short": whole[:40], "flipped": flipped, "text": []byte("{}")}
	for name, data := range damaged {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, recalled := opened(t, dir, Options{}); got != want || recalled != 0 {
			t.Errorf("%s: digest %s of %d remembered files, want %s of none", name, got, recalled, want)
		}
		if _, recalled := opened(t, dir, Options{}); recalled != 1220 {
			t.Errorf("%s: %d files are remembered once the cache is made anew", name, recalled)
		}
	}
	m := cacheOf(dir)
	r, err := m.load()
	if err != nil {
		t.Fatal(err)
	}
	at, _ := slices.BinarySearch(r.Names, "train/class0/000.jpg")
	r.Sums[at]++
	m.save(r)
	src, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Image(dataset.Train, 0, make([]uint8, 8*8*3)); err == nil {
		t.Error("a picture with another sum than the cache has is read")
	}
	if got, recalled := opened(t, dir, Options{}); got != want || recalled != 0 {
		t.Errorf("after that: digest %s of %d remembered files, want %s of none", got, recalled, want)
	}
}
