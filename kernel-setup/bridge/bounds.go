package bridge

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// What a client may send. The ZeroMQ library allocates the memory that a frame declares before any of the frame has
// arrived, and the key is checked only once the whole message is there. So the bounds are enforced below the library,
// where bytes come in.
const (
	maxMessage = 64 << 20 // bytes of a message, all its frames together
	maxFrames  = 1 << 10  // frames of a message
	// for the greeting and the first command; the library accepts no other client meanwhile
	maxHandshake = 5 * time.Second
)

// errTooLarge says that a message exceeds maxMessage or maxFrames.
var errTooLarge = fmt.Errorf("a message of more than %d bytes or %d frames", maxMessage, maxFrames)

// boundedPrefix comes before the name of a transport with bounded connections: "bounded-tcp", "bounded-ipc".
const boundedPrefix = "bounded-"

// registerBounded registers the bounded transports with the ZeroMQ library, whose transports are global.
var registerBounded = sync.OnceValue(func() error {
	var errs []error
	for name, network := range map[string]string{"tcp": "tcp", "ipc": "unix"} {
		errs = append(errs, zmq4.RegisterTransport(boundedPrefix+name, boundedTransport{transport.New(network)}))
	}
	return errors.Join(errs...)
})

// boundedTransport listens for connections and bounds their messages.
type boundedTransport struct{ transport.Transport }

func (t boundedTransport) Listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := t.Transport.Listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	return boundedListener{l}, nil
}

type boundedListener struct{ net.Listener }

func (l boundedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadDeadline(time.Now().Add(maxHandshake)) // fails only on a closed connection
	return &boundedConn{Conn: conn, skip: greetingSize}, nil
}

// greetingSize is the size of ZMTP's greeting, which comes before the first frame.
const greetingSize = 64

// boundedConn follows the frames of a ZMTP connection, and closes it at the first one that exceeds the bounds.
//
//	greeting, then frames: flags (1 byte: 1 more, 2 long, 4 command), size (1 byte, or 8 where long), body
type boundedConn struct {
	net.Conn
	skip   uint64 // bytes of the greeting or of a body that are still to come
	header []byte // the bytes of a frame's header that have arrived
	bytes  uint64 // of the message so far
	frames int
	open   bool // the first command has been announced
}

// Read passes on what arrives, except the end of a header that declares too much.
func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if wrong := c.follow(p[:n]); wrong != nil {
		c.Conn.Close()
		return 0, fmt.Errorf("%w: %w", wrong, io.EOF) // the EOF tells the library that the connection is closed
	}
	if err != nil && !c.open {
		c.Conn.Close() // the library forgets a connection whose handshake failed
	}
	return n, err
}

// follow reads the headers in the bytes that have arrived.
func (c *boundedConn) follow(p []byte) error {
	for len(p) > 0 {
		if c.skip > 0 {
			n := min(c.skip, uint64(len(p)))
			c.skip -= n
			p = p[n:]
			continue
		}
		c.header, p = append(c.header, p[0]), p[1:]
		long := c.header[0]&2 != 0
		if len(c.header) < 2 || long && len(c.header) < 9 {
			continue
		}
		size := uint64(c.header[1])
		if long {
			size = binary.BigEndian.Uint64(c.header[1:])
		}
		more := c.header[0]&1 != 0
		c.header = c.header[:0]
		c.frames++
		if size > maxMessage-c.bytes || c.frames > maxFrames {
			return errTooLarge
		}
		c.bytes += size
		c.skip = size
		if !more {
			c.bytes, c.frames = 0, 0
		}
		if !c.open {
			c.open = true
			_ = c.Conn.SetReadDeadline(time.Time{}) // fails only on a closed connection
		}
	}
	return nil
}
