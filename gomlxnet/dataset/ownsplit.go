package dataset

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"coadapt/gomlxnet/durable"
	"coadapt/gomlxnet/nearest"

	"golang.org/x/text/unicode/norm"
)

// A split file divides classes as its author likes. It is a text of lines:
//
//	# Animals against things; other classes are left out.
//	name: animals
//	[A]
//	animal_*
//	goldfish
//	[B]
//	chair
//	table
//
// Below [A] and [B] stand the classes of the two tasks, a name or a pattern of [path.Match] in each line: * is any
// letters, ? any one, [ab] a or b. A line that begins with # is a comment. The line "name:" may be left out in a file
// of one split, which is then called as the file is, less what is neither letter nor digit. A file may have several
// splits: each begins with its name.

// SplitText is a split as a split file has it: names and patterns, which [SplitText.Of] looks up among the classes of
// a source.
type SplitText struct {
	Name string
	file string
	line int // at which it begins
	half [2][]splitLine
	has  [2]bool
}

// splitLine is a name or a pattern.
type splitLine struct {
	text string
	line int
}

// ownName is what a split of one's own may be called, so that names of nets parse back.
var ownName = regexp.MustCompile(`^[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*$`)

// CheckSplitName refuses a name that a split of one's own cannot have: it has letters and digits, a letter at least,
// and is not one of those that are taken.
func CheckSplitName(name string) error {
	if !ownName.MatchString(name) || slices.Contains(takenNames, name) {
		return fmt.Errorf("split name %q: want letters and digits with at least one letter, such as animals, but "+
			"not %s", name, strings.Join(takenNames, ", "))
	}
	return nil
}

// takenNames are those of splits that are not in a file.
var takenNames = []string{"natman", "whole", PairSplit, "pretrained"}

// maxSplitFile is the most bytes of a split file.
const maxSplitFile = 1 << 30

// ReadSplits reads a split file.
func ReadSplits(file string) ([]SplitText, error) {
	data, err := durable.ReadFile(file, maxSplitFile)
	if err != nil {
		return nil, fmt.Errorf("%w; want a text file with classes below [A] and below [B]", err)
	}
	return parseSplits(file, data)
}

// parseSplits reads the text of a split file. file is its name, for messages and for a split without a name of its own.
// It fails for a line that it does not know, a name that cannot be one or occurs twice, and a split that lacks a task.
func parseSplits(file string, data []byte) ([]SplitText, error) {
	var all []SplitText
	task, n := -1, 0
	at := func(format string, args ...any) error {
		return fmt.Errorf("%s line %d: %w", file, n, fmt.Errorf(format, args...))
	}
	for line := range strings.Lines(PlainText(data)) {
		n++
		line = strings.TrimSpace(line)
		name, named := strings.CutPrefix(line, "name:")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case named:
			name = strings.TrimSpace(name)
			if err := CheckSplitName(name); err != nil {
				return nil, at("%w", err)
			}
			if slices.ContainsFunc(all, func(s SplitText) bool { return s.Name == name }) {
				return nil, at("a second split %q; give each another name", name)
			}
			if len(all) == 1 && all[0].Name == "" {
				return nil, at("a second split in the file, and the first has no name; begin that with a line such " +
					"as name: animals")
			}
			all, task = append(all, SplitText{Name: name, file: file, line: n}), -1
		case line == "[A]" || line == "[B]":
			if len(all) == 0 {
				all = append(all, SplitText{file: file, line: n})
			}
			task = int(line[1] - 'A')
			last := &all[len(all)-1]
			if last.has[task] {
				return nil, at("a second %s; put all of its classes below one", line)
			}
			last.has[task] = true
		case task < 0:
			return nil, at("%q above [A] and [B]; want name: NAME, [A], [B] or a comment, and classes below [A] or "+
				"[B]", line)
		default:
			if _, err := path.Match(line, ""); err != nil {
				return nil, at("pattern %q: want a class or a pattern such as animal_*; brackets hold letters, as "+
					"[ab] does", line)
			}
			last := &all[len(all)-1]
			last.half[task] = append(last.half[task], splitLine{line, n})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no split; want classes, one a line, below a line [A] and below a line [B]", file)
	}
	for i := range all {
		if err := all[i].complete(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// complete names a split by its file where it has no name, and refuses one that lacks a task.
func (s *SplitText) complete() error {
	for task, of := range s.half {
		if len(of) == 0 {
			return fmt.Errorf("%s: the split that begins on line %d has no classes below [%c]; both tasks want at "+
				"least two", s.file, s.line, 'A'+task)
		}
	}
	if s.Name != "" {
		return nil
	}
	base := filepath.Base(s.file)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	s.Name = strings.Map(func(r rune) rune {
		if r < 0x80 && ownName.MatchString("a"+string(r)) {
			return r
		}
		return -1
	}, name)
	if err := CheckSplitName(s.Name); err != nil {
		return fmt.Errorf("%s: the file's name makes no name for its split; put a line such as name: animals first "+
			"(%w)", s.file, err)
	}
	return nil
}

// Of looks the split's names and patterns up among the classes of a source. It fails where one of them meets no class,
// a class is in both tasks, or a task has fewer than two classes.
func (s SplitText) Of(src Source) (Split, error) {
	var half [2][]int
	classes := src.Classes()
	whose := map[int]splitLine{}
	for task, lines := range s.half {
		mine := map[int]bool{}
		for _, l := range lines {
			found := meets(classes, l.text)
			if len(found) == 0 {
				return Split{}, s.missing(classes, src.Name(), l)
			}
			for _, c := range found {
				if first, twice := whose[c]; twice && !mine[c] {
					return Split{}, fmt.Errorf("%s line %d: class %s is in B by %q and in A by line %d (%q); a "+
						"class is in one task or in none",
						s.file, l.line, classes[c].Name, l.text, first.line, first.text)
				}
				whose[c], mine[c] = l, true
			}
		}
		half[task] = slices.Sorted(maps.Keys(mine))
		if len(mine) < 2 {
			return Split{}, fmt.Errorf("%s: task %c of the split %s has one class of %s, %s; both tasks want at "+
				"least two", s.file, 'A'+task, s.Name, src.Name(), classes[half[task][0]].Name)
		}
	}
	return Split{Name: s.Name, A: half[0], B: half[1]}, nil
}

// meets are the classes of a name or, if none has it, of a pattern.
func meets(classes []Class, text string) []int {
	var found []int
	for i, c := range classes {
		if norm.NFC.String(c.Name) == norm.NFC.String(text) {
			return []int{i}
		}
		// parseSplits has checked the pattern
		if ok, _ := path.Match(norm.NFC.String(text), norm.NFC.String(c.Name)); ok {
			found = append(found, i)
		}
	}
	return found
}

// missing is the error about a line that meets no class.
func (s SplitText) missing(classes []Class, source string, l splitLine) error {
	var names []string
	for _, c := range classes {
		names = append(names, c.Name)
	}
	if strings.ContainsAny(l.text, `*?[`) {
		return fmt.Errorf("%s line %d: no class of %s meets the pattern %q; its classes are %s", s.file, l.line,
			source, l.text, some(names))
	}
	if near := nearest.Name(l.text, names); near != "" {
		return fmt.Errorf("%s line %d: %s has no class %q; did you mean %s?", s.file, l.line, source, l.text, near)
	}
	return fmt.Errorf("%s line %d: %s has no class %q; its classes are %s", s.file, l.line, source, l.text, some(names))
}

// some are the first names of a list, and how many there are.
func some(names []string) string {
	const most = 6
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, ... (%d)", strings.Join(names[:most], ", "), len(names))
}

// Check says what is wrong with a split of a source's classes that a program made: its name, a class out of range, out
// of order or in both tasks, a task of fewer than two classes.
func (s Split) Check(src Source) error {
	if err := CheckSplitName(s.Name); err != nil {
		return err
	}
	n := len(src.Classes())
	seen := map[int]bool{}
	for _, half := range []struct {
		name string
		of   []int
	}{{"A", s.A}, {"B", s.B}} {
		if len(half.of) < 2 {
			return fmt.Errorf("split %s: task %s has %d classes, want at least two", s.Name, half.name, len(half.of))
		}
		for i, c := range half.of {
			if c < 0 || c >= n || seen[c] || i > 0 && half.of[i-1] >= c {
				return fmt.Errorf("split %s: task %s has class %d; want ascending indices from 0 to %d, each in "+
					"one task", s.Name, half.name, c, n-1)
			}
			seen[c] = true
		}
	}
	return nil
}
