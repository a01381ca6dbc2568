package picture

import "testing"

// A kind is told by the first bytes, but for formats that are recognised by their names alone.
func TestKinds(t *testing.T) {
	for name, head := range map[string]string{"a.pgm": "P5\n24 24\n255\n", "a.avif": "\x00\x00\x00\x1cftypavif",
		"a": "\x00\x00\x00\x0cjP  \r\n", "a.tga": "\x00\x00\x02"} {
		if k := KindOf(name, []byte(head)); k != Unread {
			t.Errorf("%s that starts with %q is of kind %d, want %d, a picture that is not read", name, head, k, Unread)
		}
	}
	for name, head := range map[string]string{"a.txt": "P5 is a fine name", "a.xml": "<?xml", "a": "",
		"BMW.csv": "BMW,1,2,3,4,5,6"} {
		if k := KindOf(name, []byte(head)); k != None {
			t.Errorf("%s that starts with %q is of kind %d, want none", name, head, k)
		}
	}
}
