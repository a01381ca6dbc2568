package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// patience is for what takes milliseconds.
const patience = 20 * time.Second

// fakeGoNB is a kernel that does with each request what a test says, on sockets such as GoNB's.
type fakeGoNB struct {
	t          *testing.T
	conn       Connection
	sockets    map[channel]zmq4.Socket
	requests   chan *message // less the bridge's greeting
	interrupts chan struct{}
	done       chan struct{}
}

func (g *fakeGoNB) Interrupt() error {
	select {
	case g.interrupts <- struct{}{}:
	default:
	}
	return nil
}

func (g *fakeGoNB) Done() <-chan struct{} { return g.done }

// launch listens and answers greetings.
func (g *fakeGoNB) launch(ctx context.Context, file string, _ []string) (Backend, error) {
	var err error
	if g.conn, err = ReadConnection(file); err != nil {
		return nil, err
	}
	g.sockets = map[channel]zmq4.Socket{shell: zmq4.NewRouter(ctx), control: zmq4.NewRouter(ctx), stdin: zmq4.NewRouter(ctx), iopub: zmq4.NewPub(ctx)}
	for name, port := range map[channel]int{shell: g.conn.ShellPort, control: g.conn.ControlPort, stdin: g.conn.StdinPort, iopub: g.conn.IOPubPort} {
		if err := g.sockets[name].Listen(g.conn.address(port)); err != nil {
			return nil, err
		}
	}
	go func() {
		for {
			msg, err := g.sockets[shell].Recv()
			if err != nil {
				return
			}
			m, err := decode(msg.Frames, []byte(g.conn.Key))
			if err != nil {
				g.t.Errorf("GoNB got a message that it cannot take: %v", err)
				continue
			}
			if m.head.Type != "kernel_info_request" {
				g.requests <- m
				continue
			}
			g.publish(m, "status", map[string]any{"execution_state": "busy"})
			g.reply(m, "kernel_info_reply", map[string]any{"implementation": "fake", "banner": "", "language_info": map[string]any{"name": "go", "pygments_lexer": ""}})
			g.publish(m, "status", map[string]any{"execution_state": "idle"})
		}
	}()
	return g, nil
}

func (g *fakeGoNB) reply(to *message, kind string, content any) {
	g.send(shell, to.ids, answer(to, to.head.Session, kind, content))
}

func (g *fakeGoNB) publish(to *message, kind string, content any) {
	g.send(iopub, to.ids, answer(to, to.head.Session, kind, content))
}

func (g *fakeGoNB) send(name channel, ids [][]byte, m *message) {
	if err := g.sockets[name].SendMulti(zmq4.NewMsgFrom(m.encode(ids, []byte(g.conn.Key))...)); err != nil {
		g.t.Errorf("GoNB cannot send: %v", err)
	}
}

// next is the next request.
func (g *fakeGoNB) next(kind string) *message {
	g.t.Helper()
	select {
	case m := <-g.requests:
		if m.head.Type != kind {
			g.t.Fatalf("GoNB got %s, want %s", m.head.Type, kind)
		}
		return m
	case <-time.After(patience):
		g.t.Fatalf("GoNB got no %s", kind)
		return nil
	}
}

// idle tells whether GoNB gets nothing: what the client asks now is answered without it, and what came before it would be here.
func (g *fakeGoNB) idle(c *testClient) {
	g.t.Helper()
	c.ask(shell, "connect_request", map[string]any{})
	select {
	case m := <-g.requests:
		g.t.Errorf("GoNB got %s: %s", m.head.Type, m.content)
	default:
	}
}

// testClient is a front end.
type testClient struct {
	t    *testing.T
	side *side
	got  map[channel]chan *message
}

// send sends a request and returns its id.
func (c *testClient) send(on channel, kind string, content any) *message {
	m := answer(nil, "client", kind, content)
	c.side.send(on, nil, m)
	return m
}

// reply waits for what answers a request on a channel.
func (c *testClient) reply(on channel, to *message) *message {
	c.t.Helper()
	for end := time.After(patience); ; {
		select {
		case m := <-c.got[on]:
			if m.above.ID == to.head.ID {
				return m
			}
		case <-end:
			c.t.Fatalf("no reply to %s %s on %s", to.head.Type, to.content, on)
		}
	}
}

func (c *testClient) ask(on channel, kind string, content any) map[string]any {
	c.t.Helper()
	return c.reply(on, c.send(on, kind, content)).fields()
}

// output is what was published for a request until the kernel was idle.
func (c *testClient) output(to *message) (kinds string, all []*message) {
	c.t.Helper()
	for {
		m := c.reply(iopub, to)
		kind := m.head.Type
		if kind == "status" {
			kind, _ = m.fields()["execution_state"].(string)
		}
		kinds += kind + " "
		all = append(all, m)
		if kind == "idle" {
			return strings.TrimSpace(kinds), all
		}
	}
}

func execute(code string) map[string]any {
	return map[string]any{"code": code, "silent": false, "store_history": true, "allow_stdin": false, "user_expressions": map[string]any{}, "stop_on_error": true}
}

// start runs a bridge between a fake GoNB and a client.
func start(t *testing.T) (*fakeGoNB, *testClient, func() error) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bridge-") // a socket's path has no room for a test's folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	conn := Connection{SignatureScheme: "hmac-sha256", Transport: "ipc", IP: filepath.Join(dir, "client"), Key: "secret",
		ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HBPort: 5}
	file := filepath.Join(dir, "kernel-0-1.json")
	if err := os.WriteFile(file, encodeJSON(conn), 0o600); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	gonb := &fakeGoNB{t: t, requests: make(chan *message, 100), interrupts: make(chan struct{}, 1), done: make(chan struct{})}
	lg := log.New(io.Discard, "", 0)
	result := make(chan error, 1)
	go func() {
		result <- Run(ctx, Config{Connection: file, Dir: own, Runner: "/bin/runner", Launch: gonb.launch, Log: lg})
	}()
	wait := func() error {
		select {
		case err := <-result:
			result <- err
			return err
		case <-time.After(patience):
			return errors.New("the bridge does not end")
		}
	}
	t.Cleanup(func() {
		end()
		if err := wait(); err != nil && !strings.Contains(err.Error(), "GoNB ended") {
			t.Errorf("the bridge ended with %v", err)
		}
	})
	s, err := dial(ctx, conn, lg)
	if err != nil {
		t.Fatal(err)
	}
	c := &testClient{t: t, side: s, got: map[channel]chan *message{}}
	for _, name := range []channel{shell, control, stdin, iopub} {
		c.got[name] = make(chan *message, 1000)
		go s.receive(ctx, name, func(m *message) { c.got[name] <- m })
	}
	for subscribed := false; !subscribed; { // ask until what is published arrives
		m := c.send(shell, "kernel_info_request", map[string]any{})
		c.reply(shell, m)
		select {
		case <-c.got[iopub]:
			subscribed = true
		case <-time.After(50 * time.Millisecond):
		}
	}
	return gonb, c, wait
}

func TestPassesThroughUntouched(t *testing.T) {
	gonb, c, _ := start(t)
	request := answer(nil, "client", "comm_msg", map[string]any{"b": 1, "a": "<&>"})
	request.content, request.metadata, request.buffers = []byte(`{ "z":1,  "a":"ü" }`), []byte(`{"m" : 2}`), [][]byte{{0, 1, 2}}
	c.side.send(shell, nil, request)
	got := gonb.next("comm_msg")
	for name, pair := range map[string][2][]byte{"header": {got.header, request.header}, "content": {got.content, request.content}, "metadata": {got.metadata, request.metadata},
		"buffers": {bytes.Join(got.buffers, nil), bytes.Join(request.buffers, nil)}} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("%s became %q, was %q", name, pair[0], pair[1])
		}
	}
	told := answer(got, "gonb", "comm_msg", map[string]any{})
	told.content, told.buffers = []byte(`{ "x" : [1] }`), [][]byte{{9}}
	gonb.send(iopub, got.ids, told)
	if m := c.reply(iopub, request); !bytes.Equal(m.content, told.content) || !bytes.Equal(m.header, told.header) || len(m.buffers) != 1 {
		t.Errorf("what GoNB published became %s", m.content)
	}
	gonb.send(stdin, got.ids, answer(got, "gonb", "input_request", map[string]any{"prompt": "?"}))
	if m := c.reply(stdin, request); m.head.Type != "input_request" {
		t.Errorf("GoNB's question became %s", m.head.Type)
	}
}

// run has GoNB execute what comes next, with output between.
func (g *fakeGoNB) run(status map[string]any, output ...map[string]any) *message {
	g.t.Helper()
	m := g.next("execute_request")
	g.publish(m, "status", map[string]any{"execution_state": "busy"})
	g.publish(m, "execute_input", map[string]any{"code": m.fields()["code"], "execution_count": 1})
	for _, o := range output {
		g.publish(m, "stream", o)
	}
	if status["status"] == "error" {
		g.publish(m, "error", map[string]any{"ename": status["ename"], "evalue": status["evalue"], "traceback": status["traceback"]})
	}
	g.reply(m, "execute_reply", status)
	g.publish(m, "status", map[string]any{"execution_state": "idle"})
	return m
}

func ok() map[string]any { return map[string]any{"status": "ok"} }

func stream(name, text string) map[string]any { return map[string]any{"name": name, "text": text} }

func gonbError(value string) map[string]any {
	return map[string]any{"status": "error", "ename": "ERROR", "evalue": value, "traceback": []string{value}}
}

func TestQueueIsAbortedAfterAnError(t *testing.T) {
	gonb, c, _ := start(t)
	first, second, third := c.send(shell, "execute_request", execute("a")), c.send(shell, "execute_request", execute("b")), c.send(shell, "execute_request", execute("c"))
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

// replyTo keeps replies to others, so that they can be asked for in any order.
func (c *testClient) replyTo(m *message) map[string]any {
	c.t.Helper()
	for end := time.After(patience); ; {
		select {
		case r := <-c.got[shell]:
			if r.above.ID == m.head.ID {
				return r.fields()
			}
			c.got[shell] <- r
		case <-end:
			c.t.Fatalf("no reply to %s", m.content)
		}
	}
}

func TestErrorComesOnceAndBeforeIdle(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("%%\nf()"))
	gonb.run(gonbError("exit status 2"), stream("stderr", "before\n"), stream("stderr", "panic: "), stream("stderr", "boom\n\ngoroutine 1 [running]:\nmain.main()\n"),
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
	if o := report(Hello{Kind: KindCommand}, Exit{Status: 3, How: "exit status 3"}); !o.Run || strings.Join(o.Argv, " ") != "/bin/bash -c one" {
		t.Errorf("the first command's order is %+v", o)
	}
	for name, h := range map[string]Hello{"second command": {Kind: KindCommand, Command: 1}, "compiler": {Kind: KindTool}} {
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
	if err := gonb.sockets[shell].SendMulti(zmq4.NewMsgFrom(lie.encode(got.ids, []byte("another key"))...)); err != nil {
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
		if r := c.ask(on, "kernel_info_request", map[string]any{}); r["protocol_version"] != protocolVersion || r["language_info"].(map[string]any)["pygments_lexer"] != "go" {
			t.Errorf("kernel_info on %s: %v", on, r)
		}
	}
	if r := c.ask(shell, "is_complete_request", map[string]any{"code": "f("}); r["status"] != "incomplete" {
		t.Errorf("is_complete: %v", r)
	}
	if r := c.ask(shell, "history_request", map[string]any{"hist_access_type": "tail", "n": 5}); r["status"] != "ok" || len(r["history"].([]any)) != 0 {
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
	if r := c.ask(control, "shutdown_request", map[string]any{"restart": true}); r["restart"] != true || r["status"] != "ok" {
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
