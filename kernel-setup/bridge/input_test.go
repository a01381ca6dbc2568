package bridge

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// feeder connects as the feeder of a cell's program, and says whether input is allowed.
func feeder(t *testing.T, g *fakeGoNB) (out *json.Encoder, in *json.Decoder, allowed bool) {
	t.Helper()
	conn, err := Dial(filepath.Join(filepath.Dir(g.conn.IP), "bridge"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	out, in = json.NewEncoder(conn), json.NewDecoder(conn)
	var o Order
	if err := out.Encode(Hello{Kind: KindInput}); err != nil {
		t.Fatal(err)
	}
	if err := in.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return out, in, o.Run
}

func TestInputIsAskedForWhereItIsAllowed(t *testing.T) {
	gonb, c, _ := start(t)
	if _, _, allowed := feeder(t, gonb); allowed {
		t.Error("there is input without a cell")
	}
	cell := execute("%%\nfmt.Scanln(&s)")
	c.send(shell, "execute_request", cell)
	m := gonb.next("execute_request")
	if _, _, allowed := feeder(t, gonb); allowed {
		t.Error("there is input in a cell that does not allow it")
	}
	gonb.publish(m, "status", map[string]any{"execution_state": "busy"})
	gonb.reply(m, "execute_reply", ok())
	gonb.publish(m, "status", map[string]any{"execution_state": "idle"})

	cell["allow_stdin"] = true
	sent := c.send(shell, "execute_request", cell)
	m = gonb.next("execute_request")
	// the bridge learns of the socket by what comes on it
	c.side.send(stdin, nil, answer(nil, "client", "x", map[string]any{}))
	out, in, allowed := feeder(t, gonb)
	if !allowed {
		t.Fatal("there is no input in a cell that allows it")
	}
	if err := out.Encode(Ask{}); err != nil {
		t.Fatal(err)
	}
	if asked := c.reply(stdin, sent); asked.head.Type != "input_request" || asked.fields()["password"] != false {
		t.Errorf("the client is asked %s %s", asked.head.Type, asked.content)
	}
	c.send(stdin, "input_reply", map[string]any{"value": "Ada"})
	var o Order
	if err := in.Decode(&o); err != nil || !o.Run || o.Input != "Ada\n" {
		t.Errorf("the program gets %+v, %v", o, err)
	}
	if err := out.Encode(Ask{}); err != nil { // the cell ends before there is an answer
		t.Fatal(err)
	}
	c.reply(stdin, sent)
	gonb.publish(m, "status", map[string]any{"execution_state": "busy"})
	gonb.reply(m, "execute_reply", ok())
	gonb.publish(m, "status", map[string]any{"execution_state": "idle"})
	o = Order{}
	if err := in.Decode(&o); err != nil || o.Run {
		t.Errorf("after the cell's end there is %+v, %v", o, err)
	}
}
