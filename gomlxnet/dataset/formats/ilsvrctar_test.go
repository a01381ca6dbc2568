package formats

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// distributed are the two archives that hold a tree, as the challenge gave them away.
func distributed(t testing.TB, files map[string][]byte) (train, val []byte) {
	t.Helper()
	classes, flat := map[string]map[string][]byte{}, map[string][]byte{}
	for name, data := range files {
		part, rest, _ := strings.Cut(name, "/")
		if part == "val" {
			flat[rest] = data
			continue
		}
		wnid, file, _ := strings.Cut(rest, "/")
		if classes[wnid] == nil {
			classes[wnid] = map[string][]byte{}
		}
		classes[wnid][file] = data
	}
	outer := map[string][]byte{}
	for wnid, of := range classes {
		outer[wnid+".tar"] = tarOf(t, of)
	}
	return tarOf(t, outer), tarOf(t, flat)
}

// TestILSVRCArchives: the archives as distributed and the unpacked tree are one source, picture for picture and by
// digest.
func TestILSVRCArchives(t *testing.T) {
	files := datatest.ILSVRC(t, 3, 4)
	tree := datatest.Tree(t, files)
	train, val := distributed(t, files)
	packed := t.TempDir()
	for name, data := range map[string][]byte{ilsvrcTrainTar: train, ilsvrcValTar: val} {
		if err := os.WriteFile(filepath.Join(packed, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, err := Open(t.Context(), tree, Options{Size: 16})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), packed, Options{Size: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer b.(*folder).Close()
	if a.Len(dataset.Train) != 12 || a.Len(dataset.Test) != 6 { // the seventh validation picture is of no class here
		t.Fatalf("%d and %d pictures, want 12 and 6", a.Len(dataset.Train), a.Len(dataset.Test))
	}
	if a.Digest() != b.Digest() {
		t.Error("archives and tree have two digests")
	}
	pa, pb := make([]uint8, 16*16*3), make([]uint8, 16*16*3)
	for _, p := range []dataset.Part{dataset.Train, dataset.Test} {
		for i := range a.Len(p) {
			if a.Label(p, i) != b.Label(p, i) {
				t.Errorf("%s %d: labels %d and %d", p, i, a.Label(p, i), b.Label(p, i))
			}
			if err := a.Image(p, i, pa); err != nil {
				t.Fatal(err)
			}
			if err := b.Image(p, i, pb); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pa, pb) {
				t.Errorf("%s %d: the pixels differ", p, i)
			}
			if p == dataset.Test && (int(pa[0]) < 60*a.Label(p, i) || int(pa[0]) > 60*a.Label(p, i)+10) {
				t.Errorf("%s of class %d has grey %d", b.(*folder).Describe(p, i), a.Label(p, i), pa[0])
			}
		}
	}
}

func TestILSVRCArchiveErrors(t *testing.T) {
	files := datatest.ILSVRC(t, 2, 2)
	train, val := distributed(t, files)
	for name, c := range map[string]struct {
		train, val []byte
		want       string
	}{
		"no validation archive": {train, nil, ilsvrcValTar},
		"train cut off":         {train[:len(train)/2], val, "cut off"},
		"validation cut off":    {train, val[:len(val)/2-700], "cut off"},
		"not classes":           {val, val, "one archive a class"},
		"no tar":                {bytes.Repeat([]byte("x"), 2000), val, "not a sound tar"},
	} {
		dir := t.TempDir()
		for file, data := range map[string][]byte{ilsvrcTrainTar: c.train, ilsvrcValTar: c.val} {
			if data == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(t.Context(), dir, Options{Size: 16}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// TestTrainingListNeedsAllSynsets: a part of the classes is no ILSVRC2012.
func TestTrainingListNeedsAllSynsets(t *testing.T) {
	src, err := Open(t.Context(), datatest.Tree(t, datatest.ILSVRC(t, 2, 2)), Options{Size: 16})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.TrainingList(src.(*folder)); err == nil ||
		!strings.Contains(err.Error(), "2 classes, want the 1000") {
		t.Error(err)
	}
}
