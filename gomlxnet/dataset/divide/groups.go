package divide

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/durable"

	"golang.org/x/text/unicode/norm"
)

// Groups says which pictures belong together, such as those of one person, one plant or one film: a net that was
// trained on some of them knows too much of the others to be tested on them.
type Groups struct {
	file  string
	lines []groupLine
	loose int // lines that meet no picture; set when they are looked up
}

// groupLine is a picture and its group.
type groupLine struct {
	file, group string
	line        int
}

// maxFile is the most bytes of a table of groups.
const maxFile = 1 << 30

// ReadGroups reads a table of comma-separated values, as spreadsheets write it: a line a picture, with its file and
// its group. The first line may name the columns; of more than two those called "file" and "group" count. A file is
// named by its path from the folder of the data, or by as much of the path's end as tells it from all others.
func ReadGroups(file string) (*Groups, error) {
	data, err := durable.ReadFile(file, maxFile)
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	bad := func(format string, args ...any) (*Groups, error) {
		return nil, fmt.Errorf("groups %s: %w", file, fmt.Errorf(format, args...))
	}
	r := csv.NewReader(strings.NewReader(dataset.PlainText(data)))
	g := &Groups{file: file}
	at, group := 0, 1
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return bad("%w; want lines of file,group", err)
		}
		line, _ := r.FieldPos(0)
		if len(g.lines) == 0 && line == 1 {
			f, k := slices.Index(row, "file"), slices.Index(row, "group")
			if f >= 0 && k >= 0 {
				at, group = f, k
				continue
			}
			if len(row) != 2 {
				return bad("line 1 has %d columns, none of them called file or none group; want two, or columns of "+
					"these names", len(row))
			}
		}
		name := path.Clean(strings.ReplaceAll(strings.TrimSpace(row[at]), `\`, "/"))
		of := strings.TrimSpace(row[group])
		if row[at] == "" || of == "" {
			return bad("line %d: file %q, group %q; want both", line, row[at], of)
		}
		g.lines = append(g.lines, groupLine{norm.NFC.String(name), of, line})
	}
	if len(g.lines) == 0 {
		return bad("no line; want lines of file,group")
	}
	return g, nil
}

// of looks up the group of every picture; without groups each picture is one of its own. It fails for a source that
// has no files, a picture without a group or with two, and a file that may be several pictures.
func (g *Groups) of(src dataset.Source, all []place) (grouping, error) {
	out := grouping{of: make([]int, len(all))}
	if g == nil {
		for i, at := range all {
			out.of[i], out.names = i, append(out.names, ident(src, at))
		}
		return out, nil
	}
	byBase := map[string][]int{}
	files := make([]string, len(all))
	for i, at := range all {
		files[i] = norm.NFC.String(pathOf(src, at))
		if files[i] == "" {
			return out, fmt.Errorf("groups %s: the pictures of %s are in no files of their own, so that none can "+
				"be named", g.file, src.Name())
		}
		out.of[i] = -1
		byBase[path.Base(files[i])] = append(byBase[path.Base(files[i])], i)
	}
	number, from := map[string]int{}, map[int]int{}
	g.loose = 0
	for _, l := range g.lines {
		var found []int
		for _, i := range byBase[path.Base(l.file)] {
			if files[i] == l.file || strings.HasSuffix(files[i], "/"+strings.TrimPrefix(l.file, "/")) {
				found = append(found, i)
			}
		}
		if len(found) > 1 {
			return out, fmt.Errorf("groups %s line %d: %s is the end of two files, %s and %s; give more of the path",
				g.file, l.line, l.file, all[found[0]].describe(src), all[found[1]].describe(src))
		}
		if len(found) == 0 {
			g.loose++
			continue
		}
		k, known := number[l.group]
		if !known {
			k = len(out.names)
			number[l.group], out.names = k, append(out.names, l.group)
		}
		i := found[0]
		if out.of[i] >= 0 && out.of[i] != k {
			return out, fmt.Errorf("groups %s line %d: %s is of group %q, and of %q on line %d", g.file, l.line,
				l.file, l.group, out.names[out.of[i]], from[i])
		}
		out.of[i], from[i] = k, l.line
	}
	return out, g.missing(src, all, out)
}

// missing is an error where pictures have no group.
func (g *Groups) missing(src dataset.Source, all []place, of grouping) error {
	first, n := "", 0
	for i, at := range all {
		if of.of[i] >= 0 {
			continue
		}
		if n++; n == 1 {
			first = at.describe(src)
		}
	}
	if n == 0 {
		return nil
	}
	text := fmt.Sprintf("groups %s: %d of %d pictures have no group, the first is %s", g.file, n, len(all), first)
	if n == len(all) {
		text += fmt.Sprintf("; line %d names %s", g.lines[0].line, g.lines[0].file)
	}
	return errors.New(text + "; want a line for each picture, with its path from the folder of the data")
}

// apart refuses a group that is in both parts.
func (g *Groups) apart(src dataset.Source, all []place, of grouping) error {
	first := map[int]place{}
	for i, at := range all {
		was, seen := first[of.of[i]]
		if !seen {
			first[of.of[i]] = at
			continue
		}
		if was.part != at.part {
			return fmt.Errorf("groups %s: group %q is in both parts, with %s and with %s; divide all pictures anew "+
				"by -folds 5 -fold 1, in a notebook nb.Fold(1, 5)", g.file, of.names[of.of[i]], was.describe(src),
				at.describe(src))
		}
	}
	return nil
}

// says is a clause about the groups, for people.
func (g *Groups) says(of grouping) string {
	s := fmt.Sprintf(", no group in both parts (%d groups of %s", len(of.names), path.Base(g.file))
	if g.loose > 0 {
		s += fmt.Sprintf("; %d of its lines meet no picture", g.loose)
	}
	return s + ")"
}
