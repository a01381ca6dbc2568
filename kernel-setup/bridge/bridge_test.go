package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func TestPassesThroughUntouched(t *testing.T) {
	gonb, c, _ := start(t)
	request := answer(nil, "client", "comm_msg", map[string]any{"b": 1, "a": "<&>"})
	request.content, request.metadata, request.buffers = []byte(`{ "z":1,  "a":"ü" }`), []byte(`{"m" : 2}`),
		[][]byte{{0, 1, 2}}
	c.side.send(shell, nil, request)
	got := gonb.next("comm_msg")
	for name, pair := range map[string][2][]byte{"header": {got.header, request.header},
		"content": {got.content, request.content}, "metadata": {got.metadata, request.metadata},
		"buffers": {bytes.Join(got.buffers, nil), bytes.Join(request.buffers, nil)}} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("%s became %q, was %q", name, pair[0], pair[1])
		}
	}
	told := answer(got, "gonb", "comm_msg", map[string]any{})
	told.content, told.buffers = []byte(`{ "x" : [1] }`), [][]byte{{9}}
	gonb.send(iopub, got.ids, told)
	if m := c.reply(iopub, request); !bytes.Equal(m.content, told.content) || !bytes.Equal(m.header, told.header) ||
		len(m.buffers) != 1 {
		t.Errorf("what GoNB published became %s", m.content)
	}
	gonb.send(stdin, got.ids, answer(got, "gonb", "input_request", map[string]any{"prompt": "?"}))
	if m := c.reply(stdin, request); m.head.Type != "input_request" {
		t.Errorf("GoNB's question became %s", m.head.Type)
	}
}

func TestQueueIsAbortedAfterAnError(t *testing.T) {
	gonb, c, _ := start(t)
	first, second, third := c.send(shell, "execute_request", execute("a")),
		c.send(shell, "execute_request", execute("b")), c.send(shell, "execute_request", execute("c"))
	gonb.run(gonbError("exit status 1"))
	for request, want := range map[*message]string{first: "error", second: "aborted", third: "aborted"} {
		if got := c.replyTo(request)["status"]; got != want {
			t.Errorf("%s is replied to with %v, want %s", request.content, got, want)
		}
	}
	gonb.idle(c)
	gently := execute("d")
	gently["stop_on_error"] = false
	c.send(shell, "execute_request", gently)
	fifth := c.send(shell, "execute_request", execute("e"))
	gonb.run(gonbError("exit status 1"))
	gonb.run(ok())
	if got := c.replyTo(fifth)["status"]; got != "ok" {
		t.Errorf("behind a cell with stop_on_error false the next is %v", got)
	}
}

func TestErrorComesOnceAndBeforeIdle(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("%%\nf()"))
	gonb.run(gonbError("exit status 2"), stream("stderr", "before\n"), stream("stderr", "panic: "),
		stream("stderr", "boom\n\ngoroutine 1 [running]:\nmain.main()\n"),
		stream("stderr", "exit status 2\n"))
	kinds, all := c.output(m)
	if kinds != "busy execute_input stream error idle" {
		t.Errorf("published: %s", kinds)
	}
	if f := all[3].fields(); f["ename"] != "panic" || f["evalue"] != "boom" {
		t.Errorf("the error is %v", f)
	}
}

func TestWordsLikeAPanicAreShownInTheEnd(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("%%\nf()"))
	gonb.run(ok(), stream("stderr", "panic: is what I call it\n"), stream("stderr", "exit status 1\n"))
	_, all := c.output(m)
	said := ""
	for _, o := range all {
		text, _ := o.fields()["text"].(string)
		said += text
	}
	if !strings.Contains(said, "panic: is what I call it\n") || !strings.Contains(said, "exit status 1\n") {
		t.Errorf("shown: %q", said)
	}
}

func TestCommandsReport(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("!one\n!two"))
	got := gonb.next("execute_request")
	if want := "!'/bin/runner' command 0\n!'/bin/runner' command 1"; got.fields()["code"] != want {
		t.Fatalf("GoNB got %s, want %s", got.fields()["code"], want)
	}
	socket := filepath.Join(filepath.Dir(gonb.conn.IP), "bridge")
	report := func(h Hello, e Exit) Order {
		conn, err := Dial(socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var o Order
		if err := errors.Join(json.NewEncoder(conn).Encode(h), json.NewDecoder(conn).Decode(&o)); err != nil {
			t.Fatal(err)
		}
		if o.Run {
			if err := json.NewEncoder(conn).Encode(e); err != nil {
				t.Fatal(err)
			}
			for conn.SetReadDeadline(time.Now().Add(patience)); err == nil; { // the bridge closes it once it has heard
				_, err = conn.Read(make([]byte, 1))
			}
		}
		return o
	}
	if o := report(Hello{Kind: KindCommand}, Exit{Status: 3, How: "exit status 3"}); !o.Run ||
		strings.Join(o.Argv, " ") != "/bin/bash -c one" {
		t.Errorf("the first command's order is %+v", o)
	}
	for name, h := range map[string]Hello{"second command": {Kind: KindCommand, Command: 1},
		"compiler": {Kind: KindTool}} {
		if o := report(h, Exit{}); o.Run {
			t.Errorf("the %s runs after a failed one", name)
		}
	}
	gonb.reply(got, "execute_reply", ok())
	gonb.publish(got, "status", map[string]any{"execution_state": "idle"})
	if r := c.reply(shell, m).fields(); r["status"] != "error" || r["evalue"] != "line 1: one: exit status 3" {
		t.Errorf("the reply is %v", r)
	}
}

func TestInterruptIsRepeatedUntilTheCellEnds(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("%%\nf()"))
	got := gonb.next("execute_request")
	if r := c.ask(control, "interrupt_request", map[string]any{}); r["status"] != "ok" {
		t.Errorf("the interrupt's reply is %v", r)
	}
	for range 3 {
		select {
		case <-gonb.interrupts:
		case <-time.After(patience):
			t.Fatal("no interrupt reaches GoNB")
		}
	}
	gonb.reply(got, "execute_reply", gonbError("failed to run go build"))
	gonb.publish(got, "status", map[string]any{"execution_state": "idle"})
	if r := c.reply(shell, m).fields(); r["ename"] != "interrupted" {
		t.Errorf("the reply is %v", r)
	}
}

func TestBadSignaturesAreDropped(t *testing.T) {
	gonb, c, _ := start(t)
	forged := answer(nil, "client", "execute_request", execute("x"))
	frames := forged.encode(nil, []byte("another key"))
	for _, f := range [][][]byte{frames, frames[1:], {[]byte(delimiter)}, {[]byte("x")}} {
		if err := c.side.sockets[shell].SendMulti(zmq4.NewMsgFrom(f...)); err != nil {
			t.Fatal(err)
		}
	}
	gonb.idle(c)
	real := c.send(shell, "execute_request", execute("x"))
	got := gonb.next("execute_request")
	lie := answer(got, "gonb", "execute_reply", gonbError("forged"))
	if err := gonb.sockets[shell].SendMulti(zmq4.NewMsgFrom(lie.encode(got.ids,
		[]byte("another key"))...)); err != nil {
		t.Fatal(err)
	}
	gonb.reply(got, "execute_reply", ok())
	gonb.publish(got, "status", map[string]any{"execution_state": "idle"})
	if r := c.reply(shell, real).fields(); r["status"] != "ok" {
		t.Errorf("a reply that GoNB did not sign was passed on: %v", r)
	}
}

func TestAnswersWhileACellRuns(t *testing.T) {
	gonb, c, _ := start(t)
	c.send(shell, "execute_request", execute("%%\nf()"))
	gonb.next("execute_request")
	for _, on := range []channel{shell, control} {
		if r := c.ask(on, "kernel_info_request", map[string]any{}); r["protocol_version"] != protocolVersion ||
			r["language_info"].(map[string]any)["pygments_lexer"] != "go" {
			t.Errorf("kernel_info on %s: %v", on, r)
		} else if r["implementation"] != "coadapt" || r["implementation_version"] != "v9" ||
			!strings.Contains(r["banner"].(string), "coadapt v9") {
			t.Errorf("kernel_info on %s is another kernel's: %v", on, r)
		}
	}
	if r := c.ask(shell, "is_complete_request", map[string]any{"code": "f("}); r["status"] != "incomplete" {
		t.Errorf("is_complete: %v", r)
	}
	if r := c.ask(shell, "history_request", map[string]any{"hist_access_type": "tail", "n": 5}); r["status"] != "ok" ||
		len(r["history"].([]any)) != 0 {
		t.Errorf("history: %v", r)
	}
	c.send(shell, "comm_open", map[string]any{"comm_id": "1", "target_name": "t", "data": map[string]any{}})
	gonb.next("comm_open")
	if r := c.ask(shell, "comm_info_request", map[string]any{}); len(r["comms"].(map[string]any)) != 1 {
		t.Errorf("comm_info: %v", r)
	}
}

func TestExpressionHasAResult(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("6 * 7"))
	got := gonb.next("execute_request")
	if err := os.WriteFile(filepath.Join(filepath.Dir(gonb.conn.IP), "result"), []byte("42"), 0o600); err != nil {
		t.Fatal(err)
	}
	gonb.publish(got, "stream", stream("stdout", "gone\x1b[H\x1b[2Jhere"))
	gonb.reply(got, "execute_reply", ok())
	gonb.publish(got, "status", map[string]any{"execution_state": "idle"})
	kinds, all := c.output(m)
	if kinds != "stream clear_output stream execute_result idle" {
		t.Fatalf("published: %s", kinds)
	}
	if data := all[3].fields()["data"].(map[string]any); data["text/plain"] != "42" {
		t.Errorf("the result is %v", data)
	}
	c.reply(shell, m)
	r := c.ask(shell, "history_request", map[string]any{"hist_access_type": "tail", "n": 1, "output": true})
	if text := string(encodeJSON(r["history"])); text != `[[1,1,["6 * 7","42"]]]` {
		t.Errorf("history: %s", text)
	}
}

func TestShutdown(t *testing.T) {
	_, c, wait := start(t)
	if r := c.ask(control, "shutdown_request", map[string]any{"restart": true}); r["restart"] != true ||
		r["status"] != "ok" {
		t.Errorf("the reply is %v", r)
	}
	if err := wait(); err != nil {
		t.Error(err)
	}
}

func TestGoNBsEndIsTold(t *testing.T) {
	gonb, c, wait := start(t)
	first, second := c.send(shell, "execute_request", execute("a")), c.send(shell, "execute_request", execute("b"))
	gonb.next("execute_request")
	gonb.idle(c) // so that the second is in the queue
	close(gonb.done)
	if r := c.replyTo(first); r["ename"] != "kernel died" {
		t.Errorf("the running cell is replied to with %v", r)
	}
	if r := c.replyTo(second); r["status"] != "aborted" {
		t.Errorf("the waiting cell is replied to with %v", r)
	}
	if err := wait(); err == nil {
		t.Error("the bridge ended without an error")
	}
}
