//go:build linux

package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"coadapt/kernel-setup/bridge"
)

// reader plays the bridge and a reader who types lines; nil lines: there is no reader. argv of a command is what it
// orders.
func reader(t *testing.T, argv []string, lines []string) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "input-") // a socket's path has no room for a test's folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "bridge"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	feeds := func(in *json.Decoder, out *json.Encoder) {
		for _, line := range lines {
			var a bridge.Ask
			if in.Decode(&a) != nil || out.Encode(bridge.Order{Run: true, Input: line}) != nil {
				return
			}
		}
		var a bridge.Ask
		if in.Decode(&a) == nil {
			_ = out.Encode(bridge.Order{}) // the feeder may be gone
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			go func() {
				defer conn.Close()
				in, out := json.NewDecoder(conn), json.NewEncoder(conn)
				var h bridge.Hello
				if in.Decode(&h) != nil {
					return
				}
				if h.Kind == bridge.KindInput {
					if out.Encode(bridge.Order{Run: lines != nil}) == nil && lines != nil {
						feeds(in, out)
					}
					return
				}
				var e bridge.Exit
				if out.Encode(bridge.Order{Run: true, Argv: argv, Feed: true}) == nil {
					_ = in.Decode(&e) // the end is all that counts
				}
			}()
		}
	}()
	return l.Addr().String()
}

// A cell's program and a shell command, with GoNB's pipe as their standard input, which never ends.
func TestInput(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell := func(script string) []string { return []string{"/bin/sh", "-c", script} }
	for _, c := range []struct {
		name, script string
		lines        []string
		want         string
	}{
		{"no reader", "cat; echo end", nil, "end\n"},
		{"a reader", `read x; read y; echo "<$x> <$y>"`, []string{"Ada\n", "Bob B\n"}, "<Ada> <Bob B>\n"},
		{"a reader who stops", "cat; echo end", []string{"Ada\n"}, "Ada\nend\n"},
		{"nothing is read", "echo end", []string{"Ada\n"}, "end\n"},
	} {
		for kind, args := range map[string][]string{"program": append([]string{"cell"}, shell(c.script)...),
			"command": {"command", "0"}} {
			cmd := exec.CommandContext(t.Context(), exe, args...)
			cmd.Env = append(os.Environ(), bridge.EnvSocket+"="+reader(t, shell(c.script), c.lines))
			never, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.Output()
			never.Close()
			if err != nil || string(out) != c.want {
				t.Errorf("%s, %s: %q, %v; want %q", c.name, kind, out, err, c.want)
			}
		}
	}
}

// What a program asks through gonbui comes by GoNB's pipe.
func TestInputThroughGoNB(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "cell", "/bin/sh", "-c", `read x; echo "<$x>"`)
	cmd.Env = append(os.Environ(), bridge.EnvSocket+"="+reader(t, nil, []string{"", "", "", "", "", "", ""}))
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	defer to.Close()
	cmd.Stdin = from
	if _, err := to.WriteString("Ada\n"); err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.Output(); err != nil || string(out) != "<Ada>\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestBuildsOfCellsAreWrapped(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	program := filepath.Join(dir, "gonb_1")
	made := func(args []string) int {
		if _, err := os.Stat(program); err == nil {
			t.Error("go build would refuse to write over a script")
		}
		if err := os.WriteFile(args[2], []byte("#!/bin/sh\necho \"$@\"; exit 3\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return 0
	}
	for range 2 { // a second cell writes over the first one's
		if got := wrapBuild([]string{"build", "-o", program, "-x"}, made); got != 0 {
			t.Fatalf("status %d", got)
		}
	}
	out, err := exec.Command(program, "a b", "c").Output()
	if exitStatus(err) != 3 || string(out) != "a b c\n" {
		t.Errorf("the program says %q, %v", out, err)
	}
	for _, args := range [][]string{{"build", "-o", "/elsewhere/x.wasm"}, {"get"}, {"build", "-o"}} {
		if at := cellBinary(args); at != 0 {
			t.Errorf("%q makes a cell's program at %d", args, at)
		}
	}
	if got := wrapBuild([]string{"build", "-o", program}, func([]string) int { return 7 }); got != 7 {
		t.Errorf("a failed build has status %d", got)
	}
}
