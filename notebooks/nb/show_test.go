//go:build unix

package nb

import (
	"bytes"
	"encoding/gob"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// gonb stands in for GoNB at the other end of a cell's pipes: it answers Sync
// and passes on what is displayed.
//
// gonbui has its pipes for as long as the process lives, so that a test with them runs in one of its own; see apart.
func gonb(t *testing.T) (displayed <-chan protocol.DisplayData, say func(address string, value any)) {
	t.Helper()
	dir := t.TempDir()
	there, back := filepath.Join(dir, "there"), filepath.Join(dir, "back")
	for _, pipe := range []string{there, back} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Skip("needs named pipes: ", err)
		}
	}
	t.Setenv(protocol.GONB_PIPE_ENV, there)
	t.Setenv(protocol.GONB_PIPE_BACK_ENV, back)
	gonbui.IsNotebook = true
	shown, answers := make(chan protocol.DisplayData, 100), make(chan protocol.CommValue)
	go func() {
		defer close(shown)
		in, err := os.Open(there)
		if err != nil {
			return
		}
		defer in.Close()
		out, err := os.OpenFile(back, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer out.Close()
		dec, enc := gob.NewDecoder(in), gob.NewEncoder(out)
		go func() {
			for v := range answers {
				if enc.Encode(&v) != nil {
					return
				}
			}
		}()
		for {
			var d protocol.DisplayData
			if dec.Decode(&d) != nil {
				return
			}
			sync, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue)
			if !ok {
				shown <- d
				continue
			}
			if sync.Address == "#gonbui/sync" {
				sync.Address = protocol.GonbuiSyncAckAddress
				answers <- sync
				continue
			}
			shown <- d
		}
	}()
	return shown, func(address string, value any) { answers <- protocol.CommValue{Address: address, Value: value} }
}

// apart runs the test that calls it in a process of its own: it returns true there, and false in the first process when
// that has ended well.
func apart(t *testing.T) bool {
	t.Helper()
	const inside = "NB_TEST_APART"
	if os.Getenv(inside) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skip(string(out))
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("it did not run: %s", out)
	}
	return false
}

// The figure reaches the notebook as a PNG with its text and width; the pipe
// carries registered types only, and a figure that is lost must be an error.
func TestDisplay(t *testing.T) {
	if !apart(t) {
		return
	}
	shown, _ := gonb(t)
	png := []byte("\x89PNG")
	if err := display(png, "a curve", 624, map[string]any{stampField: "{}"}); err != nil {
		t.Fatal(err)
	}
	select {
	case d, ok := <-shown:
		if !ok {
			t.Fatal("what the cell sent cannot be read")
		}
		if got, _ := d.Data[protocol.MIMEImagePNG].([]byte); !bytes.Equal(got, png) ||
			d.Data[protocol.MIMETextPlain] != "a curve" {
			t.Errorf("shown: %v", d.Data)
		}
		if meta, _ := d.Metadata["image/png"].(map[string]any); meta["width"] != 624 {
			t.Errorf("width: %v, want 624", d.Metadata)
		}
		if d.Metadata["coadapt"] != "{}" {
			t.Errorf("metadata %v have no stamp", d.Metadata)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was shown")
	}
	gonbui.SendData(
		&protocol.DisplayData{Metadata: map[string]any{"x": struct{ Unregistered int }{}}},
	) // breaks the pipe for good
	if err := display(png, "a curve", 624, nil); err == nil {
		t.Error("a figure that could not be sent is no error")
	}
}

// A folder of lessons may lie anywhere, and links to figures through a link of its own; elsewhere they are told from
// the notebook's folder.
func TestFigureFromANotebook(t *testing.T) {
	root := t.TempDir()
	figures, lessons := filepath.Join(root, "home", "figures"), filepath.Join(root, "lessons")
	if err := errors.Join(os.MkdirAll(figures, 0o755), os.MkdirAll(lessons, 0o755)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(figures, "a.svg")
	if got, want := from(lessons, file), filepath.Join("..", "home", "figures", "a.svg"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if err := os.Symlink(figures, filepath.Join(lessons, "figures")); err != nil {
		t.Fatal(err)
	}
	if got, want := from(lessons, file), filepath.Join("figures", "a.svg"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := from(filepath.Dir(figures), file), filepath.Join("figures", "a.svg"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
