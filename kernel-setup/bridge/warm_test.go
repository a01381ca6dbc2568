package bridge

import (
	"testing"
	"time"
)

// Once no cell runs, gopls is shown what was imported, once, and the client hears nothing of it.
func TestImportsAreReadAhead(t *testing.T) {
	gonb, c, _ := start(t, func(cfg *Config) { cfg.Warm = 20 * time.Millisecond })
	run := func(code string) {
		t.Helper()
		m := c.send(shell, "execute_request", execute(code))
		gonb.run(ok())
		if r := c.reply(shell, m).fields(); r["status"] != "ok" {
			t.Fatalf("%q: %v", code, r)
		}
	}
	for _, x := range []struct{ cell, want string }{
		{"import \"coadapt/notebooks/nb\"\nvar lab = nb.Open(\"shapes\")", "import \"coadapt/notebooks/nb\"\n%%\nnb."},
		{"%%\nlab.Table(nil)", ""},
		{"import f \"fmt\"\n%%\nf.Println()", "import \"coadapt/notebooks/nb\"\nimport f \"fmt\"\n%%\nf."},
	} {
		run(x.cell)
		if x.want == "" {
			time.Sleep(100 * time.Millisecond) // a request would come before the next cell's, and fail there
			continue
		}
		got := gonb.next("complete_request")
		if code := got.fields()["code"]; code != x.want || got.fields()["cursor_pos"] != float64(len(x.want)) {
			t.Errorf("%q: asked for %q, want %q", x.cell, code, x.want)
		}
		gonb.reply(got, "complete_reply",
			map[string]any{"status": "ok", "matches": []string{"Open"}, "cursor_start": 0, "cursor_end": 0})
	}
	m := c.send(shell, "complete_request", map[string]any{"code": "f.", "cursor_pos": 2})
	got := gonb.next("complete_request")
	gonb.reply(got, "complete_reply",
		map[string]any{"status": "ok", "matches": []string{"Println"}, "cursor_start": 2, "cursor_end": 2})
	if r := c.reply(shell, m).fields(); len(
		r["matches"].([]any),
	) != 1 { // and no reply of the bridge's own request before it
		t.Errorf("the client's reply is %v", r)
	}
}

func TestPackageName(t *testing.T) {
	for want, imports := range map[string][]string{
		"nb": {`"fmt"`, `"coadapt/notebooks/nb"`}, "f": {`f "fmt"`},
		"fmt": {`"fmt"`, `"example.com/x/v2"`, `"example.com/go-x"`}, "": {`"a.b/c-d"`},
	} {
		if got := (&bridge{imports: imports}).packageName(); got != want {
			t.Errorf("%q: %q, want %q", imports, got, want)
		}
	}
}
