package storetest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Kinds are the kinds of calls that are counted, in the order of a table. Closing is left out: there is one for each
// that opens. Locks, polls and what else stays within a machine are left out, too.
func Kinds() []string {
	return []string{"open", "read", "write", "fsync", "rename", "readdir", "stat", "unlink", "mkdir"}
}

// kindOf has the system calls of Linux by their kinds.
func kindOf() map[string]string {
	kinds := map[string]string{}
	for kind, calls := range map[string]string{
		"open":    "open openat",
		"read":    "read pread64",
		"write":   "write pwrite64 ftruncate utimensat",
		"fsync":   "fsync fdatasync",
		"rename":  "rename renameat renameat2",
		"readdir": "getdents64",
		"stat":    "stat lstat newfstatat fstat statx readlinkat",
		"unlink":  "unlink unlinkat rmdir",
		"mkdir":   "mkdir mkdirat",
	} {
		for call := range strings.FieldsSeq(calls) {
			kinds[call] = kind
		}
	}
	return kinds
}

// Calls are what was asked of the file system in a phase.
type Calls struct {
	Phase   string
	Seconds float64
	Kinds   map[string]int
}

// Sum is the number of all calls.
func (c Calls) Sum() (n int) {
	for _, k := range c.Kinds {
		n += k
	}
	return n
}

const (
	envFolder = "COADAPT_TRACED"
	mark      = "/phase of the trace: "
)

// Folder is where a traced benchmark has its store; "" in a process that is not traced.
func Folder() string { return os.Getenv(envFolder) }

// Phase begins a phase of the traced process. A name of "" begins what is not counted.
func Phase(name string) { _, _ = os.Stat(Folder() + mark + name) } // it is in the trace, and nowhere else

// Trace runs the calling benchmark once more, as a process under strace, and counts the calls of its phases. Where
// strace is not installed, or may not trace, the benchmark is skipped.
func Trace(b *testing.B) []Calls {
	b.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		b.Skip("strace is not installed (Debian, Ubuntu: strace)")
	}
	dir := b.TempDir()
	store, out := filepath.Join(dir, "store"), filepath.Join(dir, "trace")
	var names []string
	for call := range kindOf() {
		names = append(names, "?"+call) // ?: not all machines have all of them
	}
	slices.Sort(names)
	name, _, _ := strings.Cut(b.Name(), "/")
	c := exec.CommandContext(b.Context(), strace, "-f", "--seccomp-bpf", "-qq", "-y", "-ttt", "-o", out,
		"-e", "trace="+strings.Join(names, ","), os.Args[0], "-test.run=^$", "-test.bench=^"+name+"$",
		"-test.benchtime=1x",
		"-test.timeout=0")
	c.Env = append(os.Environ(), envFolder+"="+store)
	if said, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	f, err := os.Open(out)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	phases, err := count(f, store)
	if err != nil {
		b.Fatal(err)
	}
	return phases
}

// count reads a trace: lines of process, seconds and call, as strace -f -y -ttt writes them. It counts those that name
// a path below dir, or a file that is open there.
func count(trace io.Reader, dir string) ([]Calls, error) {
	kinds := kindOf()
	var all []Calls
	now, began := -1, 0.0 // the phase, -1: none
	lines := bufio.NewScanner(trace)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		fields := strings.Fields(line)
		if len(fields) < 3 || !strings.Contains(line, dir) {
			continue
		}
		call, _, begins := strings.Cut(fields[2], "(")
		if !begins || kinds[call] == "" {
			continue // the end of a call that began on a line before, or a signal
		}
		at, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return nil, fmt.Errorf("strace: line %q, want the time in its second field", line)
		}
		if _, phase, ok := strings.Cut(line, dir+mark); ok {
			if now >= 0 {
				all[now].Seconds += at - began
			}
			name, _, _ := strings.Cut(phase, `"`)
			now, began = slices.IndexFunc(all, func(c Calls) bool { return c.Phase == name }), at
			if now < 0 && name != "" {
				now, all = len(all), append(all, Calls{Phase: name, Kinds: map[string]int{}})
			}
			continue
		}
		if now >= 0 {
			all[now].Kinds[kinds[call]]++
		}
	}
	return all, lines.Err()
}
