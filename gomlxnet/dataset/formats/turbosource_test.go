package formats

import (
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
	"coadapt/gomlxnet/dataset/pack"
	"coadapt/gomlxnet/dataset/picture"
)

// TestTurboIsOtherData: a source says who decoded it, by its digest and to a pack; resized pictures are of version 2.
func TestTurboIsOtherData(t *testing.T) {
	if err := picture.NewDecoder().Use(picture.Turbo); err != nil {
		t.Skip(err)
	}
	dir := datatest.Tree(t,
		map[string][]byte{"train/a/1.JPEG": datatest.Photo(t, 90, 70), "test/a/2.JPEG": datatest.Photo(t, 70, 90)})
	open := func(d picture.Library) dataset.Source {
		src, err := Open(t.Context(), dir, Options{Size: 40, Decoder: d})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { src.(*folder).Close() })
		return src
	}
	slow, fast := open(picture.Go), open(picture.Turbo)
	if slow.Digest() == fast.Digest() {
		t.Error("the digests are equal, whatever decodes")
	}
	out := t.TempDir()
	if _, err := pack.Write(t.Context(), fast, out, pack.Options{}); err != nil {
		t.Fatal(err)
	}
	packed, err := pack.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	if packed.Digest() != fast.Digest() || packed.DecodedBy() != "libjpeg-turbo" {
		t.Errorf("the pack has digest %s and decoder %q, want %s and libjpeg-turbo", packed.Digest(),
			packed.DecodedBy(), fast.Digest())
	}
	a, b := make([]uint8, 4800), make([]uint8, 4800)
	if err := slow.Image(dataset.Train, 0, a); err != nil {
		t.Fatal(err)
	}
	if err := packed.Image(dataset.Train, 0, b); err != nil {
		t.Fatal(err)
	}
	if mean, most := datatest.Apart(a, b); mean > 0.5 || most > 6 {
		t.Errorf("the decoders' pictures are %.2f grey levels apart, %d at most", mean, most)
	}
	if _, err := pack.Write(t.Context(), slow, out, pack.Options{}); err == nil {
		t.Error("Go's pictures were packed over libjpeg-turbo's")
	}
}
