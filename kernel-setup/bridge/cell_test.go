package bridge

import (
	"reflect"
	"strings"
	"testing"
)

func TestCompleteness(t *testing.T) {
	for source, want := range map[string]string{
		"":                                     "complete",
		"func f() int { return 1 }":            "complete",
		"import \"fmt\"\n\n%%\nfmt.Println(1)": "complete",
		"%%\nfmt.Println(1)":                   "complete",
		"%main\nfmt.Println(1)":                "complete",
		"6 * 7":                                "complete",
		"!ls":                                  "complete",
		"!echo a \\\nb":                        "complete",
		"%%bash\nif true; then":                "complete", // bash's own grammar is not looked at
		"//gonb:%%\nfmt.Println(1)":            "complete",
		"%env A=1\nvar x = 1":                  "complete",
		"package main\nvar x = 1":              "complete",
		"var s = `a\nb`":                       "complete",
		"func f() {":                           "incomplete",
		"%%":                                   "incomplete",
		"%%bash":                               "incomplete",
		"%%\nif true {":                        "incomplete",
		"%%\nfor i := range 3 {\n\tfmt.Println(i)": "incomplete",
		"%%\nx := []int{\n1,":                      "incomplete",
		"type T struct {\n\ta int":                 "incomplete",
		"6 *":                                      "incomplete",
		"f(1,":                                     "incomplete",
		"!ls \\":                                   "incomplete",
		"var s = `a":                               "incomplete",
		"%%\n/* a":                                 "incomplete",
		"func f() } ":                              "invalid",
		"x := 1":                                   "invalid",
		"if true {":                                "invalid", // a statement needs %% above it
		"%%\nfmt.Println(1))":                      "invalid",
		"%%\ns := \"a":                             "invalid",
		"6 * * )":                                  "invalid",
		"%%\nimport \"os\"\nos.Exit(1)":            "invalid",
	} {
		if got, _ := completeness(source); got != want {
			t.Errorf("%q is %s, want %s", source, got, want)
		}
	}
	if _, indent := completeness("%%\n\tif true {"); indent != "\t\t" {
		t.Errorf("the line after an open brace is indented by %q, want one tab more than its own", indent)
	}
}

func TestSyntaxErrorsAreAtTheCellsLines(t *testing.T) {
	errs, _ := syntaxErrors("!ls\n%%\n\nfmt.Println(1))")
	if len(errs) == 0 || errs[0].Pos.Line != 4 || errs[0].Pos.Column != 15 {
		t.Errorf("got %v, want the first at line 4, column 15", errs)
	}
}

func TestPrepareLeavesGoAlone(t *testing.T) {
	for _, source := range []string{"", "%%\nfmt.Println(1)", "func f() {}", "%env A=1", "%%writefile a.txt\n!ls",
		"x := 1", "var x = 1\n%% a b\nx"} {
		if c := prepare(source, "/bin/runner"); c.code != source || c.added != 0 || c.value || len(c.commands) > 0 {
			t.Errorf("%q became %q", source, c.code)
		}
	}
}

func TestPrepareSendsCommandsThroughTheRunner(t *testing.T) {
	c := prepare("!ls -l \\\n  $HOME\nvar x = 1\n!*go mod tidy\n//gonb:!echo 'a'\n!  \n%%\nf()", "/a b/it's")
	if want := "!'/a b/it'\\''s' command 0\n\nvar x = 1\n!*'/a b/it'\\''s' command 1\n!'/a b/it'\\''s' command " +
		"2\n\n%%\nf()"; c.code != want {
		t.Errorf("the cell became\n%s\nwant\n%s", c.code, want)
	}
	want := []command{
		{0, "ls -l    $HOME", []string{"/bin/bash", "-c", "ls -l    $HOME"}, true},
		{3, "go mod tidy", []string{"/bin/bash", "-c", "go mod tidy"}, true},
		{4, "echo 'a'", []string{"/bin/bash", "-c", "echo 'a'"}, true},
	}
	if !reflect.DeepEqual(c.commands, want) {
		t.Errorf("commands %+v, want %+v", c.commands, want)
	}
	for source, argv := range map[string][]string{
		"%%bash\nls": {"bash"},
		"%%sh\n!ls":  {"sh"},
		"%%script python3 -c \"print(\\\"a\\\")\"": {"python3", "-c", "print(\"a\")"},
	} {
		c := prepare(source, `/a "b"`)
		if len(c.commands) != 1 || !reflect.DeepEqual(c.commands[0].argv, argv) {
			t.Errorf("%q runs %+v, want %q", source, c.commands, argv)
		}
		if first, _, _ := strings.Cut(c.code, "\n"); !reflect.DeepEqual(splitWords(first),
			[]string{"%%script", `/a "b"`, "command", "0"}) {
			t.Errorf("%q begins with %s", source, first)
		}
	}
}

func TestPrepareMakesAnExpressionAProgram(t *testing.T) {
	c := prepare("6 *\n7 // the answer", "/bin/runner")
	if !c.value || c.added != 2 {
		t.Fatalf("not seen as an expression: %+v", c)
	}
	lines := strings.Split(c.code, "\n")
	if lines[0] != "%%" || lines[2] != "6 *" || lines[3] != "7)), 0o600) // the answer" {
		t.Errorf("the program is\n%s", c.code)
	}
	if errs, _ := syntaxErrors(c.code); len(errs) > 0 {
		t.Errorf("it is no Go: %v", errs)
	}
}

func TestHistory(t *testing.T) {
	out := "42"
	h := history{{1, "a := 1", nil}, {2, "6*7", &out}, {3, "%%\nf()", nil}, {4, "6*7", &out}}
	two, three := 2, 3
	for name, c := range map[string]struct {
		request historyRequest
		want    [][]any
	}{
		"tail": {historyRequest{Access: "tail", N: &two}, [][]any{{1, 3, "%%\nf()"}, {1, 4, "6*7"}}},
		"range": {historyRequest{Access: "range", Session: 0, Start: 1, Stop: &three},
			[][]any{{1, 1, "a := 1"}, {1, 2, "6*7"}}},
		"range to end": {historyRequest{Access: "range", Session: 1, Start: 4}, [][]any{{1, 4, "6*7"}}},
		"past session": {historyRequest{Access: "range", Session: -1, Stop: &three}, [][]any{}},
		"search":       {historyRequest{Access: "search", Pattern: "6?7"}, [][]any{{1, 2, "6*7"}, {1, 4, "6*7"}}},
		"unique":       {historyRequest{Access: "search", Pattern: "*7", Unique: true}, [][]any{{1, 4, "6*7"}}},
		"with output": {historyRequest{Access: "search", Pattern: "6*", Output: true, Unique: true},
			[][]any{{1, 4, []any{"6*7", &out}}}},
	} {
		if got := h.reply(c.request); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
