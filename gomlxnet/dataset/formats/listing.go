package formats

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"coadapt/gomlxnet/dataset/picture"
)

// listFS walks a file system. Links to files and folders are followed, but not to a folder that the walk is in, nor to
// one of above, which are those that hold its root. Only regular files are ever opened.
func listFS(ctx context.Context, fsys fs.FS, where string, above ...fs.FileInfo) (*tree, error) {
	root, err := fs.Stat(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	t := &tree{where: where, fsys: fsys, passed: &passedOver{}}
	if err := t.walk(ctx, ".", 0, append(slices.Clone(above), root)); err != nil {
		return nil, err
	}
	return t, t.sort()
}

// walk lists a folder, which is the last of above.
func (t *tree) walk(ctx context.Context, dir string, depth int, above []fs.FileInfo) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("%s: folders deeper than %d at %s; give the folder that holds train/", t.where, maxDepth, dir)
	}
	list, err := fs.ReadDir(t.fsys, dir)
	if err != nil {
		return fmt.Errorf("%s: %w", t.where, err)
	}
	for _, e := range list {
		name := path.Join(dir, e.Name())
		if hidden(name) {
			t.passed.add(becauseHidden, name)
			continue
		}
		if !utf8.ValidString(name) {
			return fmt.Errorf("%s: the name %q is not UTF-8; rename the file (convmv does it for whole folders)", t.where, name)
		}
		info, err := e.Info()
		link := err == nil && info.Mode()&fs.ModeSymlink != 0
		if link {
			info, err = fs.Stat(t.fsys, name)
		}
		if len(t.files)+len(t.dirs) >= maxEntries {
			return fmt.Errorf("%s: more than %d files and folders", t.where, maxEntries)
		}
		switch {
		case link && err != nil:
			t.irregular(name, "a link to nothing")
		case err != nil:
			return fmt.Errorf("%s: %w", t.where, err)
		case info.IsDir() && slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }):
			t.passed.add("links to a folder above them", name)
		case info.IsDir():
			t.dirs = append(t.dirs, name)
			if err := t.walk(ctx, name, depth+1, append(above[:len(above):len(above)], info)); err != nil {
				return err
			}
		case !info.Mode().IsRegular():
			t.irregular(name, "a pipe, a socket or a device")
		default:
			t.files = append(t.files, entry{name: name, size: info.Size()})
		}
	}
	return nil
}

// irregular lists what is no regular file: as a bad picture where it is named as one, else it is passed over.
func (t *tree) irregular(name, what string) {
	if picture.HasEnding(name) {
		t.files = append(t.files, entry{name: name, bad: fmt.Errorf("is %s; only regular files are read", what)})
		return
	}
	t.passed.add("no regular files", name)
}

// holders are the folders that a folder lies in, as far as they can be looked at.
func holders(dir string) []fs.FileInfo {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil
	}
	var list []fs.FileInfo
	for up := filepath.Dir(real); ; up = filepath.Dir(up) {
		if info, err := os.Stat(up); err == nil {
			list = append(list, info)
		}
		if up == filepath.Dir(up) {
			return list
		}
	}
}
