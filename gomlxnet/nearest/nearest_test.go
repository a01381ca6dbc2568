package nearest

import "testing"

func TestNearest(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{"Tabel", "Table"}, {"table", "Table"}, {"Tabl", "Table"}, {"Table2013", "Table2014"}, {"", ""}, {"Q", ""},
	} {
		if got := Name(c.given, []string{"Curve", "Table", "Table2014"}); got != c.want {
			t.Errorf("nearest to %q is %q, want %q", c.given, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "ab", 2}, {"kitten", "sitting", 3}, {"tabel", "table", 1}, {"x", "x", 0}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q are %d changes, want %d", c.a, c.b, got, c.want)
		}
	}
}
