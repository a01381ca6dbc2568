package bridge

import "testing"

func TestCellsOfOtherEditors(t *testing.T) {
	const nbsp = "\u00a0"
	for _, c := range []struct{ source, want string }{
		{"%%\r\nfmt.Println(\"crlf\")\r\n", "%%\nfmt.Println(\"crlf\")\n"},
		{"%%\rx()", "%%\nx()"},
		{"\ufeff%%\nx()", "%%\nx()"},
		{"\ufeff%%bash\r\necho" + nbsp + "x", "%%bash\necho" + nbsp + "x"},
		{"%%writefile" + nbsp + "a.txt\na" + nbsp + "b", "%%writefile a.txt\na" + nbsp + "b"},
		{"%%" + nbsp + "-v\n" + nbsp + nbsp + "x :=" + nbsp + "1", "%% -v\n  x := 1"},
		{"!echo" + nbsp + "it's\nx :=\u20031\u200b", "!echo it's\nx := 1"},
		{"s := \"a" + nbsp + "b\"" + nbsp + "+" + nbsp + "`c" + nbsp + "`",
			"s := \"a" + nbsp + "b\" + `c" + nbsp + "`"},
		{"s := `a" + nbsp + "\n" + nbsp + "b`" + nbsp + "+ c", "s := `a" + nbsp + "\n" + nbsp + "b` + c"},
		{"x /*" + nbsp + "\n" + nbsp + "*/" + nbsp + "/ 2 //" + nbsp, "x /*" + nbsp + "\n" + nbsp + "*/ / 2 //" + nbsp},
		{`r := '\''` + nbsp + `+ "\"` + nbsp + `"` + nbsp, `r := '\'' + "\"` + nbsp + `" `},
		{"s := \"open" + nbsp + "\nx" + nbsp + "= 1", "s := \"open" + nbsp + "\nx = 1"},
		{"é := \"ü\"", "é := \"ü\""},
	} {
		if got := normal(c.source); got != c.want {
			t.Errorf("%q became %q, want %q", c.source, got, c.want)
		}
		if got := prepare(c.source, "").source; got != c.want {
			t.Errorf("%q is prepared as %q", c.source, got)
		}
	}
	if status, _ := completeness("%%\r\nif x {\r\n}\r\n"); status != "complete" {
		t.Errorf("a cell with CRLF is %s", status)
	}
}
