package dataset

import (
	"testing"
)

// The synsets on both sides of every border between the runs of the 2014 lists (halfnatmanA, halfnatmanB of
// class_splits.json, applied to the 1000 WNIDs of ILSVRC2012 in order), with their index.
func TestSynsetGroups(t *testing.T) {
	for wnid, want := range map[string]string{
		"n01440764": Natural, // 0 tench
		"n02655020": Natural, // 397 puffer
		"n02666196": ManMade, // 398 abacus
		"n07711569": ManMade, // 935 mashed potato
		"n07714571": Natural, // 936 head cabbage
		"n07802026": Natural, // 958 hay
		"n07831146": ManMade, // 959 carbonara
		"n07932039": ManMade, // 969 eggnog
		"n09193705": Natural, // 970 alp
		"n09229709": ManMade, // 971 bubble
		"n09246464": Natural, // 972 cliff
		"n13133613": Natural, // 998 ear
		"n15075141": ManMade, // 999 toilet tissue
		"goldfish":  "", "n1234567": "", "n0144076x": "", "": "",
	} {
		if got := SynsetGroup(wnid); got != want {
			t.Errorf("%q: %q, want %q", wnid, got, want)
		}
	}
}
