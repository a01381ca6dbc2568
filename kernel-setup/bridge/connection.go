package bridge

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Connection is a Jupyter connection file: where a kernel listens, and the key that signs its messages.
type Connection struct {
	SignatureScheme string `json:"signature_scheme"`
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // for ipc, the prefix of the sockets' paths
	Key             string `json:"key"`       // empty: messages are not signed
	ShellPort       int    `json:"shell_port"`
	ControlPort     int    `json:"control_port"`
	StdinPort       int    `json:"stdin_port"`
	IOPubPort       int    `json:"iopub_port"`
	HBPort          int    `json:"hb_port"`
}

// ReadConnection reads a connection file. It refuses what the bridge cannot serve: signatures other than hmac-sha256,
// and transports other than tcp and ipc.
func ReadConnection(path string) (Connection, error) {
	var c Connection
	text, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("cannot read the connection file: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("connection file %s: %w", path, err)
	}
	if c.Key != "" && c.SignatureScheme != "hmac-sha256" {
		return c, fmt.Errorf("connection file %s: signature_scheme is %q, want hmac-sha256", path, c.SignatureScheme)
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return c, fmt.Errorf("connection file %s: transport is %q, want tcp or ipc", path, c.Transport)
	}
	return c, nil
}

// address is the ZeroMQ endpoint of a socket.
func (c Connection) address(of channel) string {
	port := map[channel]int{shell: c.ShellPort, control: c.ControlPort, stdin: c.StdinPort, iopub: c.IOPubPort,
		heart: c.HBPort}[of]
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	return fmt.Sprintf("tcp://%s:%d", c.IP, port)
}

// private writes a connection file for GoNB into dir that only this user can read. It has a key of its own, and sockets
// in dir, which no other user can reach and no port collides with. It is named like the client's file, because GoNB
// takes the kernel's id from the name.
func private(dir, client string) (path string, c Connection, err error) {
	c = Connection{SignatureScheme: "hmac-sha256", Transport: "ipc", IP: filepath.Join(dir, "gonb"),
		Key: rand.Text() + rand.Text(), ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HBPort: 5}
	path = filepath.Join(dir, filepath.Base(client))
	if err := os.WriteFile(path, encodeJSON(c), 0o600); err != nil {
		return "", c, fmt.Errorf("cannot write GoNB's connection file: %w", err)
	}
	return path, c, nil
}
