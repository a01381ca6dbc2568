package bridge

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSignatures(t *testing.T) {
	key := []byte("a0436f6c-1916-498b-8eb9-e81ab9368e84")
	m := answer(nil, "s", "execute_request", map[string]any{"code": "x"})
	m.buffers = [][]byte{{1, 2}}
	frames := m.encode([][]byte{[]byte("id")}, key)
	got, err := decode(frames, key)
	if err != nil || got.head != m.head || string(got.ids[0]) != "id" || !bytes.Equal(got.buffers[0], []byte{1, 2}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i := 2; i < 7; i++ { // signature, header, parent, metadata, content
		forged := append([][]byte{}, frames...)
		forged[i] = append([]byte(" "), forged[i]...)
		if _, err := decode(forged, key); !errors.Is(err, errSignature) {
			t.Errorf("with frame %d changed: %v", i, err)
		}
	}
	if _, err := decode(m.encode(nil, nil), nil); err != nil {
		t.Errorf("without a key: %v", err)
	}
	if _, err := decode(m.encode(nil, nil), key); !errors.Is(err, errSignature) {
		t.Errorf("an unsigned message: %v", err)
	}
	for _, bad := range [][][]byte{nil, {[]byte("x")}, frames[:5], frames[2:]} {
		if _, err := decode(bad, key); err == nil {
			t.Errorf("%q was taken for a message", bad)
		}
	}
}

// The signature is that of the protocol's own definition: HMAC-SHA256 over the four parts. The digest is from Python:
// hmac.new(b"key", b'{"a":1}{}{}{"b":2}', "sha256").hexdigest()
func TestSignIsTheProtocols(t *testing.T) {
	const want = "0206f42f4ae2a48f6054ab91271f90c100f7022f55fb1f23de6377624d533752"
	m := &message{header: []byte(`{"a":1}`), parent: []byte("{}"), metadata: []byte("{}"), content: []byte(`{"b":2}`)}
	if got := string(m.encode(nil, []byte("key"))[1]); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestConnectionFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kernel-1.json")
	for text, want := range map[string]string{
		`{"transport":"tcp","ip":"127.0.0.1","key":"k","signature_scheme":"hmac-sha256"}`: "",
		`{"transport":"ipc","ip":"/x","key":""}`:                                          "",
		`{"transport":"tcp","key":"k","signature_scheme":"hmac-md5"}`:                     "hmac-sha256",
		`{"transport":"udp"}`: "tcp or ipc",
		`{`:                   file,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadConnection(file); (err == nil) != (want == "") || err != nil &&
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one naming %q", text, err, want)
		}
	}
	dir := t.TempDir()
	own, c, err := private(dir, file)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(own)
	if err != nil || info.Mode().Perm() != 0o600 || filepath.Base(own) != "kernel-1.json" {
		t.Errorf("GoNB's file is %s %v, want mode 0600 and the client's name", own, info.Mode())
	}
	_, other, err := private(t.TempDir(), file)
	if err != nil || len(c.Key) < 32 || c.Key == other.Key {
		t.Errorf("keys %q and %q, %v", c.Key, other.Key, err)
	}
}
