package bridge

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
)

// EnvSocket names the socket on which programs that GoNB starts report to the bridge.
const EnvSocket = "COADAPT_BRIDGE"

// Kinds of programs that report.
const (
	KindTool    = "tool"    // go get, go build, go test, goimports: part of the cell that is compiled
	KindServer  = "server"  // gopls: part of the kernel
	KindCommand = "command" // a shell command or script of the cell
	KindInput   = "input"   // feeds a program its standard input: sends Ask and receives an Order, repeatedly
)

// Hello is the first message of a stand-in.
type Hello struct {
	Kind    string `json:"kind"`
	Tool    string `json:"tool,omitempty"` // which
	Command int    `json:"command"`        // which of the cell's commands
}

// Order is a message of the bridge to a stand-in. The first one says whether to run, and what; later ones interrupt it.
// When the connection ends, the bridge is gone, and the stand-in must end all that it started.
type Order struct {
	Run       bool     `json:"run"`
	Skip      bool     `json:"skip,omitempty"` // not to be run, and that is no failure
	Argv      []string `json:"argv,omitempty"` // of a command
	Feed      bool     `json:"feed,omitempty"` // of a command: its standard input is to be fed
	Interrupt bool     `json:"interrupt,omitempty"`
	Input     string   `json:"input,omitempty"` // an answer to Ask
}

// Exit is the last message of a stand-in.
type Exit struct {
	Status int    `json:"status"`
	How    string `json:"how"` // "exit status 3", "signal: killed", or why it did not start; "" for success
}

// Dial connects a stand-in with the bridge at socket, the value of $COADAPT_BRIDGE.
func Dial(socket string) (net.Conn, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("no bridge answers at %s=%q: %w", EnvSocket, socket, err)
	}
	return conn, nil
}

// standIns has the programs that report at present. They are the bridge's to allow (hello), to feed (ask) and to hear
// of when they have ended (exited).
type standIns struct {
	bridge   *bridge
	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]string // their kinds
}

// listenForStandIns opens the socket.
func listenForStandIns(path string, b *bridge) (*standIns, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for the kernel's programs: %w", err)
	}
	s := &standIns{bridge: b, listener: l, conns: map[net.Conn]string{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			go s.serve(conn)
		}
	}()
	return s, nil
}

func (s *standIns) serve(conn net.Conn) {
	defer conn.Close()
	in := json.NewDecoder(conn)
	var h Hello
	if in.Decode(&h) != nil {
		return
	}
	order := s.bridge.hello(h)
	s.mu.Lock() // an interrupt must not come before the order
	err := json.NewEncoder(conn).Encode(order)
	if err == nil && order.Run && h.Kind != KindInput {
		s.conns[conn] = h.Kind
	}
	s.mu.Unlock()
	if err != nil || !order.Run {
		return
	}
	if h.Kind == KindInput {
		s.feed(conn, in)
		return
	}
	var e Exit
	if in.Decode(&e) != nil {
		e = Exit{Status: 1, How: "killed"}
	}
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
	s.bridge.exited(h, e)
}

// feed answers a feeder until either ends.
func (s *standIns) feed(conn net.Conn, in *json.Decoder) {
	var a Ask
	for in.Decode(&a) == nil {
		order := s.bridge.ask()
		if json.NewEncoder(conn).Encode(order) != nil || !order.Run {
			return
		}
	}
}

// interrupt interrupts all programs of the cell.
func (s *standIns) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn, kind := range s.conns {
		if kind != KindServer {
			_ = json.NewEncoder(conn).Encode(Order{Interrupt: true}) // it may have ended meanwhile
		}
	}
}

// close ends all programs: they see the end of their connection.
func (s *standIns) close() {
	s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		conn.Close()
	}
	_ = os.Remove(s.listener.Addr().String()) // closing has removed it already
}
