//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGPUScript runs gpu.sh with a bench that prints how it was called and fails in float32. On a CPU all calls are
// made with the flags given, and the first one's status is the script's; what it cannot run with it says.
func TestGPUScript(t *testing.T) {
	bench := filepath.Join(t.TempDir(), "bench")
	script := "#!/bin/sh\necho \"$@\"\ncase \"$*\" in *bfloat16*) exit 0 ;; esac\nexit 7\n"
	if err := os.WriteFile(bench, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(plugin string, args ...string) (status int, out string) {
		c := exec.Command("sh", append([]string{"gpu.sh"}, args...)...)
		c.Env = append(os.Environ(), "PJRT_PLUGIN_LIBRARY_PATH="+plugin)
		said, err := c.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return c.ProcessState.ExitCode(), string(said)
	}
	status, out := run("/plugins", bench, "python", "--backend=xla:cpu", "--case=mini-infer")
	const want = "--python=python --backend=xla:cpu --case=mini-infer\n" +
		"--python=python --bfloat16 --backend=xla:cpu --case=mini-infer\n" +
		"--python=python --bytes --backend=xla:cpu --case=mini-infer\n"
	if status != 7 || out != want {
		t.Errorf("status %d, calls\n%swant 7,\n%s", status, out, want)
	}
	for _, c := range []struct {
		plugin string
		args   []string
		status int
		says   string
	}{
		{"/plugins", []string{bench}, 2, "usage"},
		{"/plugins", []string{bench, "python", "--backend=go"}, 2, "want --backend=xla:cpu"},
		{"", []string{bench, "python", "--backend=xla:cpu"}, 1, "PJRT_PLUGIN_LIBRARY_PATH"},
		{"", []string{bench, "false"}, 1, ""}, // a Python that does not run
	} {
		if status, out := run(c.plugin, c.args...); status != c.status || !strings.Contains(out, c.says) {
			t.Errorf("%v: status %d, %q; want %d and %q", c.args, status, out, c.status, c.says)
		}
	}
}
