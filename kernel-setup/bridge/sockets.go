package bridge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/go-zeromq/zmq4"
)

// channel is one of a kernel's sockets.
type channel string

const (
	shell   channel = "shell"
	control channel = "control"
	stdin   channel = "stdin"
	iopub   channel = "iopub"
	heart   channel = "heartbeat"
)

// side is a set of sockets and the key that signs their messages. On the client's side the bridge is the kernel; on
// GoNB's side it is the client.
type side struct {
	key     []byte
	sockets map[channel]zmq4.Socket
	seen    *signatures // of received messages; nil: replays are not checked
	log     *log.Logger
}

// quiet keeps the ZeroMQ library from reporting closed connections on stderr.
func quiet() zmq4.Option { return zmq4.WithLogger(log.New(io.Discard, "", 0)) }

// bind opens the client's side.
func bind(ctx context.Context, c Connection, lg *log.Logger) (*side, error) {
	if err := registerBounded(); err != nil {
		return nil, err
	}
	s := &side{key: []byte(c.Key), log: lg, seen: &signatures{}, sockets: map[channel]zmq4.Socket{
		shell: zmq4.NewRouter(ctx, quiet()), control: zmq4.NewRouter(ctx, quiet()), stdin: zmq4.NewRouter(ctx, quiet()),
		iopub: zmq4.NewPub(ctx, quiet()), heart: zmq4.NewRep(ctx, quiet()),
	}}
	for name, socket := range s.sockets {
		if err := socket.Listen(boundedPrefix + c.address(name)); err != nil {
			return nil, fmt.Errorf("cannot listen on the %s port: %w", name, err)
		}
	}
	go beat(ctx, s.sockets[heart])
	return s, nil
}

// beat echoes heartbeats. The bridge ends when GoNB does, so one heartbeat stands for both.
func beat(ctx context.Context, heart zmq4.Socket) {
	for ctx.Err() == nil {
		msg, err := heart.Recv()
		if err != nil {
			continue // not a request; the library has dropped it
		}
		_ = heart.Send(msg) // the client may be gone
	}
}

// dial opens GoNB's side. It waits until GoNB listens, or ctx ends. Shell and stdin have the same identity, by which
// GoNB finds the sender of a cell when it asks for input.
func dial(ctx context.Context, c Connection, lg *log.Logger) (*side, error) {
	id := zmq4.WithID(zmq4.SocketIdentity("bridge-" + rand.Text()))
	patient := []zmq4.Option{quiet(), zmq4.WithDialerRetry(10 * time.Millisecond), zmq4.WithDialerMaxRetries(-1)}
	s := &side{key: []byte(c.Key), log: lg, sockets: map[channel]zmq4.Socket{
		shell: zmq4.NewDealer(ctx, append(patient, id)...), control: zmq4.NewDealer(ctx, append(patient, id)...),
		stdin: zmq4.NewDealer(ctx, append(patient, id)...), iopub: zmq4.NewSub(ctx, patient...),
	}}
	if err := s.sockets[iopub].SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return nil, err
	}
	for name, socket := range s.sockets {
		if err := socket.Dial(c.address(name)); err != nil {
			return nil, fmt.Errorf("cannot connect to GoNB's %s socket: %w", name, err)
		}
	}
	return s, nil
}

// receive passes every message of a channel to handle, until ctx ends. Messages that are malformed, not signed with the
// key, or repeated are dropped, with a line in the log.
func (s *side) receive(ctx context.Context, name channel, handle func(*message)) {
	for ctx.Err() == nil {
		msg, err := s.sockets[name].Recv()
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, io.EOF) {
				s.log.Printf("%s: %v", name, err)
			}
			return
		}
		m, err := decode(msg.Frames, s.key)
		if err != nil {
			s.log.Printf("%s: a message is dropped: %v", name, err)
			continue
		}
		if s.seen != nil && len(s.key) > 0 && !s.seen.fresh(m.signature) {
			s.log.Printf("%s: a message is dropped: %v", name, errReplay)
			continue
		}
		handle(m)
	}
}

// send writes a message after the given routing frames.
func (s *side) send(name channel, ids [][]byte, m *message) {
	if err := s.sockets[name].SendMulti(zmq4.NewMsgFrom(m.encode(ids, s.key)...)); err != nil {
		s.log.Printf("%s: %s cannot be sent: %v", name, m.head.Type, err)
	}
}

// publish writes a message to all clients.
func (s *side) publish(m *message) {
	s.send(iopub, [][]byte{[]byte("kernel." + m.head.Type)}, m)
}

func (s *side) close() {
	for _, socket := range s.sockets {
		_ = socket.Close() // nothing is left to lose
	}
}
