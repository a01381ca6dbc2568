package bridge

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A cell goes to completion with what earlier cells imported, statements below %%; the answer's places are those of
// the client's cell.
func TestCompletionHasTheImports(t *testing.T) {
	gonb, c, _ := start(t)
	for _, x := range []struct {
		code   string
		status map[string]any
	}{
		{"import \"coadapt/notebooks/nb\"\n\nvar lab = nb.Open(\"shapes\")", ok()},
		{"import (\n\t\"coadapt/notebooks/nb\"\n\tf \"fmt\"\n)\n%%\nf.Println()", ok()},
		{"import \"never/ran\"", gonbError("undefined: x")},
	} {
		m := c.send(shell, "execute_request", execute(x.code))
		gonb.run(x.status)
		c.reply(shell, m)
	}
	const both = "import \"coadapt/notebooks/nb\"\nimport f \"fmt\"\n"
	for _, x := range []struct{ code, before string }{ // brackets are closed behind it
		{"%%\nlab.", both},
		{"lab.", both + "%%\n"},
		{"!ls\n// what?\nlab.", both + "%%\n"},
		{"func g() {\n\tlab.", both},
		{"fu", both},
		{"var g = nb.Grid{", both},
		{"variable.", both + "%%\n"},
		{"x := 1\n%%\nlab.", both},
		{"import \"coadapt/notebooks/nb\"\n%%\nnb.", "import f \"fmt\"\n"},
		{"%%bash\nlab.", ""},
		{"", both},
	} {
		m := c.send(shell, "complete_request", map[string]any{"code": x.code, "cursor_pos": len(x.code)})
		got := gonb.next("complete_request")
		at := len(x.before) + len(x.code)
		if f := got.fields(); f["code"] != x.before+closed(x.code, len(x.code)) || f["cursor_pos"] != float64(at) {
			t.Errorf("%q became %q at %v, want %q before it", x.code, f["code"], f["cursor_pos"], x.before)
		}
		gonb.reply(got, "complete_reply",
			map[string]any{"status": "ok", "matches": []string{"Run"}, "cursor_start": at - 2, "cursor_end": at})
		reply := c.reply(shell, m).fields()
		if reply["cursor_start"] != float64(len(x.code)-2) && len(x.code) > 0 ||
			reply["cursor_end"] != float64(len(x.code)) ||
			len(reply["matches"].([]any)) != 1 {
			t.Errorf("%q: the reply is %v", x.code, reply)
		}
	}
}

// Brackets are closed where the cursor is, if its line ends there, else at the end.
func TestCompletionClosesBrackets(t *testing.T) {
	for _, x := range []struct{ code, want string }{
		{"var g = nb.Grid{|", "var g = nb.Grid{}"},
		{"%%\nresults := lab.Run(nb.Grid{|", "%%\nresults := lab.Run(nb.Grid{})"},
		{"%%\nresults := lab.Run(nb.Grid{Co|\nlab.Table(results)",
			"%%\nresults := lab.Run(nb.Grid{Co})\nlab.Table(results)"},
		{"func f() {\n\tlab.Run(nb.Grid{|\n}", "func f() {\n\tlab.Run(nb.Grid{})\n}"},
		{"func f() {\n\tlab.|", "func f() {\n\tlab.}"},
		{"func f() {\n\tlab.| // what", "func f() {\n\tlab. // what\n}"},
		{"s := \"ü{\"; g(s[|", "s := \"ü{\"; g(s[])"},
		{"%%\nlab.|", "%%\nlab."},
		{"var g = nb.Grid{Cuts: \"1|", "var g = nb.Grid{Cuts: \"1"},
		{"!echo ( {\nlab.|", "!echo ( {\nlab."},
		{"%%bash\nf() {|", "%%bash\nf() {"},
		{"}|", "}"},
	} {
		before, after, _ := strings.Cut(x.code, "|")
		if got := closed(before+after, len([]rune(before))); got != x.want {
			t.Errorf("%q became %q, want %q", x.code, got, x.want)
		}
	}
}

// Between cells goimports is not run: it would be for a completion, and takes longer than all the rest.
func TestCompletionIsWithoutGoimports(t *testing.T) {
	gonb, c, _ := start(t)
	socket := filepath.Join(filepath.Dir(gonb.conn.IP), "bridge")
	report := func(tool string) (o Order) {
		conn, err := Dial(socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := errors.Join(json.NewEncoder(conn).Encode(Hello{Kind: KindTool, Tool: tool}),
			json.NewDecoder(conn).Decode(&o)); err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := report("goimports"); o.Run || !o.Skip {
		t.Errorf("between cells: %+v", o)
	}
	if o := report(""); !o.Run || o.Skip {
		t.Errorf("another tool: %+v", o)
	}
	m := c.send(shell, "execute_request", execute("%%\nf()"))
	got := gonb.next("execute_request")
	if o := report("goimports"); !o.Run || o.Skip {
		t.Errorf("of a cell: %+v", o)
	}
	gonb.reply(got, "execute_reply", ok())
	gonb.publish(got, "status", map[string]any{"execution_state": "idle"})
	if r := c.reply(shell, m).fields(); r["status"] != "ok" {
		t.Errorf("the reply is %v", r)
	}
}
