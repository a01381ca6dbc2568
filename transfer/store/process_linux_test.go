package store

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

const hiddenStore = "COADAPT_TEST_HIDDEN_STORE"

// TestChildOfAnotherUser is the worker of TestHiddenHolder; alone it does nothing.
func TestChildOfAnotherUser(t *testing.T) {
	dir := os.Getenv(hiddenStore)
	if dir == "" {
		t.Skip("not a test of its own")
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := s.Claim(key); !errors.As(err, &held) {
		t.Errorf("%v, want a HeldError: the holder lives", err)
	}
}

// TestHiddenHolder: where /proc hides other users' processes, a holder of another user is not taken for dead.
func TestHiddenHolder(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	dir, err := os.MkdirTemp("", "store-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := dir + "/test"
	for _, c := range [][]string{{"cp", os.Args[0], program}, {"chmod", "755", dir}} {
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v %s", c, err, out)
		}
	}
	s, err := Open(dir + "/store")
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Claim(key)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if out, err := exec.Command("chown", "-R", "65534:65534", s.Dir()).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	const hide = "mount -t proc -o hidepid=2 proc /proc && command -v setpriv >/dev/null || exit 99\n" +
		"exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" -test.v -test.run='^TestChildOfAnotherUser$'"
	c := exec.Command("sh", "-c", hide, program)
	c.Dir, c.Env = dir, append(os.Environ(), hiddenStore+"="+s.Dir())
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := c.CombinedOutput()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() == 99 || errors.Is(err, syscall.EPERM):
		t.Skipf("/proc cannot be mounted anew, or there is no setpriv: %v %s", err, out)
	case err != nil || !strings.Contains(string(out), "--- PASS"):
		t.Errorf("%v\n%s", err, out)
	}
}
