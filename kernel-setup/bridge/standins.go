package bridge

import (
	"bufio"
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
	KindTool    = "tool"    // go get, go build, go test, goimports: they belong to the cell that is compiled
	KindServer  = "server"  // gopls: it belongs to the kernel
	KindCommand = "command" // a shell command or script of the cell
	KindInput   = "input"   // what feeds a program of the cell its standard input: it says Ask and hears of Order again and again
)

// Hello is what a stand-in says first.
type Hello struct {
	Kind    string `json:"kind"`
	Tool    string `json:"tool,omitempty"` // which
	Command int    `json:"command"`        // which of the cell's commands
}

// Order is what the bridge says to a stand-in: at first whether to run, and what; later to interrupt it. The end of the connection means that
// the bridge is gone, and so must be all that the stand-in started.
type Order struct {
	Run       bool     `json:"run"`
	Skip      bool     `json:"skip,omitempty"` // not to be run, and that is no failure
	Argv      []string `json:"argv,omitempty"` // of a command
	Feed      bool     `json:"feed,omitempty"` // of a command: its standard input is to be fed
	Interrupt bool     `json:"interrupt,omitempty"`
	Input     string   `json:"input,omitempty"` // an answer to Ask
}

// Exit is what a stand-in says at the end.
type Exit struct {
	Status int    `json:"status"`
	How    string `json:"how"` // "exit status 3", "signal: killed", or why it did not start; "" for success
}

// Dial connects a stand-in with the bridge that socket, $COADAPT_BRIDGE, names.
func Dial(socket string) (net.Conn, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("no bridge answers at %s=%q: %w", EnvSocket, socket, err)
	}
	return conn, nil
}

// standIns are the programs that report now.
type standIns struct {
	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]string // their kinds
}

// listenForStandIns opens the socket. hello decides whether a program may run; ask gets
// input for one; exit hears how one ended.
func listenForStandIns(path string, hello func(Hello) Order, ask func() Order, exit func(Hello, Exit)) (*standIns, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for the kernel's programs: %w", err)
	}
	s := &standIns{listener: l, conns: map[net.Conn]string{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			go s.serve(conn, hello, ask, exit)
		}
	}()
	return s, nil
}

func (s *standIns) serve(conn net.Conn, hello func(Hello) Order, ask func() Order, exit func(Hello, Exit)) {
	defer conn.Close()
	in := json.NewDecoder(bufio.NewReader(conn))
	var h Hello
	if in.Decode(&h) != nil {
		return
	}
	order := hello(h)
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
		s.feed(conn, in, ask)
		return
	}
	var e Exit
	if in.Decode(&e) != nil {
		e = Exit{Status: 1, How: "killed"}
	}
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
	exit(h, e)
}

// feed answers a feeder until either ends.
func (s *standIns) feed(conn net.Conn, in *json.Decoder, ask func() Order) {
	for {
		var a Ask
		if in.Decode(&a) != nil {
			return
		}
		order := ask()
		if json.NewEncoder(conn).Encode(order) != nil || !order.Run {
			return
		}
	}
}

// interrupt passes an interrupt to all that belong to a cell.
func (s *standIns) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn, kind := range s.conns {
		if kind != KindServer {
			_ = json.NewEncoder(conn).Encode(Order{Interrupt: true}) // it may have ended meanwhile
		}
	}
}

// close ends them all: they see the end of their connection.
func (s *standIns) close() {
	s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		conn.Close()
	}
	_ = os.Remove(s.listener.Addr().String()) // closing has removed it already
}
