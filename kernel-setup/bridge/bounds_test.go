package bridge

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// zmtp is a greeting and the READY command of a DEALER, by ZMTP 3.0 (rfc.zeromq.org/spec/23).
func zmtp() []byte {
	greeting := make([]byte, greetingSize)
	greeting[0], greeting[9], greeting[10] = 0xff, 0x7f, 3
	copy(greeting[12:], "NULL")
	body := append([]byte("\x05READY\x0bSocket-Type\x00\x00\x00\x06"), "DEALER"...)
	return append(append(greeting, 4, byte(len(body))), body...)
}

// longFrame is the header of a frame that declares size.
func longFrame(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | 2}, size)
}

func TestHugeFramesEndTheirConnectionOnly(t *testing.T) {
	_, c, _ := start(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, size := range []uint64{maxMessage + 1, 1 << 40, 1 << 62, 1<<64 - 1} {
		conn, err := net.Dial("unix", strings.TrimPrefix(c.conn.address(shell), "ipc://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(append(zmtp(), longFrame(0, size)...)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a frame of %d bytes: the connection stays", size)
		}
		conn.Close()
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("%d bytes were taken", took)
	}
	if got := c.ask(shell, "kernel_info_request", map[string]any{}); got["status"] != "ok" {
		t.Errorf("the kernel answers %v", got)
	}
}

func TestBoundsOfAMessage(t *testing.T) {
	many := zmtp()
	for range maxFrames + 1 {
		many = append(many, 1, 0)
	}
	last := append(zmtp(), longFrame(1, maxMessage-10)...)
	for _, c := range []struct {
		name string
		sent []byte
		body uint64 // skipped after sent
		more []byte
		want error
	}{
		{"a message at the bound", append(zmtp(), longFrame(0, maxMessage)...), maxMessage, []byte{0, 5}, nil},
		{"two frames beyond it", last, maxMessage - 10, []byte{0, 11}, errTooLarge},
		{"two frames within it", last, maxMessage - 10, []byte{0, 10}, nil},
		{"too many frames", many, 0, nil, errTooLarge},
	} {
		for _, step := range []int{1, 7, len(many)} { // however the bytes arrive
			here, there := net.Pipe()
			conn := &boundedConn{Conn: here, skip: greetingSize}
			var err error
			for at := 0; at < len(c.sent) && err == nil; at += step {
				err = conn.follow(c.sent[at:min(at+step, len(c.sent))])
			}
			if err == nil {
				if conn.skip != c.body {
					t.Errorf("%s: %d bytes are to come, want %d", c.name, conn.skip, c.body)
				}
				conn.skip = 0
				err = conn.follow(c.more)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%s, %d bytes at a time: %v, want %v", c.name, step, err, c.want)
			}
			here.Close()
			there.Close()
		}
	}
}

func TestReplayedMessagesAreRefused(t *testing.T) {
	gonb, c, _ := start(t)
	m := c.send(shell, "execute_request", execute("x"))
	gonb.run(ok())
	c.output(m)
	c.side.send(shell, nil, m) // the same bytes
	gonb.idle(c)
}

func TestOldSignaturesAreForgotten(t *testing.T) {
	var s signatures
	key := func(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }
	for i := range 2*rememberedSignatures + 10 {
		if !s.fresh(key(i)) || s.fresh(key(i)) {
			t.Fatalf("signature %d is not told from a replay", i)
		}
	}
	if n := len(s.seen) + len(s.older); n != rememberedSignatures+10 || s.fresh(key(rememberedSignatures+10)) ||
		!s.fresh(key(0)) {
		t.Errorf("%d signatures are remembered, want %d and not the first", n, rememberedSignatures+10)
	}
}
