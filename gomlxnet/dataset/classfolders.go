package dataset

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// classFolder is a class with its pictures, ascending.
type classFolder struct {
	name  string
	files []string
}

// classFolders lists the folders right below dir with all pictures in them, however deep. Files that are no pictures
// (boxes, thumbnails) are passed over; a picture in a format that is not read is an error, as leaving it out would be
// silent.
func classFolders(t *tree, dir string) ([]classFolder, error) {
	at := map[string]int{}
	var list []classFolder
	get := func(name string) *classFolder {
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name], list = i, append(list, classFolder{name: name})
		}
		return &list[i]
	}
	for _, d := range t.dirs {
		if rest, ok := strings.CutPrefix(d, dir); ok && rest != "" {
			name, _, _ := strings.Cut(rest, "/")
			get(name)
		}
	}
	for _, e := range t.files {
		rest, ok := strings.CutPrefix(e.name, dir)
		name, _, inside := strings.Cut(rest, "/")
		if !ok || !inside {
			continue
		}
		isPicture, err := pictureName(e.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.where, err)
		}
		if isPicture {
			c := get(name)
			c.files = append(c.files, e.name)
		}
	}
	slices.SortFunc(list, func(a, b classFolder) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// pictureName tells pictures by their ending.
func pictureName(name string) (bool, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg":
		return true, nil
	case ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".heic", ".avif":
		return false, fmt.Errorf("%s is in a format that is not read; convert it to PNG or JPEG", name)
	}
	return false, nil
}
