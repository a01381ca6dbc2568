package bridge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
)

// Backend is a running GoNB.
type Backend interface {
	// Interrupt interrupts GoNB, and through it the cell's program. It may be called often: GoNB passes on one
	// interrupt a program.
	Interrupt() error
	// Done is closed when GoNB has ended.
	Done() <-chan struct{}
}

// Config is what a bridge needs.
type Config struct {
	Connection string // the client's connection file
	// a folder of the bridge's own, mode 0700, whose path is short enough for sockets in it (80 bytes)
	Dir     string
	Runner  string // the program that runs shell commands as `RUNNER command N`
	Root    string // the clone's root: errors suggest names from its packages; "": no suggestions
	Version string // the kernel's version in kernel_info
	// Warm is after how long without a cell gopls reads what cells have imported, so that completions are quick; 0: it
	// reads when a reader asks.
	Warm time.Duration
	// Launch starts GoNB on a connection file. The given environment is added to its own.
	Launch     func(ctx context.Context, connection string, env []string) (Backend, error)
	Interrupts <-chan os.Signal // interrupts by signal; nil: none
	Log        *log.Logger
}

// errShutdown ends the bridge when a client asked for it.
var errShutdown = errors.New("shutdown")

// bridge is the bridge's state. Only the loop of Run touches it.
type bridge struct {
	cfg      Config
	conn     Connection
	ctx      context.Context
	end      context.CancelCauseFunc
	todo     chan func()
	session  string
	client   *side
	gonb     *side // nil until GoNB answers
	backend  Backend
	programs *standIns
	info     map[string]any // GoNB's kernel_info, completed

	waiting []func()   // handlers of requests that came before GoNB answered
	queue   []*message // execute requests, in order
	running *execution
	count   int          // of executed cells
	cells   map[int]cell // by execution count
	history history
	comms   map[string]string // target by id
	imports []string          // of the cells that ran, each as "path" or name "path"
	warmed  int               // how many of imports gopls has read
	moved   map[string]int    // by the id of a completion that GoNB is at: how much stands before its cell

	answer   chan<- Order // receives the reader's answer to the bridge's question; nil: no open question
	gonbAsks bool         // GoNB has asked the reader, and has no answer yet
}

// Run serves a kernel until ctx ends, a client shuts it down, or GoNB ends. It returns an error only if it could not
// start, or if GoNB ended by itself. The caller must end what Launch started.
func Run(ctx context.Context, cfg Config) error {
	conn, err := ReadConnection(cfg.Connection)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	b := &bridge{cfg: cfg, conn: conn, ctx: ctx, end: end, todo: make(chan func(), 100), session: rand.Text(),
		cells: map[int]cell{}, comms: map[string]string{}, moved: map[string]int{}}
	if b.client, err = bind(ctx, conn, cfg.Log); err != nil {
		return err
	}
	defer b.client.close()
	socket := filepath.Join(cfg.Dir, "bridge")
	if b.programs, err = listenForStandIns(socket, b); err != nil {
		return err
	}
	defer b.programs.close()
	file, own, err := private(cfg.Dir, cfg.Connection)
	if err != nil {
		return err
	}
	b.backend, err = cfg.Launch(ctx, file, []string{EnvSocket + "=" + socket, envResult + "=" + b.resultFile()})
	if err != nil {
		return err
	}
	for name, handle := range map[channel]func(*message){shell: b.onShell, control: b.onControl, stdin: b.onStdin} {
		go b.client.receive(ctx, name, func(m *message) { b.do(func() { handle(m) }) })
	}
	go func() {
		gonb, info, err := b.greet(own)
		b.do(func() { b.ready(gonb, info, err) })
	}()
	return b.loop()
}

// loop runs the bridge's tasks, one after the other.
func (b *bridge) loop() error {
	b.status(nil, "starting")
	for {
		select {
		case f := <-b.todo:
			f()
		case <-b.cfg.Interrupts:
			b.interrupt()
		case <-b.backend.Done():
			if b.ctx.Err() == nil {
				b.died()
				b.flush()
				return errors.New("GoNB ended by itself")
			}
			return nil
		case <-b.ctx.Done():
			switch cause := context.Cause(b.ctx); {
			case errors.Is(cause, errShutdown):
				b.flush()
				return nil
			case errors.Is(cause, context.Canceled):
				return nil
			default:
				return cause
			}
		}
	}
}

// do has the loop run f.
func (b *bridge) do(f func()) {
	select {
	case b.todo <- f:
	case <-b.ctx.Done():
	}
}

// after has the loop run f after a while.
func (b *bridge) after(while time.Duration, f func()) { time.AfterFunc(while, func() { b.do(f) }) }

// await has the loop run f, and waits for what f or a later task sends; the zero value where the bridge ends first.
func await[T any](b *bridge, f func(answer chan<- T)) (got T) {
	answer := make(chan T, 1)
	b.do(func() { f(answer) })
	select {
	case got = <-answer:
	case <-b.ctx.Done():
	}
	return got
}

// flush gives the library time to send what is published; it does not show its queue.
func (b *bridge) flush() { time.Sleep(50 * time.Millisecond) }

// greet connects with GoNB and sends requests until it answers on both channels. What GoNB published before the
// subscription reached it is lost, and the end of a cell must not be.
func (b *bridge) greet(own Connection) (*side, map[string]any, error) {
	gonb, err := dial(b.ctx, own, b.cfg.Log)
	if err != nil {
		return nil, nil, err
	}
	replies, states := make(chan *message, 1), make(chan *message, 1)
	split := func(mine chan *message, others func(*message)) func(*message) {
		return func(m *message) {
			if m.above.Session != b.session {
				b.do(func() { others(m) })
				return
			}
			select {
			case mine <- m:
			default: // one is enough
			}
		}
	}
	go gonb.receive(b.ctx, shell, split(replies, b.fromShell))
	go gonb.receive(b.ctx, iopub, split(states, b.fromIOPub))
	go gonb.receive(b.ctx, stdin, func(m *message) {
		b.do(func() {
			b.gonbAsks = true
			b.client.send(stdin, m.ids, m)
		})
	})
	var info map[string]any
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for published := false; info == nil || !published; {
		gonb.send(shell, nil, answer(nil, b.session, "kernel_info_request", map[string]any{}))
		select {
		case m := <-replies:
			info = m.fields()
		case <-states:
			published = true
		case <-again.C:
		case <-b.ctx.Done():
			return nil, nil, b.ctx.Err()
		}
	}
	return gonb, info, nil
}

// ready runs the requests that have waited for GoNB.
func (b *bridge) ready(gonb *side, info map[string]any, err error) {
	if err != nil {
		b.end(fmt.Errorf("GoNB does not answer: %w", err))
		return
	}
	b.gonb, b.info = gonb, completeInfo(info, b.cfg.Version)
	waiting := b.waiting
	b.waiting = nil
	for _, f := range waiting {
		f()
	}
	b.next()
}

// died answers the cell that was running when GoNB ended, and the cells that waited behind it.
func (b *bridge) died() {
	if x := b.running; x != nil {
		const why = "the Go kernel ended in the middle of the cell"
		b.conclude(x, &failure{name: "kernel died", value: why, traceback: []string{why}})
	}
	b.abort()
}

// interrupt interrupts whatever runs: the cell's program through GoNB, compilers and shell commands directly. GoNB
// forgets an interrupt that arrives between two programs, so it is repeated until the cell ends.
func (b *bridge) interrupt() {
	x := b.running
	if x == nil {
		return
	}
	x.interrupted = true
	b.programs.interrupt()
	if err := b.backend.Interrupt(); err != nil {
		b.cfg.Log.Printf("interrupt: %v", err)
	}
	b.after(200*time.Millisecond, func() {
		if b.running == x {
			b.interrupt()
		}
	})
}

// status publishes the kernel's state ("busy", "idle") in answer to a request.
func (b *bridge) status(parent *message, state string) {
	b.client.publish(answer(parent, b.session, "status", map[string]any{"execution_state": state}))
}
