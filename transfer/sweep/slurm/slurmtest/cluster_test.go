package slurmtest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const child = "COADAPT_TEST_SLURM_CHILD"

// TestChild is the test that TestKilled kills; alone it does nothing.
func TestChild(t *testing.T) {
	if os.Getenv(child) == "" {
		t.Skip("not a test of its own")
	}
	c := Start(t, Options{})
	// A job that hears nothing but KILL, and has left its folder and files.
	out, err := exec.Command("sbatch", "--parsable", "--output="+filepath.Join(c.Dir, "out"), "--chdir=/", "--wrap",
		`trap "" TERM HUP; echo begun; exec >/dev/null 2>&1 sleep 1000`).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c.wait("job", func() bool { _, err := os.Stat(filepath.Join(c.Dir, "out")); return err == nil })
	fmt.Println("cluster in", c.Dir)
	select {}
}

// TestKilled: of a test that is killed no process is left, nor a file.
func TestKilled(t *testing.T) {
	installed(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = cmd.Stdout
	must(t, cmd.Start())
	var dir string
	lines := bufio.NewScanner(out)
	for dir == "" && lines.Scan() {
		t.Log(lines.Text())
		_, dir, _ = strings.Cut(lines.Text(), "cluster in ")
	}
	if dir == "" {
		t.Fatalf("the child came to no cluster: %v", cmd.Wait())
	}
	before := processes(t, dir)
	must(t, cmd.Process.Kill())
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	if len(before) < 6 { // munged, slurmctld, slurmd, the step's, the job's and the watcher
		t.Errorf("processes %q while the cluster ran, want six at least", before)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		left := processes(t, dir)
		_, err := os.Stat(dir)
		if len(left) == 0 && errors.Is(err, fs.ErrNotExist) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("left a minute after the kill: %q, folder %v", left, err)
		}
	}
}

// processes are those of a cluster: its folder is in their arguments, their environment or their files.
func processes(t *testing.T, dir string) (found []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	must(t, err)
	for _, p := range all {
		args, _ := os.ReadFile(filepath.Join(p, "cmdline")) // it may have ended
		env, _ := os.ReadFile(filepath.Join(p, "environ"))
		files, _ := filepath.Glob(filepath.Join(p, "fd", "*"))
		open := false
		for _, f := range files {
			to, _ := os.Readlink(f)
			open = open || strings.HasPrefix(to, dir+"/")
		}
		if open || strings.Contains(string(args), dir) || strings.Contains(string(env), dir) {
			found = append(found, filepath.Base(p)+" "+strings.ReplaceAll(string(args), "\x00", " "))
		}
	}
	return found
}
