package formats

import (
	"strings"
	"testing"
)

func FuzzAnnotations(f *testing.F) {
	f.Add([]byte("val_0.JPEG\tn02666196\t0\t0\t1\t1\r\n\nval_1.JPEG\tn01443537\n"))
	f.Add([]byte("a\tb\na\tc"))
	f.Add([]byte("/\t0")) // once taken for a file name
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseAnnotations(data)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, a := range list {
			if a.file == "" || a.class == "" || strings.Contains(a.file, "/") || seen[a.file] {
				t.Errorf("accepted %+v", a)
			}
			seen[a.file] = true
		}
	})
}
