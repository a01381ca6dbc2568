package formats

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset/picture"
)

// trainFolders finds trees of pictures by their train/.
func trainFolders(t *tree) (list []found, err error) {
	roots, err := t.roots()
	for _, r := range roots {
		list = append(list, found{"pictures in " + r + "train/", r, openFolder})
	}
	return list, err
}

// classFolderRoot finds a folder of classes that is not divided into train/ and test/.
func classFolderRoot(t *tree) ([]found, error) {
	root, ok, err := t.flatRoot()
	if !ok || err != nil {
		return nil, err
	}
	return []found{{"classes in " + root, root, openFolder}}, nil
}

// roots are the folders that hold a train/ with pictures in it. What lies within another's root belongs to that.
func (t *tree) roots() ([]string, error) {
	has := map[string]bool{} // whether a picture was seen
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
	var list []string
	for root, pictures := range has {
		inner := false
		for other, too := range has {
			inner = inner || too && other != root && strings.HasPrefix(root, other)
		}
		if pictures && !inner {
			list = append(list, root)
		}
	}
	slices.Sort(list)
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

// flatRoot is the deepest folder that holds all pictures; ok is false unless these lie in two or more folders of it.
func (t *tree) flatRoot() (dir string, ok bool, err error) {
	root, found := "", false
	classes := map[string]bool{}
	var pictures []string
	for i := range t.files {
		k, err := t.look(&t.files[i])
		if err != nil {
			return "", false, err
		}
		if k == picture.None {
			continue
		}
		dir := path.Dir(t.files[i].name) + "/"
		if !found {
			root, found = dir, true
		}
		for !strings.HasPrefix(dir, root) {
			root = strings.TrimPrefix(path.Dir(strings.TrimSuffix(root, "/"))+"/", "./")
		}
		pictures = append(pictures, t.files[i].name)
	}
	root = strings.TrimPrefix(root, "./")
	for _, name := range pictures {
		if class, _, inside := strings.Cut(strings.TrimPrefix(name, root), "/"); inside {
			classes[class] = true
		}
	}
	return root, len(classes) >= 2, nil
}
