package bridge

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// What GoNB v0.11.5 sends with -raw_error=true, recorded.
func recorded(value string, traceback ...string) failed {
	return failed{count: 9, cells: map[int]cell{}, value: value, traceback: traceback}
}

func (f failed) in(source string) failed {
	f.cells[f.count] = cell{source: source, code: source}
	return f
}

func TestCompileErrors(t *testing.T) {
	f := recorded("# gonb_e5a73343\n./main.go:10:1: declared and not used: x\n./main.go:10:6: undefined: foo\n",
		"# gonb_e5a73343", "Cell[9]: Line 2\n\nfunc main() {\n\tflag.Parse()\nx := foo(1)\n^\n\n\n\ndeclared "+
			"and not used: x",
		"Cell[9]: Line 2\n\nfunc main() {\n\tflag.Parse()\nx := foo(1)\n     ^\n\n\n\nundefined: foo",
		"").in("%%\nx := foo(1)\n")
	const unused = "line 2: declared and not used: x (use x in this cell, write _ = x, or leave it out)"
	want := failure{"compile error", unused,
		[]string{unused + "\n    x := foo(1)\n    ^", "line 2: undefined: foo\n    x := foo(1)\n         ^"}}
	if got := f.explain(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	// GoNB writes declarations anew: its column is not the cell's.
	f = recorded("# gonb_e5a73343\n./main.go:8:10: cannot use \"a\" (untyped string constant) as int value in "+
		"variable declaration\n",
		"# gonb_e5a73343", "Cell[9]: Line 3\n)\n\nvar (\n\tV int = \"a\"\n         ^\n)\n\n\ncannot use \"a\" "+
			"(untyped string constant) as int value in variable declaration", "").
		in("\n\nvar V int = \"a\"")
	if got := f.explain(); !strings.HasSuffix(got.traceback[0], "\n    var V int = \"a\"\n                ^") ||
		!strings.HasPrefix(got.value, "line 3: cannot use") {
		t.Errorf("got %q", got)
	}
	// A declaration of an earlier cell, and a tab before the error.
	f = recorded("# gonb_1\n./main.go:9:9: undefined: zz\n", "# gonb_1",
		"Cell[4]: Line 2\n\nfunc f() int {\n\treturn zz\n        ^\n}\n\nundefined: zz", "").in("%%\nf()")
	f.cells[4] = cell{source: "func f() int {\n\treturn zz\n}"}
	if got := f.explain(); got.traceback[0] != "cell [4], line 2: undefined: zz\n    \treturn zz\n    \t       ^" {
		t.Errorf("got %q", got)
	}
	// An expression's program has two lines more.
	f = recorded("# gonb_1\n./main.go:12:1: undefined: zz\n", "# gonb_1",
		"Cell[9]: Line 3\nos.WriteFile(\nzz + 1)), 0o600)\n^\n}\n\nundefined: zz", "")
	f.cells[9] = prepare("zz + 1", "")
	if got := f.explain(); got.value != "line 1: undefined: zz" {
		t.Errorf("got %q", got)
	}
	// A name that the standard library does not have; a variable that is called as a package is none.
	f = recorded("# gonb_1\n./main.go:9:1: undefined: fmt\n", "# gonb_1",
		"Cell[9]: Line 2\n\nfunc main() {\nfmt.Printn(1)\n^\n}\n\nundefined: fmt", "").in("%%\nfmt.Printn(1)")
	if got := f.explain(); got.value != "line 2: undefined: fmt.Printn: package fmt has no such name" {
		t.Errorf("got %q", got)
	}
	f = recorded("# gonb_1\n./main.go:9:1: undefined: time\n", "# gonb_1",
		"Cell[9]: Line 2\n\nfunc main() {\ntime++\n^\n}\n\nundefined: time", "").in("%%\ntime++")
	if got := f.explain(); got.value != "line 2: undefined: time" {
		t.Errorf("got %q", got)
	}
	// The compiler goes on about an error on lines of their own.
	f = recorded("# gonb_1\n./main.go:9:3: not enough arguments in call to f\n\thave ()\n\twant (int)\n", "# gonb_1",
		"Cell[9]: Line 2\nf()\n  ^\n\nnot enough", "\thave ()", "\twant (int)", "").in("%%\nf()")
	if got := f.explain(); len(got.traceback) != 1 ||
		!strings.HasSuffix(got.traceback[0], "\n\thave ()\n\twant (int)") {
		t.Errorf("got %q", got)
	}
}

func TestSyntaxErrors(t *testing.T) {
	f := recorded("/tmp/gonb_1/main.go:8:3: expected '}', found 'EOF'",
		"for {\n\n\n}\n  ^\n\n\nexpected '}', found 'EOF'").in("%%\nfor {\n")
	if got := f.explain(); got.name != "syntax error" || !strings.HasPrefix(got.value, "line 3: expected") {
		t.Errorf("got %q", got)
	}
	f = recorded("/tmp/gonb_1/main.go:3:1: expected declaration, found x",
		"Cell[9]: Line 1\npackage main\n\nx := 1\n^\n\n\nexpected declaration, found x").in("x := 1")
	if got := f.explain(); got.value != "line 1: expected declaration, found x (statements go below a line with %%)" {
		t.Errorf("got %q", got)
	}
}

func TestOtherErrors(t *testing.T) {
	f := recorded("failed to run \"/home/a b/shim/go get\": exit status 1\n\ngo: module no.such/pkg: module lookup " +
		"disabled by GOPROXY=off\n").in("import \"no.such/pkg\"")
	if got := f.explain(); got.name != "import error" ||
		got.value != "go: module no.such/pkg: module lookup disabled by GOPROXY=off" {
		t.Errorf("got %q", got)
	}
	f = recorded("failed to run \"/shim/go get\": exit status 1\n\ngo: gonb_1 imports\n\tcoadapt/no: package " +
		"coadapt/no is not in std\n").in("import \"coadapt/no\"")
	if got := f.explain(); got.name != "import error" || got.value != "coadapt/no: package coadapt/no is not in std" {
		t.Errorf("got %q", got)
	}
	const cd = "executing special commands in cell: `%cd \"/nope\"` failed: chdir /nope: no such file or directory"
	if got := recorded(cd, cd).in("%cd /nope").explain(); !reflect.DeepEqual(got, failure{"error", cd, []string{cd}}) {
		t.Errorf("got %q", got)
	}
}

func TestProgramsEnd(t *testing.T) {
	const mark = " \x1b[7m[[ Cell [7] Line 1 ]]\x1b[0m "
	f := recorded("exit status 2", "exit status 2").in("%%\n\ng(3)")
	f.cells[7] = cell{source: "func g(n int) { panic(n) }"}
	dir := t.TempDir()
	composed := filepath.Join(dir, "main.go")
	if err := os.WriteFile(composed, []byte("package main\n\nfunc main() {\ng(3)\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.stderr = "warming up\npanic: boom 3 [recovered, repanicked]\n\tpanic: boom 4\n\ngoroutine 1 " +
		"[running]:\npanic({0x1, 0x2})\n\t/go/src/runtime/panic.go:783 +0x1\nmain.g(...)\n\t" + mark +
		"/tmp/gonb_1/main.go:8\nmain.main()\n\t" + composed +
		":4 +0xa5\nother.Do()\n\t/go/other.go:5 +0x1\n\ngoroutine 2 [running]:\nmain.h()\n\t/x.go:1\n"
	want := failure{"panic", "boom 3 [recovered, repanicked]",
		[]string{"panic: boom 3 [recovered, repanicked]\n\tpanic: boom 4",
			"cell [7], line 1, in main.g\n    func g(n int) { panic(n) }", "line 3, in main.main\n    g(3)",
			"/go/other.go:5, in other.Do"}}
	if got := f.explain(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	f = recorded("exit status 2").in("%%\nselect {}")
	f.stderr = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no " +
		"cases)]:\nmain.main()\n\t/tmp/gonb_1/main.go:10 +0x6\nexit status 2\n"
	if got := f.explain(); got.name != "fatal error" || got.value != "all goroutines are asleep - deadlock!" {
		t.Errorf("got %q", got)
	}
	f = recorded("exit status 1").in("%%\nos.Exit(1)")
	f.stderr = "first\ncannot open shapes: no such folder\n"
	if got := f.explain(); !reflect.DeepEqual(got,
		failure{"exit status 1", "cannot open shapes: no such folder", []string{"exit status 1"}}) {
		t.Errorf("got %q", got)
	}
	f.stderr = ""
	if got := f.explain(); got.value != "the cell's program ended with exit status 1" {
		t.Errorf("got %q", got)
	}
}
