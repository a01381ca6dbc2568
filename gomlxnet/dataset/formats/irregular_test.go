//go:build unix

package formats

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"coadapt/gomlxnet/dataset"
	"coadapt/gomlxnet/dataset/datatest"
)

// Links and pipes: one that is no picture is passed over, one that is named as a picture is a bad picture.
func TestIrregularFiles(t *testing.T) {
	dir := datatest.Tree(t, datatest.Plain(t))
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for name, target := range map[string]string{"train/cat/notes.txt": "/nonexistent/a.txt", "train/cat/up": "..",
		"train/loop": "../..", "far": "../.."} {
		if err := os.Symlink(target, at(name)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	if err := syscall.Mkfifo(at("train/cat/pipe"), 0o644); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	src, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src.Len(dataset.Train) != 4 || len(src.Classes()) != 2 {
		t.Errorf("%d training pictures of %d classes, want 4 of 2", src.Len(dataset.Train), len(src.Classes()))
	}
	if got := passedReasons(t, src); got["links to a folder above them"] != 3 || got["no regular files"] != 2 {
		t.Errorf("passed over %v, want 3 links to folders above, a link to nothing and a pipe", got)
	}
	for name, c := range map[string]struct {
		make func(file string) error
		want string
	}{
		"train/cat/p.png":  {func(f string) error { return syscall.Mkfifo(f, 0o644) }, "pipe"},
		"train/cat/l.jpeg": {func(f string) error { return os.Symlink("/nonexistent/a.jpg", f) }, "link to nothing"},
	} {
		if err := c.make(at(name)); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), dir, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) ||
			!strings.Contains(err.Error(), "-skip-bad") {
			t.Errorf("%s: %v, want an error with its name, %q and -skip-bad", name, err, c.want)
		}
		src, err := Open(t.Context(), dir, Options{Bad: dataset.BadSkips})
		if err != nil {
			t.Fatal(err)
		}
		task, err := dataset.NewTask(t.Context(), src, []int{0, 1}, dataset.TaskOptions{Bad: dataset.BadSkips})
		if err != nil || task.NumTrain() != 4 || len(task.Bad()) != 1 || !strings.Contains(task.Bad()[0].Name, name) {
			t.Errorf("%s left out: %v", name, err)
		}
		if err := os.Remove(at(name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(t.Context(), at("train/cat/pipe"), Options{}); err == nil ||
		!strings.Contains(err.Error(), "pipe") {
		t.Errorf("a pipe in place of the data: %v", err)
	}
}
