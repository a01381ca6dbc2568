package dataset

import "testing"

// A kind is told by the first bytes, but for formats that are told by their names alone.
func TestKinds(t *testing.T) {
	for name, head := range map[string]string{"a.pgm": "P5\n24 24\n255\n", "a.avif": "\x00\x00\x00\x1cftypavif", "a": "\x00\x00\x00\x0cjP  \r\n", "a.tga": "\x00\x00\x02"} {
		if k := kindOf(name, []byte(head)); k != unread {
			t.Errorf("%s that starts with %q is of kind %d, want %d, a picture that is not read", name, head, k, unread)
		}
	}
	for name, head := range map[string]string{"a.txt": "P5 is a fine name", "a.xml": "<?xml", "a": "", "BMW.csv": "BMW,1,2,3,4,5,6"} {
		if k := kindOf(name, []byte(head)); k != noPicture {
			t.Errorf("%s that starts with %q is of kind %d, want none", name, head, k)
		}
	}
}
