package bridge

import (
	"strings"
	"testing"
)

func TestHints(t *testing.T) {
	cells := map[int]cell{
		1: prepare("import \"coadapt/notebooks/nb\"\n\nvar lab = nb.Open(\"shapes\")", "runner"),
		2: prepare("%%\nresults := lab.Run(nb.Grid{})\nvar a, b = 1, 2\nx == y", "runner"),
		3: prepare("lab.Table(results)", "runner"),
	}
	f := failed{count: 3, cells: cells, root: "../.."} // the clone
	for msg, want := range map[string]string{
		"undefined: results":       "cell [2]",
		"undefined: b":             "cell [2]",
		"undefined: x":             "",
		"undefined: lab":           "run the cell that declares lab first",
		"undefined: labs":          "",
		"declared and not used: x": "_ = x",
		"lab.Table(results) (no value) used as value":                             "%%",
		"lab.Tabel undefined (type *nb.Lab has no field or method Tabel)":         "did you mean Table?",
		"lab.Cruve undefined (type *nb.Lab has no field or method Cruve)":         "did you mean Curve?",
		"lab.Xylophone undefined (type *nb.Lab has no field or method Xylophone)": "",
		"unknown field Cut in struct literal of type nb.Grid":                     "did you mean Cuts?",
		"undefined: nb.Gird":    "did you mean Grid?",
		"undefined: other.Gird": "",
		"cannot use 1 (untyped int constant) as string value in variable declaration": "",
	} {
		got := f.hint(msg)
		if want == "" && got != msg || !strings.Contains(got, want) {
			t.Errorf("%q became %q, want %q in it", msg, got, want)
		}
	}
}
