package formats

import (
	"maps"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset/picture"

	"golang.org/x/text/unicode/norm"
)

// classFolder is a class with its pictures, ascending.
type classFolder struct {
	name  string
	files []string
}

// classFolders lists the folders right below dir with all pictures in them, however deep. A picture is told by its
// name or its first bytes; other files (boxes, notes) are passed over. Names that differ in nothing but how accents
// are written are one class, called as the first of them.
func classFolders(t *tree, dir string) ([]*classFolder, error) {
	found := map[string]*classFolder{}
	get := func(name string) *classFolder {
		key := norm.NFC.String(name)
		if found[key] == nil {
			found[key] = &classFolder{name: name}
		}
		return found[key]
	}
	for _, d := range t.dirs {
		if rest, ok := strings.CutPrefix(d, dir); ok && rest != "" {
			name, _, _ := strings.Cut(rest, "/")
			get(name)
		}
	}
	for i := range t.files {
		e := &t.files[i]
		rest, ok := strings.CutPrefix(e.name, dir)
		name, _, inside := strings.Cut(rest, "/")
		if !ok || !inside {
			continue
		}
		k, err := t.look(e)
		if err != nil {
			return nil, err
		}
		if k == picture.Readable || k == picture.Unread {
			c := get(name)
			c.files = append(c.files, e.name)
		}
	}
	byName := func(a, b *classFolder) int { return strings.Compare(a.name, b.name) }
	return slices.SortedFunc(maps.Values(found), byName), nil
}

// examples are the names of the first classes.
func examples(list []*classFolder) string {
	var names []string
	for _, c := range list[:min(3, len(list))] {
		names = append(names, c.name)
	}
	if len(list) > 3 {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
}
