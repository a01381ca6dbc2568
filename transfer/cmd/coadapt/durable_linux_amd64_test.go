package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// What a command left behind when it returned 0 must survive a power cut. The kernel is asked, as only it knows: the
// command runs under ptrace, and its calls of fsync and rename are noted in their order.

// diskCall is a call that succeeded.
type diskCall struct{ what, path, to string } // what is "create", "sync" or "rename"; to is where a rename leads

// Numbers of Linux on amd64.
var diskCalls = map[uint64]string{
	syscall.SYS_OPENAT: "create", syscall.SYS_FSYNC: "sync", syscall.SYS_FDATASYNC: "sync",
	syscall.SYS_RENAMEAT: "rename", syscall.SYS_RENAME: "rename", 316: "rename", // renameat2
}

// traceDisk runs the command and returns its calls. All paths in args must be absolute.
func traceDisk(t *testing.T, args ...string) (calls []diskCall) {
	t.Helper()
	runtime.LockOSThread() // ptrace knows a process by the thread that started it
	defer runtime.UnlockOSThread()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), asProgram+"=1"), out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Skip("no process can be traced here:", err)
	}
	pid := cmd.Process.Pid
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil {
		t.Skip("no process can be traced here:", err)
	}
	const exitKill = 0x100000
	if err := syscall.PtraceSetOptions(pid,
		syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|exitKill); err != nil {
		_ = cmd.Process.Kill()
		t.Skip("no process can be traced here:", err)
	}
	pending := map[int]*diskCall{} // by thread that is in a call
	inside := map[int]bool{}
	for tid, sig := pid, 0; ; {
		_ = syscall.PtraceSyscall(tid, sig) // the thread may have ended meanwhile
		for {
			if tid, err = syscall.Wait4(-pid, &ws, syscall.WALL, nil); err != nil {
				t.Fatal(err)
			}
			if ws.Stopped() {
				break
			}
			if text, _ := os.ReadFile(out.Name()); tid == pid && ws.ExitStatus() != 0 {
				t.Fatalf("%v: status %d\n%s", args, ws.ExitStatus(), text)
			} else if tid == pid {
				return calls
			}
		}
		sig = 0
		switch stop := ws.StopSignal(); stop {
		case syscall.SIGTRAP | 0x80: // a call begins or ends
			var r syscall.PtraceRegs
			if err := syscall.PtraceGetRegs(tid, &r); err != nil {
				continue
			}
			if inside[tid] = !inside[tid]; inside[tid] {
				pending[tid] = diskCallOf(tid, &r)
			} else if c := pending[tid]; c != nil && int64(r.Rax) >= 0 {
				calls = append(calls, *c)
			}
		case syscall.SIGTRAP, syscall.SIGSTOP: // a new thread
		default:
			sig = int(stop)
		}
	}
}

func diskCallOf(tid int, r *syscall.PtraceRegs) *diskCall {
	what, ok := diskCalls[r.Orig_rax]
	switch {
	case !ok, what == "create" && r.Rdx&syscall.O_CREAT == 0:
		return nil
	case what == "create":
		return &diskCall{what: what, path: textAt(tid, r.Rsi)}
	case what == "sync":
		path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, r.Rdi))
		return &diskCall{what: what, path: path}
	case r.Orig_rax == syscall.SYS_RENAME:
		return &diskCall{what: what, path: textAt(tid, r.Rdi), to: textAt(tid, r.Rsi)}
	}
	return &diskCall{what: what, path: textAt(tid, r.Rsi), to: textAt(tid, r.R10)}
}

// textAt is a path in the process's memory.
func textAt(tid int, at uint64) string {
	buf := make([]byte, 512)
	n, _ := syscall.PtracePeekData(tid, uintptr(at), buf)
	text, _, _ := strings.Cut(string(buf[:n]), "\x00")
	return text
}

// notDurable says what of the files and folders that were renamed to a place below dir would not survive a power cut:
// each must have been synced before, with all files that were created in it, and the folder above afterwards.
func notDurable(calls []diskCall, dir string) (renamed int, wrong []string) {
	synced := func(list []diskCall, path string) bool {
		for _, c := range list {
			if c.what == "sync" && c.path == path {
				return true
			}
		}
		return false
	}
	for i, c := range calls {
		if c.what != "rename" || !strings.HasPrefix(c.to, dir) || strings.Contains(c.to, "/workers/") ||
			strings.Contains(c.to, "/stage/") {
			continue // how far a worker is that a power cut would end; what is moved away to be removed
		}
		renamed++
		if !synced(calls[:i], c.path) {
			wrong = append(wrong, "not synced before it was renamed: "+c.path)
		}
		if !synced(calls[i:], filepath.Dir(c.to)) {
			wrong = append(wrong, "the folder was not synced after "+c.to)
		}
		for k, inner := range calls[:i] {
			if inner.what == "create" && strings.HasPrefix(inner.path, c.path+"/") && !synced(calls[k:i], inner.path) {
				wrong = append(wrong, "a file of a renamed folder, not synced: "+inner.path)
			}
		}
	}
	return renamed, wrong
}

// TestDurable: exports, packs, figures, entries and the records of runs are on disk when the command returns 0.
func TestDurable(t *testing.T) {
	if calls := traceDisk(t, "arch", "mini"); len(calls) > 0 {
		t.Errorf("printing a net wrote %v", calls)
	}
	run := tiny(t)
	store, dir := os.Getenv("COADAPT_STORE"), t.TempDir()
	tables := filepath.Join(dir, "tables")
	if err := os.Mkdir(tables, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		below string // what is looked at
		least int    // renames
	}{
		{args: append([]string{"run"}, run[1:]...), below: store, least: 5},
		{args: []string{"store", "export", "-o", filepath.Join(dir, "nets.tar.zst")}, below: dir, least: 1},
		{args: []string{"store", "export", "-o", tables}, below: dir, least: 2},
		{args: []string{"figure", "-o", filepath.Join(dir, "curve.svg")}, below: dir, least: 1},
		{args: []string{"store", "import", filepath.Join(dir, "nets.tar.zst"), "-store", filepath.Join(dir, "other")},
			below: filepath.Join(dir, "other", "entries"), least: 4},
		{args: []string{"pack", "-data", "shapes:classes=4,train=3,test=2,size=24", "-o", filepath.Join(dir, "pack")},
			below: dir, least: 1},
	} {
		calls := traceDisk(t, c.args...)
		renamed, wrong := notDurable(calls, c.below)
		if renamed < c.least {
			t.Errorf("%v: %d renames below %s, want at least %d: %v", c.args, renamed, c.below, c.least, calls)
		}
		for _, w := range wrong {
			t.Errorf("%v: %s", c.args, w)
		}
	}
}
