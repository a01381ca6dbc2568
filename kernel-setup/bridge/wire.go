package bridge

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// delimiter separates a message's routing frames from its signature.
const delimiter = "<IDS|MSG>"

// protocolVersion is the bridge's version of the protocol. Version 5.4 requires that every subscriber is greeted
// (iopub_welcome), and the ZeroMQ library does not report subscriptions.
const protocolVersion = "5.3"

// header has the fields of a message's header that the bridge reads.
type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// message is one Jupyter message. Its four JSON parts stay as they were received, so that they are passed on byte for
// byte.
type message struct {
	ids                               [][]byte // routing frames: the sender or the receiver
	header, parent, metadata, content []byte   // JSON objects
	buffers                           [][]byte // raw frames behind the JSON
	signature                         []byte   // of a received message, decoded; nil without a key
	head, above                       header   // header and parent, parsed
}

// errSignature says that a message was not signed with the connection's key.
var errSignature = errors.New("the signature does not match the connection's key")

// errReplay says that a message with the same signature was received before.
var errReplay = errors.New("the same message has come before")

// decode parses a message and checks its signature. An empty key means that messages are not signed.
func decode(frames [][]byte, key []byte) (*message, error) {
	at := slices.IndexFunc(frames, func(f []byte) bool { return string(f) == delimiter })
	if at < 0 || len(frames) < at+6 {
		return nil, fmt.Errorf("%d frames that are no Jupyter message", len(frames))
	}
	parts := frames[at+2 : at+6]
	var given []byte
	if len(key) > 0 {
		var err error
		given, err = hex.DecodeString(string(frames[at+1]))
		if err != nil || !hmac.Equal(given, sign(key, parts)) {
			return nil, errSignature
		}
	}
	m := &message{ids: frames[:at], header: parts[0], parent: parts[1], metadata: parts[2], content: parts[3],
		buffers: frames[at+6:], signature: given}
	if err := json.Unmarshal(m.header, &m.head); err != nil {
		return nil, fmt.Errorf("a message's header is no JSON: %w", err)
	}
	if m.head.ID == "" || m.head.Type == "" {
		return nil, errors.New("a message's header has no msg_id or msg_type")
	}
	if err := json.Unmarshal(m.parent, &m.above); err != nil {
		return nil, fmt.Errorf("%s: its parent's header is no JSON: %w", m.head.Type, err)
	}
	if !json.Valid(m.metadata) || !json.Valid(m.content) {
		return nil, fmt.Errorf("%s: metadata or content is no JSON", m.head.Type)
	}
	return m, nil
}

// encode makes the frames of a message after the given routing frames, signed with key.
func (m *message) encode(ids [][]byte, key []byte) [][]byte {
	parts := [][]byte{m.header, m.parent, m.metadata, m.content}
	signature := []byte{}
	if len(key) > 0 {
		signature = []byte(hex.EncodeToString(sign(key, parts)))
	}
	return slices.Concat(ids, [][]byte{[]byte(delimiter), signature}, parts, m.buffers)
}

func sign(key []byte, parts [][]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// answer makes a message of the bridge's own. It answers parent, or no request if parent is nil.
func answer(parent *message, session, kind string, content any) *message {
	h := header{ID: rand.Text(), Session: session, Username: "kernel", Date: time.Now().UTC().Format(time.RFC3339Nano),
		Type: kind, Version: protocolVersion}
	m := &message{head: h, header: encodeJSON(h), parent: []byte("{}"), metadata: []byte("{}"),
		content: encodeJSON(content)}
	if parent != nil {
		m.ids, m.parent, m.above = parent.ids, parent.header, parent.head
	}
	return m
}

// with is m with another content.
func (m *message) with(content any) *message {
	other := *m
	other.content = encodeJSON(content)
	return &other
}

// fields is the content as an object; empty if it is not an object.
func (m *message) fields() map[string]any {
	f := map[string]any{}
	if json.Unmarshal(m.content, &f) != nil || f == nil {
		return map[string]any{}
	}
	return f
}

// encodeJSON encodes values that the bridge made itself: maps, strings and numbers, which can always be encoded.
func encodeJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
