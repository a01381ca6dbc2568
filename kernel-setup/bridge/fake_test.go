package bridge

import (
	"context"
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
	g.sockets = map[channel]zmq4.Socket{shell: zmq4.NewRouter(ctx), control: zmq4.NewRouter(ctx),
		stdin: zmq4.NewRouter(ctx), iopub: zmq4.NewPub(ctx)}
	for name, socket := range g.sockets {
		if err := socket.Listen(g.conn.address(name)); err != nil {
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
			g.reply(m, "kernel_info_reply",
				map[string]any{"implementation": "fake", "banner": "",
					"language_info": map[string]any{"name": "go", "pygments_lexer": ""}})
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

// idle tells whether GoNB gets nothing: what the client asks now is answered without it, and what came before it would
// be here.
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
	conn Connection
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
	return map[string]any{"code": code, "silent": false, "store_history": true, "allow_stdin": false,
		"user_expressions": map[string]any{}, "stop_on_error": true}
}

// start runs a bridge between a fake GoNB and a client; change may set what else the bridge is to know.
func start(t *testing.T, change ...func(*Config)) (*fakeGoNB, *testClient, func() error) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "bridge-") // a socket's path has no room for a test's folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	conn := Connection{SignatureScheme: "hmac-sha256", Transport: "ipc", IP: filepath.Join(dir, "client"),
		Key:       "secret",
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
	gonb := &fakeGoNB{t: t, requests: make(chan *message, 100), interrupts: make(chan struct{}, 1),
		done: make(chan struct{})}
	lg := log.New(io.Discard, "", 0)
	result := make(chan error, 1)
	cfg := Config{Connection: file, Dir: own, Runner: "/bin/runner", Version: "v9", Launch: gonb.launch, Log: lg}
	for _, f := range change {
		f(&cfg)
	}
	go func() { result <- Run(ctx, cfg) }()
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
	c := &testClient{t: t, side: s, conn: conn, got: map[channel]chan *message{}}
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
		g.publish(m, "error", map[string]any{"ename": status["ename"], "evalue": status["evalue"],
			"traceback": status["traceback"]})
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
