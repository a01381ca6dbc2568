package bridge

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Connection is a Jupyter connection file: where a kernel listens, and the key that signs its messages.
type Connection struct {
	SignatureScheme string `json:"signature_scheme"`
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // for ipc, the beginning of the sockets' paths
	Key             string `json:"key"`       // empty: messages are not signed
	ShellPort       int    `json:"shell_port"`
	ControlPort     int    `json:"control_port"`
	StdinPort       int    `json:"stdin_port"`
	IOPubPort       int    `json:"iopub_port"`
	HBPort          int    `json:"hb_port"`
}

// ReadConnection reads a connection file and refuses what the bridge cannot serve: another signature than hmac-sha256, another transport
// than tcp or ipc.
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

// address is the ZeroMQ endpoint of a port.
func (c Connection) address(port int) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	return fmt.Sprintf("tcp://%s:%d", c.IP, port)
}

// private writes the connection file for GoNB into dir, readable by this user only: sockets in dir, which no port can collide with and no
// other user reach, and a key of its own. The file is called as the client's, because GoNB reads the kernel's id out of its name.
func private(dir, client string) (path string, c Connection, err error) {
	c = Connection{SignatureScheme: "hmac-sha256", Transport: "ipc", IP: filepath.Join(dir, "gonb"), Key: newID() + newID(),
		ShellPort: 1, ControlPort: 2, StdinPort: 3, IOPubPort: 4, HBPort: 5}
	path = filepath.Join(dir, filepath.Base(client))
	if err := os.WriteFile(path, encodeJSON(c), 0o600); err != nil {
		return "", c, fmt.Errorf("cannot write GoNB's connection file: %w", err)
	}
	return path, c, nil
}
