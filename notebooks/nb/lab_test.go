//go:build unix

package nb

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An interrupted cell says what is kept, even when it is in the middle of a
// step that does not look up.
func TestInterruptedInALongStep(t *testing.T) {
	const inside = "NB_TEST_INTERRUPTED"
	if os.Getenv(inside) != "" {
		l := &Lab{}
		l.listen(50 * time.Millisecond)
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		<-l.ctx.Done()
		time.Sleep(time.Minute) // the long step
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInterruptedInALongStep$")
	cmd.Env = append(os.Environ(), inside+"=1")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || time.Since(start) > 30*time.Second {
		t.Errorf("it ended with %v after %v, want exit status 1 at once", err, time.Since(start))
	}
	if got := strings.TrimSpace(string(out)); !strings.HasPrefix(got,
		"interrupted: every finished net is in the store") || strings.Contains(got, "\n") {
		t.Errorf("it said %q, want one sentence that tells what is kept", got)
	}
}

// A lab that was closed leaves an interrupt to whoever comes next.
func TestClosedLabDoesNotListen(t *testing.T) {
	l := &Lab{}
	l.listen(0)
	l.stop()
	time.Sleep(50 * time.Millisecond) // were it to end the process, it would now
	if l.ctx.Err() == nil {
		t.Error("stop does not end the lab's context")
	}
}
