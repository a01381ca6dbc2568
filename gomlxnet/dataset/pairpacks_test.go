package dataset

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPairOfPacks: a task of two packs is that of the pictures they were made of, its pictures stay where they are
// mapped, and its mean is kept. With one pack alone they are copied.
func TestPairOfPacks(t *testing.T) {
	open := func(name string) Source {
		src, err := Open(t.Context(), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	a, b := open("shapes:classes=4,train=6,test=3,size=20"), open("plain-shapes:classes=6,train=5,test=2,size=20")
	dirA, dirB := t.TempDir(), t.TempDir()
	pack(t, a, dirA)
	pack(t, b, dirB)
	packA, packB := openPacked(t, dirA), openPacked(t, dirB)
	join := func(a, b Source) *Pair {
		p, err := NewPair(a, b)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	plain, packed, half := join(a, b), join(packA, packB), join(packA, b)
	for _, classes := range [][]int{plain.Split().A, plain.Split().B, {1, 5}} {
		for range 2 { // the second time the mean is one that was kept
			want, err := NewTask(t.Context(), plain, classes, TaskOptions{Memory: 1 << 30})
			if err != nil {
				t.Fatal(err)
			}
			got, err := NewTask(t.Context(), packed, classes, TaskOptions{Memory: 1 << 30})
			if err != nil {
				t.Fatal(err)
			}
			copied, err := NewTask(t.Context(), half, classes, TaskOptions{Memory: 1 << 30})
			if err != nil {
				t.Fatal(err)
			}
			sameTask(t, got, want)
			sameTask(t, copied, want)
			if !got.mapped(Train) || !got.mapped(Test) || copied.mapped(Train) {
				t.Errorf("classes %v: mapped are %t and %t of two packs, %t of one", classes, got.mapped(Train), got.mapped(Test), copied.mapped(Train))
			}
		}
	}
	if list, _ := os.ReadDir(filepath.Join(dirA, "means")); len(list) != 3 {
		t.Errorf("%d means are kept beside the first pack, want 3", len(list))
	}
}
