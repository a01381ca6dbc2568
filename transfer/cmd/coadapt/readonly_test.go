package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadOnlyStoreServesHits: a curve whose nets are all there is printed where nothing can be written; one that lacks
// a net says why.
func TestReadOnlyStoreServesHits(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may write anywhere")
	}
	args := tiny(t)
	if status, _, errs := coadapt(t, t.Context(), args...); status != 0 {
		t.Fatal(errs)
	}
	mode := func(dirs fs.FileMode) {
		err := filepath.WalkDir(os.Getenv("COADAPT_STORE"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				err = os.Chmod(path, dirs)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mode(0o555)
	defer mode(0o755)
	if status, _, errs := coadapt(t, t.Context(), args...); status != 0 ||
		!strings.Contains(errs, "0 trained now, 4 from the store") {
		t.Errorf("status %d: %s", status, errs)
	}
	if status, _, errs := coadapt(t, t.Context(), append(args, "-n", "2")...); status != 1 ||
		!strings.Contains(errs, "permission denied") {
		t.Errorf("nets that are not there: status %d: %s", status, errs)
	}
}
