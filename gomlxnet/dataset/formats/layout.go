package formats

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset/picture"
)

// trainFolders finds trees of pictures: the folders that hold a train/ with pictures in it. What lies within another's
// root belongs to that.
func trainFolders(t *tree) (list []found, err error) {
	has := map[string]bool{} // whether a picture was seen, by root
	for i := range t.files {
		root, ok := trainRoot(t.files[i].name)
		if !ok || has[root] {
			continue
		}
		k, err := t.look(&t.files[i])
		if err != nil {
			return nil, err
		}
		has[root] = k != picture.None
	}
	for _, root := range slices.Sorted(maps.Keys(has)) { // an outer one comes before those within it
		within := len(list) > 0 && strings.HasPrefix(root, list[len(list)-1].dir)
		if has[root] && !within {
			list = append(list, found{"pictures in " + root + "train/", root, openFolder})
		}
	}
	return list, nil
}

// trainRoot is what comes before the first train/ of a path, in letters of either case.
func trainRoot(name string) (root string, ok bool) {
	for at := 0; ; {
		part, _, more := strings.Cut(name[at:], "/")
		if !more {
			return "", false
		}
		if strings.EqualFold(part, "train") {
			return name[:at], true
		}
		at += len(part) + 1
	}
}

// part is the folder at the root that has a name, in letters of either case, with a slash; "" where there is none.
func (t *tree) part(name string) (string, error) {
	found := ""
	for _, e := range t.files {
		part, _, inside := strings.Cut(e.name, "/")
		if !inside || !strings.EqualFold(part, name) || part+"/" == found {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("%s has both %s%s and %s%s/; put the pictures into one", t.where, t.prefix, found,
				t.prefix, part)
		}
		found = part + "/"
	}
	return found, nil
}

// classFolderRoot finds a folder of classes that is not divided into train/ and test/: the deepest folder that holds
// all pictures, if these lie in two or more folders of it.
func classFolderRoot(t *tree) ([]found, error) {
	var pictures []string // ascending
	for i := range t.files {
		k, err := t.look(&t.files[i])
		if err != nil {
			return nil, err
		}
		if k != picture.None {
			pictures = append(pictures, t.files[i].name)
		}
	}
	if len(pictures) == 0 {
		return nil, nil
	}
	first, last, same := pictures[0], pictures[len(pictures)-1], 0
	for same < min(len(first), len(last)) && first[same] == last[same] {
		same++
	}
	root := first[:strings.LastIndex(first[:same], "/")+1]
	classes := map[string]bool{}
	for _, name := range pictures {
		if class, _, inside := strings.Cut(name[len(root):], "/"); inside {
			classes[class] = true
		}
	}
	if len(classes) < 2 {
		return nil, nil
	}
	return []found{{"classes in " + root, root, openFolder}}, nil
}
