package dataset

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// reference is the folder with the facts of 2014, beside the test data.
func reference(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("COADAPT_TEST_DATA")
	if dir == "" {
		t.Skipf("COADAPT_TEST_DATA names no folder of test data, beside which reference/%s would be", name)
	}
	path := filepath.Join(dir, "..", "reference", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: COADAPT_TEST_DATA should be the folder beside it", path)
	}
	return path
}

func TestRandomHalvesAre2014s(t *testing.T) {
	raw, err := os.ReadFile(reference(t, "class_splits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]int
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for seed := range 4 {
		a, b := randomHalves(1000, seed)
		name := "half" + string(rune('0'+seed))
		if !slices.Equal(a, want[name+"A"]) || !slices.Equal(b, want[name+"B"]) {
			t.Errorf("seed %d: the halves differ from %s", seed, name)
		}
	}
}

func TestRandomHalvesCoverAllClasses(t *testing.T) {
	for _, n := range []int{2, 7, 40, 1000} {
		a, b := randomHalves(n, 5)
		all := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
		if len(a) != n/2 || len(all) != n || len(slices.Compact(all)) != n || !slices.IsSorted(a) ||
			!slices.IsSorted(b) {
			t.Errorf("n=%d: A %v, B %v are no halves", n, a, b)
		}
	}
}

func TestSplitNames(t *testing.T) {
	s := noise{classes: 6, train: 1, test: 1, size: 16}
	nm, err := SplitFor(s, "natman")
	if err != nil || !slices.Equal(nm.A, []int{0, 1, 2}) || !slices.Equal(nm.B, []int{3, 4, 5}) {
		t.Errorf("natman: %+v, %v", nm, err)
	}
	if z, err := SplitFor(s, "03"); err != nil || z.Name != "3" || len(z.A) != 3 {
		t.Errorf("03: %+v, %v", z, err)
	}
	for _, bad := range []string{"", "-1", "half0", "1.5", "99999999999"} {
		if got, err := SplitFor(s, bad); err == nil {
			t.Errorf("split %q gave %+v, want an error", bad, got)
		}
	}
}
