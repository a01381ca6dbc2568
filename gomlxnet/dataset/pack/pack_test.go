package pack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/dataset/shapes"
	"coadapt/gomlxnet/durable"
)

const packPixels = 20 * 20 * 3 // bytes of a picture in these tests

// unpacked is a small ILSVRC2012-like tree at 20 px: 3 classes of 5 training and 2 validation pictures.
func unpacked(t testing.TB) dataset.Source {
	t.Helper()
	src, err := formats.Open(t.Context(), datatest.Tree(t, datatest.ILSVRC(t, 3, 5)), formats.Options{Size: 20})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// shard is the file of a shard's pictures.
func shard(i int) string { return fmt.Sprintf("shard-%05d.rgb", i) }

// write packs with two pictures a shard.
func write(t testing.TB, src dataset.Source, dir string) pack.Report {
	t.Helper()
	r, err := pack.Write(t.Context(), src, dir, pack.Options{ShardBytes: 2*packPixels + 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func openPacked(t testing.TB, dir string) *pack.Folder {
	t.Helper()
	src, err := formats.Open(t.Context(), dir, formats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, ok := src.(*pack.Folder)
	if !ok {
		t.Fatalf("%s opens as %T", dir, src)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// TestPackedIsTheSource: all that is asked of a source, and the batches and mean of a task, are those of the tree
// that was packed.
func TestPackedIsTheSource(t *testing.T) {
	src := unpacked(t)
	for _, most := range []int64{1, 2*packPixels + 1, 1 << 20} { // one, two and all pictures a shard
		dir := t.TempDir()
		r, err := pack.Write(t.Context(), src, dir, pack.Options{ShardBytes: most})
		if err != nil || r.Pictures != 21 || r.Bytes != 21*packPixels {
			t.Fatalf("%+v, %v", r, err)
		}
		p := openPacked(t, dir)
		if p.Digest() != src.Digest() || p.Name() != src.Name() || !slices.Equal(p.Classes(), src.Classes()) {
			t.Errorf("shards of %d: digest, name or classes differ", most)
		}
		split, err := dataset.SplitFor(p, "0")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time the mean is one that was kept
			mine, err := dataset.NewTask(t.Context(), p, split.B, dataset.TaskOptions{PerClass: 4})
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := dataset.NewTask(t.Context(), src, split.B, dataset.TaskOptions{PerClass: 4})
			if err != nil {
				t.Fatal(err)
			}
			sameTask(t, mine, theirs)
		}
		if list, _ := os.ReadDir(filepath.Join(dir, "means")); len(list) != 1 {
			t.Errorf("%d means are kept, want 1", len(list))
		}
	}
}

func sameTask(t *testing.T, a, b *dataset.Task) {
	t.Helper()
	if a.Digest() != b.Digest() || !slices.Equal(a.Mean(), b.Mean()) || a.NumTest() != b.NumTest() {
		t.Error("digest, mean or number of test pictures differ")
	}
	view := dataset.View{Size: 16, Crop: true, Mirror: true}
	next, stop := iter.Pull2(b.Train(t.Context(), dataset.Order{Seed: 7, Batch: 3}, view, 0, 6))
	defer stop()
	for batch, err := range a.Train(t.Context(), dataset.Order{Seed: 7, Batch: 3}, view, 0, 6) {
		other, otherErr, ok := next()
		if err != nil || otherErr != nil || !ok {
			t.Fatal(err, otherErr)
		}
		if !slices.Equal(batch.Images, other.Images) || !slices.Equal(batch.Labels, other.Labels) {
			t.Errorf("batch %d differs", batch.Index)
		}
	}
}

// TestFlippedByte: in any shard, at any picture, it is found when the picture is read and when all is verified, and
// named.
func TestFlippedByte(t *testing.T) {
	dir := t.TempDir()
	write(t, unpacked(t), dir)
	file := filepath.Join(dir, shard(3))
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[packPixels+77] ^= 4
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	p := openPacked(t, dir)
	err = p.Verify(t.Context(), nil)
	for _, want := range []string{shard(3) + ", picture 1", ".JPEG", "CRC-32C"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("verify: %v, want %q in it", err, want)
		}
	}
	buf := make([]uint8, packPixels)
	if err := p.Image(dataset.Train, 6, buf); err != nil { // shard 3 has pictures 6 and 7
		t.Errorf("the sound picture beside it: %v", err)
	}
	if err := p.Image(dataset.Train, 7, buf); err == nil || !strings.Contains(err.Error(), shard(3)+", picture 1") {
		t.Errorf("read: %v", err)
	}
	if _, err := dataset.NewTask(t.Context(), p, []int{0, 1}, dataset.TaskOptions{}); err == nil ||
		!strings.Contains(err.Error(), shard(3)) {
		t.Errorf("task: %v", err)
	}
	// Packing again mends it: the shard is not as its sum says.
	if err := os.Remove(filepath.Join(dir, "pack.json")); err != nil {
		t.Fatal(err)
	}
	r := write(t, unpacked(t), dir) // the same pictures in another folder
	if r.Kept != r.Shards-1 {
		t.Errorf("%d of %d shards kept, want all but one", r.Kept, r.Shards)
	}
	if err := openPacked(t, dir).Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestPackGoesOn stops packing after some shards and starts again; nothing finished is made twice, and the result is
// that of one run.
func TestPackGoesOn(t *testing.T) {
	src, dir := unpacked(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plan.json.1"+durable.PartEnding), []byte("killed while it wrote"),
		0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := pack.Write(ctx, src, dir, pack.Options{ShardBytes: 2 * packPixels, Progress: func(done, total int) {
		if total != 21 {
			t.Errorf("of %d pictures, want 21", total)
		}
		if done == 9 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := formats.Open(t.Context(), dir, formats.Options{}); err == nil ||
		!strings.Contains(err.Error(), "unfinished") {
		t.Errorf("half a pack opens: %v", err)
	}
	// What a kill leaves behind: a stage file, and a shard without its list.
	for name, data := range map[string]string{shard(5) + ".1.part": "half", shard(4): "cut off"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := pack.Write(t.Context(), src, dir, pack.Options{ShardBytes: 2 * packPixels})
	if err != nil || r.Kept != 4 || r.Shards != 11 {
		t.Fatalf("%+v, %v; want 4 of 11 shards kept", r, err)
	}
	p := openPacked(t, dir)
	if err := p.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
	buf, want := make([]uint8, packPixels), make([]uint8, packPixels)
	for i := range src.Len(dataset.Train) {
		if err := errors.Join(p.Image(dataset.Train, i, buf), src.Image(dataset.Train, i, want)); err != nil ||
			!bytes.Equal(buf, want) {
			t.Errorf("picture %d: %v", i, err)
		}
	}
}

func TestPackBadPictures(t *testing.T) {
	files := datatest.ILSVRC(t, 2, 3)
	name := "train/" + dataset.Synsets()[1] + "/" + dataset.Synsets()[1] + "_b.JPEG"
	files[name] = files[name][:len(files[name])/2]
	src, err := formats.Open(t.Context(), datatest.Tree(t, files), formats.Options{Size: 20})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Write(t.Context(), src, t.TempDir(), pack.Options{}); err == nil ||
		!strings.Contains(err.Error(), name) {
		t.Errorf("%v, want an error that names %s", err, name)
	}
	dir := t.TempDir()
	r, err := pack.Write(t.Context(), src, dir, pack.Options{Bad: dataset.BadSkips})
	if err != nil || r.Pictures != 9 || len(r.Bad) != 1 || !strings.Contains(r.Bad[0].Name, name) {
		t.Fatalf("%+v, %v", r, err)
	}
	p := openPacked(t, dir)
	if p.Len(dataset.Train) != 5 || p.Digest() == src.Digest() {
		t.Errorf("%d training pictures, digest as with all: %v", p.Len(dataset.Train), p.Digest() == src.Digest())
	}
}

func TestPackRefuses(t *testing.T) {
	src := unpacked(t)
	full, other := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, src, other)
	drawn, err := shapes.New(shapes.Params{Classes: 2, Train: 2, Test: 1, Size: 20})
	if err != nil {
		t.Fatal(err)
	}
	for want, try := range map[string]func() error{
		"thesis.tex":     func() error { _, err := pack.Write(t.Context(), src, full, pack.Options{}); return err },
		"other pictures": func() error { _, err := pack.Write(t.Context(), drawn, other, pack.Options{}); return err },
		"more than 0": func() error {
			_, err := pack.Write(t.Context(), src, t.TempDir(), pack.Options{ShardBytes: -1})
			return err
		},
		"20x20 pixels": func() error {
			_,
				err := formats.Open(t.Context(), other, formats.Options{Size: 32})
			return err
		},
		"coarse": func() error {
			_,
				err := formats.Open(t.Context(), other, formats.Options{Coarse: true})
			return err
		},
		"has 1000 bytes": func() error {
			return breakAndOpen(t, src, shard(0),
				func(b []byte) []byte { return b[:1000] })
		},
		"is damaged": func() error {
			return breakAndOpen(t, src, "shard-00002.json", func(b []byte) []byte { b[30] ^= 1; return b })
		},
		"version 9": func() error {
			return breakAndOpen(t, src, "pack.json",
				func(b []byte) []byte { return bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 9`), 1) })
		},
		"pack.json is ": func() error {
			return breakAndOpen(t, src, "pack.json",
				func(b []byte) []byte { return b[:len(b)/2] })
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func breakAndOpen(t *testing.T, src dataset.Source, name string, change func([]byte) []byte) error {
	t.Helper()
	dir := t.TempDir()
	write(t, src, dir)
	file := filepath.Join(dir, name)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(data), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = formats.Open(t.Context(), dir, formats.Options{})
	return err
}

// TestDamagedMeanIsMadeAgain: a kept mean that is not as it was written counts as none.
func TestDamagedMeanIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, unpacked(t), dir)
	p := openPacked(t, dir)
	first, err := dataset.NewTask(t.Context(), p, []int{0, 2}, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "means", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	data, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	data[5] ^= 1
	if err := os.WriteFile(kept[0], data, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := dataset.NewTask(t.Context(), p, []int{0, 2}, dataset.TaskOptions{})
	if err != nil || !slices.Equal(first.Mean(), again.Mean()) {
		t.Errorf("the damaged mean was taken (%v)", err)
	}
}

// TestPackTinyImageNet packs real JPEGs and compares tasks.
func TestPackTinyImageNet(t *testing.T) {
	src, err := formats.Open(t.Context(), datatest.Real(t, "tiny-imagenet-200-part.zip"), formats.Options{Size: 32})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := pack.Write(t.Context(), src, dir, pack.Options{ShardBytes: 4 << 20})
	if err != nil || r.Pictures != 14000 || len(r.Bad) != 0 { // 200 classes of 60 training and 10 validation pictures
		t.Fatalf("%+v, %v", r, err)
	}
	p := openPacked(t, dir)
	split, err := dataset.SplitFor(p, "natman")
	if err != nil {
		t.Fatal(err)
	}
	mine, err := dataset.NewTask(t.Context(), p, split.A, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := dataset.NewTask(t.Context(), src, split.A, dataset.TaskOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sameTask(t, mine, theirs)
}

// BenchmarkBatches compares where pictures of 64 px come from: memory, a pack, and JPEG files decoded as they are read.
func BenchmarkBatches(b *testing.B) {
	files := map[string][]byte{}
	for _, wnid := range dataset.Synsets()[:2] {
		for i := range 64 {
			files[fmt.Sprintf("train/%s/%d.JPEG", wnid, i)] = datatest.JPEG(b, 64, 64, uint8(i))
		}
		files[fmt.Sprintf("val/%s/0.JPEG", wnid)] = datatest.JPEG(b, 64, 64, 9)
	}
	src, err := formats.Open(b.Context(), datatest.Tree(b, files), formats.Options{Size: 64})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if _, err := pack.Write(b.Context(), src, dir, pack.Options{}); err != nil {
		b.Fatal(err)
	}
	packed := openPacked(b, dir)
	for _, c := range []struct {
		name   string
		src    dataset.Source
		memory int64
	}{{"memory", src, 0}, {"pack", packed, 0}, {"decoded", src, 1}} {
		b.Run(c.name, func(b *testing.B) {
			task, err := dataset.NewTask(b.Context(), c.src, []int{0, 1}, dataset.TaskOptions{Memory: c.memory})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for _, err := range task.Train(b.Context(), dataset.Order{Seed: 1, Batch: 64},
				dataset.View{Size: 56, Crop: true, Mirror: true}, 0, b.N) {
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(64*float64(b.N)/b.Elapsed().Seconds(), "pictures/s")
		})
	}
}
