package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestWriteFileIsWhole: of several writers of one name each succeeds, and the file is that of one of them.
func TestWriteFileIsWhole(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.csv")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			err := WriteFile(name, func(w io.Writer) error {
				for range 1000 {
					if _, err := fmt.Fprintf(w, "%d\n", i); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	data, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(data, bytes.Repeat(data[:2], 1000)) {
		t.Errorf("%d bytes of several writers, %v", len(data), err)
	}
	fault := errors.New("disk full")
	if err := WriteFile(name, func(io.Writer) error { return fault }); !errors.Is(err, fault) {
		t.Error(err)
	}
	again, _ := os.ReadFile(name)
	list, _ := os.ReadDir(filepath.Dir(name))
	if !bytes.Equal(again, data) || len(list) != 1 {
		t.Errorf("a writer that failed left %v and changed the file", list)
	}
}
