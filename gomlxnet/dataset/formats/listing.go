package formats

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"unicode/utf8"

	"coadapt/gomlxnet/dataset/picture"

	"golang.org/x/sync/errgroup"
)

// listFS walks a file system. Links to files and folders are followed, but not to a folder that the walk is in, nor to
// one of above, which are those that hold its root. Only regular files are ever opened.
func listFS(ctx context.Context, fsys fs.FS, where string, above ...fs.FileInfo) (*tree, error) {
	root, err := fs.Stat(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	t := &tree{where: where, folder: fsys, passed: &passedOver{}}
	w := walker{tree: t}
	w.group, w.ctx = errgroup.WithContext(ctx)
	w.group.SetLimit(runtime.GOMAXPROCS(0))
	w.group.Go(func() error { return w.walk(".", 0, append(slices.Clone(above), root)) })
	if err := w.group.Wait(); err != nil {
		return nil, err
	}
	return t, t.sort()
}

// walker lists the folders of a tree, several at a time.
type walker struct {
	*tree
	ctx   context.Context
	group *errgroup.Group
	mu    sync.Mutex // guards the tree's files and folders
}

// walk lists a folder, which is the last of above.
func (w *walker) walk(dir string, depth int, above []fs.FileInfo) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("%s: folders deeper than %d at %s; give the folder that holds train/", w.where, maxDepth, dir)
	}
	list, err := fs.ReadDir(w.folder, dir)
	if err != nil {
		return fmt.Errorf("%s: %w", w.where, err)
	}
	here := tree{where: w.where, passed: w.passed} // what lies right in it
	var folders []fs.FileInfo
	for _, e := range list {
		name := path.Join(dir, e.Name())
		if hidden(e.Name()) {
			w.passed.add(becauseHidden, name)
			continue
		}
		if !utf8.ValidString(name) {
			return fmt.Errorf("%s: the name %q is not UTF-8; rename the file (convmv does it for whole folders)",
				w.where, name)
		}
		info, err := e.Info()
		link := err == nil && info.Mode()&fs.ModeSymlink != 0
		if link {
			info, err = fs.Stat(w.folder, name)
		}
		switch {
		case link && err != nil:
			here.irregular(name, "a link to nothing")
		case err != nil:
			return fmt.Errorf("%s: %w", w.where, err)
		case info.IsDir() && slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }):
			w.passed.add("links to a folder above them", name)
		case info.IsDir():
			here.dirs, folders = append(here.dirs, name), append(folders, info)
		case !info.Mode().IsRegular():
			here.irregular(name, "a pipe, a socket or a device")
		default:
			s, _ := stampOf(info)
			here.files = append(here.files, entry{name: name, size: info.Size(), stamp: s})
		}
	}
	if err := w.add(here.files, here.dirs); err != nil {
		return err
	}
	for i, name := range here.dirs {
		within := func() error { return w.walk(name, depth+1, append(above[:len(above):len(above)], folders[i])) }
		if w.group.TryGo(within) {
			continue
		}
		if err := within(); err != nil {
			return err
		}
	}
	return nil
}

// add takes in what lies in a folder.
func (w *walker) add(files []entry, dirs []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files, w.dirs = append(w.files, files...), append(w.dirs, dirs...)
	if len(w.files)+len(w.dirs) > maxEntries {
		return fmt.Errorf("%s: more than %d files and folders", w.where, maxEntries)
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
