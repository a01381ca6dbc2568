package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// animals is a source with these classes and no pictures.
type animals []string

func (a animals) Name() string                   { return "zoo" }
func (a animals) Digest() string                 { return "zoo" }
func (a animals) Shape() (int, int, int)         { return 1, 1, 3 }
func (a animals) Len(Part) int                   { return 0 }
func (a animals) Label(Part, int) int            { return 0 }
func (a animals) Image(Part, int, []uint8) error { return nil }
func (a animals) Classes() (list []Class) {
	for _, name := range a {
		list = append(list, Class{Name: name})
	}
	return list
}

func zoo() animals {
	return animals{"animal_cat", "animal_dog", "animal_é", "chair", "dog [small]", "rose", "table"}
}

func TestOwnSplit(t *testing.T) {
	text := "# ours\n[A]\nanimal_*\n  dog [small]\n\n[B]\nchair\n# not the rose\ntable\n"
	for file, want := range map[string]string{"animals.txt": "animals", "x/my_pets-2.split": "mypets2"} {
		all, err := parseSplits(file, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 1 || all[0].Name != want {
			t.Fatalf("%d splits, the first is %q, want one of the name %q", len(all), all[0].Name, want)
		}
		s, err := all[0].Of(zoo())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.A, []int{0, 1, 2, 4}) || !slices.Equal(s.B, []int{3, 6}) || s.Name != want {
			t.Errorf("%+v, want A 0, 1, 2, 4 and B 3, 6", s)
		}
		if err := s.Check(zoo()); err != nil {
			t.Error(err)
		}
	}
	// An accent that a Mac writes as a character of its own is the same letter.
	all, err := parseSplits("a.txt", []byte("[B]\nchair\ntable\n[A]\nanimal_e\u0301\nanimal_?og\nanimal_d*\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := all[0].Of(zoo()); err != nil || !slices.Equal(s.A, []int{1, 2}) {
		t.Errorf("%v, %v; want A 1, 2", s, err)
	}
	two, err := parseSplits("1.txt", []byte("name: "+
		"near\n[A]\nrose\nanimal_cat\n[B]\nanimal_dog\nanimal_é\nname:far\n[A]\nchair\ntable\n[B]\nanimal_*\n"))
	if err != nil || len(two) != 2 || two[0].Name != "near" || two[1].Name != "far" {
		t.Fatalf("%+v, %v; want near and far", two, err)
	}
	if s, err := two[1].Of(zoo()); err != nil || !slices.Equal(s.B, []int{0, 1, 2}) {
		t.Errorf("%v, %v; want B 0 to 2", s, err)
	}
}

// TestBadSplits: what is wrong is named with its line.
func TestBadSplits(t *testing.T) {
	const good = "[A]\nanimal_*\n[B]\nchair\ntable\n"
	for _, c := range []struct{ file, text, want string }{
		{"a.txt", "", "a.txt: no split"},
		{"a.txt", "# nothing\n", "no split"},
		{"a.txt", "chair\n" + good, `line 1: "chair" above [A]`},
		{"a.txt", "[A]\nchair\n", "no classes below [B]"},
		{"a.txt", "[A]\n[B]\nchair\n", "no classes below [A]"},
		{"a.txt", good + "[A]\nrose\n", "line 6: a second [A]"},
		{"a.txt", good + "[C]\nrose\n", "no class of zoo meets the pattern \"[C]\""},
		{"a.txt", "[A]\nanimal_[\n[B]\nchair\n", "line 2: pattern \"animal_[\""},
		{"1.txt", good, "line such as name: animals"},
		{"whole.txt", good, "whole"},
		{"ähm.txt", "name: 12\n" + good, `line 1: split name "12"`},
		{"a.txt", "name: natman\n" + good, "natman"},
		{"a.txt", "name: a/b\n" + good, `"a/b"`},
		{"a.txt", "name: x\n" + good + "name: x\n" + good, `line 7: a second split "x"`},
		{"a.txt", good + "name: x\n" + good, "the first has no name"},
		{"a.txt", "name: x\n" + good + "name: y\n", "line 7 has no classes below [A]"},
		{"a.txt", "[A]\nanimal_*\n[B]\nchiar\ntable\n", `line 4: zoo has no class "chiar"; did you mean chair?`},
		{"a.txt", "[A]\nanimal_*\n[B]\nxylophone\ntable\n", "its classes are animal_cat, animal_dog, animal_é, " +
			"chair, dog [small], rose, ... (7)"},
		{"a.txt", "[A]\nplant_*\n[B]\nchair\ntable\n", `line 2: no class of zoo meets the pattern "plant_*"`},
		{"a.txt", "[A]\nanimal_*\n[B]\n*_dog\ntable\n",
			`line 4: class animal_dog is in B by "*_dog" and in A by line 2 ("animal_*")`},
		{"a.txt", "[A]\nrose\n[B]\nchair\ntable\n", "task A of the split a has one class of zoo, rose"},
	} {
		all, err := parseSplits(c.file, []byte(c.text))
		if err == nil {
			_, err = all[0].Of(zoo())
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
			t.Errorf("%q: %v, want an error with %q", c.text, err, c.want)
		}
	}
	for _, s := range []Split{{Name: "3", A: []int{0, 1}, B: []int{2, 3}}, {Name: "x", A: []int{0}, B: []int{2, 3}},
		{Name: "x", A: []int{1, 0}, B: []int{2, 3}}, {Name: "x", A: []int{0, 1}, B: []int{1, 3}}, {Name: "x",
			A: []int{0, 1}, B: []int{2, 7}}} {
		if err := s.Check(zoo()); err == nil {
			t.Errorf("%+v is taken for a split of 7 classes", s)
		}
	}
}

// TestReadSplits reads a file of Windows, and refuses what is no file.
func TestReadSplits(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "pets.txt")
	if err := os.WriteFile(file, []byte("\xef\xbb\xbf[A]\r\nanimal_*\r\n[B]\r\nchair\r\ntable\r\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	all, err := ReadSplits(file)
	if err != nil || all[0].Name != "pets" {
		t.Fatalf("%+v, %v; want the split pets", all, err)
	}
	for _, bad := range []string{dir, filepath.Join(dir, "none.txt")} {
		if _, err := ReadSplits(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v, want an error that names it", bad, err)
		}
	}
}
