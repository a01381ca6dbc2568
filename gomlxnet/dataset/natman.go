package dataset

import "strings"

// SynsetGroup tells natural from man-made ILSVRC synsets. The 2014 lists are runs of the 1000 synsets in WNID order:
// natural are 0-397 (animals), 936-958 (vegetables, fungi, fruit, hay), 970 and 972-998 (landforms, people, plants),
// 449 in all; man-made are 398-935 (artefacts, prepared food), 959-969 (dishes and drinks), 971 (bubble) and 999
// (toilet tissue), 551 in all. Here the runs are written by the WNIDs at their ends, so that a subset such as Tiny
// ImageNet divides alike. A name that is no WNID gives "".
func SynsetGroup(wnid string) string {
	if !IsSynset(wnid) {
		return ""
	}
	for _, run := range [][2]string{
		{"n01440764", "n02655020"}, // tench .. puffer
		{"n07714571", "n07802026"}, // head cabbage .. hay
		{"n09193705", "n09193705"}, // alp
		{"n09246464", "n13133613"}, // cliff .. ear of corn
	} {
		if run[0] <= wnid && wnid <= run[1] {
			return Natural
		}
	}
	return ManMade
}

// IsSynset reports whether name is n and eight digits.
func IsSynset(name string) bool {
	return len(name) == 9 && name[0] == 'n' && strings.Trim(name[1:], "0123456789") == ""
}
