package formats

import (
	"encoding/binary"
	"fmt"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// Data without orientation keeps its digest, which was read off the version before pictures were turned.
func TestOrientationInDigest(t *testing.T) {
	const before = "89edd4a0aea04f8d62fe3b22446d09dae4f620258e4cd836c2691865a0ede6ef"
	files := datatest.Plain(t)
	src, err := openMap(files, Options{})
	if err != nil || src.Digest() != before {
		t.Errorf("digest %s, want %s (%v)", src.Digest(), before, err)
	}
	files["train/truck/x.jpg"] = datatest.JPEGWithEXIF(files["train/truck/x.jpg"], datatest.EXIF(binary.BigEndian, 1))
	if src, err := openMap(files, Options{}); err != nil || src.(*folder).decoder.Turn {
		t.Errorf("an upright picture that says so asks for turning (%v)", err)
	}
	files["train/truck/x.jpg"] = datatest.JPEGWithEXIF(datatest.Plain(t)["train/truck/x.jpg"],
		datatest.EXIF(binary.BigEndian, 6))
	if src, err := openMap(files, Options{}); err != nil || !src.(*folder).decoder.Turn {
		t.Errorf("a picture on its side does not ask for turning (%v)", err)
	}
	synsets := map[string][]byte{}
	for i, part := range []string{"train", "test"} {
		for _, wnid := range dataset.Synsets()[:2] {
			synsets[fmt.Sprintf("%s/%s/%d.jpg", part, wnid, i)] = files["train/truck/x.jpg"]
		}
	}
	if src, err := openMap(synsets, Options{}); err != nil || src.(*folder).decoder.Turn {
		t.Errorf("pictures of ILSVRC are turned, which in 2014 they were not (%v)", err)
	}
}
