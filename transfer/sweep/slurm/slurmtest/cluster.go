package slurmtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Options are what tests ask of the cluster. The node says that it has CPUs
// and GPUs whether it has them or not: no task is bound to any.
type Options struct {
	CPUs     int // 0 is 8
	GPUs     int
	MaxArray int // MaxArraySize; 0 is Slurm's own
	KillWait int // seconds from TERM to KILL; 0 is 10
}

// Cluster is a running Slurm. Its partitions are "main", the default, and
// "high", whose jobs preempt those of main: these are requeued.
type Cluster struct {
	Dir string // of configuration, state and logs
	t   testing.TB
}

// requeueDelay is how many seconds Slurm lets pass before a requeued task is
// started again: the life of a credential.
const requeueDelay = 10

// Start starts the cluster and names it in SLURM_CONF, for the test and the
// commands it runs. It and all it runs end with the test, also where that is
// killed. Where Slurm is not installed the test is skipped.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	programs := installed(t)
	dir, err := os.MkdirTemp("", "slurm")
	must(t, err)
	if len(dir) > 80 { // a socket's path is at most 107 bytes long
		must(t, os.Remove(dir))
		dir, err = os.MkdirTemp("/tmp", "slurm")
		must(t, err)
	}
	must(t, os.Chmod(dir, 0o755)) // munged's clients must get to its socket
	c := &Cluster{Dir: dir, t: t}
	c.watch()
	for _, d := range []string{"state", "spool", "log"} {
		must(t, os.Mkdir(filepath.Join(dir, d), 0o755))
	}
	conf := filepath.Join(dir, "slurm.conf")
	must(t, os.WriteFile(conf, []byte(c.config(o)), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "gres.conf"), []byte(gres(o.GPUs)), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "cgroup.conf"), nil, 0o644))
	key := make([]byte, 1024)
	_, err = rand.Read(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "munge.key"), key, 0o600))
	t.Setenv("SLURM_CONF", conf)
	for _, e := range os.Environ() { // of a job in which the tests run
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "SLURM_") && name != "SLURM_CONF" ||
			strings.HasPrefix(name, "SBATCH_") {
			t.Setenv(name, "")
			must(t, os.Unsetenv(name))
		}
	}
	munge := func(file string) string { return filepath.Join(dir, file) }
	c.daemon(programs["munged"], "--foreground", "--force", "--key-file="+munge("munge.key"),
		"--socket="+munge("munge.sock"), "--pid-file="+munge("munge.pid"),
		"--log-file="+munge("log/munge.log"), "--seed-file="+munge("munge.seed"))
	c.wait("munged", func() bool { _, err := os.Stat(munge("munge.sock")); return err == nil })
	c.daemon(programs["slurmctld"], "-D", "-f", conf)
	c.daemon(programs["slurmd"], "-D", "-f", conf, "-N", "n1")
	c.wait("node", func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, programs["sinfo"], "--noheader", "--Format=StateLong:|").Output()
		return err == nil && strings.HasPrefix(string(out), "idle|")
	})
	return c
}

// installed are the programs that a cluster needs, by name. Where they are not there the test is skipped.
func installed(t testing.TB) map[string]string {
	t.Helper()
	programs := map[string]string{}
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch", "sinfo"} {
		path, err := exec.LookPath(name)
		if err != nil {
			path = filepath.Join("/usr/sbin", name) // in few users' PATH
			_, err = os.Stat(path)
		}
		if err != nil || runtime.GOOS != "linux" {
			t.Skipf("there is no %s: this test wants Slurm, on Debian the packages slurm-wlm and munge", name)
		}
		programs[name] = path
	}
	return programs
}

// config is slurm.conf.
func (c *Cluster) config(o Options) string {
	host, err := os.Hostname()
	must(c.t, err)
	host, _, _ = strings.Cut(host, ".")
	me, err := user.Current()
	must(c.t, err)
	ports := freePorts(c.t, 2)
	if o.CPUs == 0 {
		o.CPUs = 8
	}
	if o.KillWait == 0 {
		o.KillWait = 10
	}
	if o.MaxArray == 0 {
		o.MaxArray = 1001
	}
	gpus := ""
	if o.GPUs > 0 {
		gpus = fmt.Sprintf(" Gres=gpu:%d", o.GPUs)
	}
	return strings.NewReplacer("@DIR@", c.Dir, "@HOST@", host, "@USER@", me.Username, "@CTLD@", fmt.Sprint(ports[0]),
		"@SLURMD@", fmt.Sprint(ports[1]),
		"@CPUS@", fmt.Sprint(o.CPUs), "@GPUS@", gpus, "@ARRAY@", fmt.Sprint(o.MaxArray), "@KILL@", fmt.Sprint(o.KillWait), "@DELAY@", fmt.Sprint(requeueDelay)).Replace(`ClusterName=test
SlurmctldHost=@HOST@(127.0.0.1)
SlurmctldPort=@CTLD@
SlurmdPort=@SLURMD@
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=@DIR@/munge.sock,cred_expire=@DELAY@
CredType=cred/munge
SlurmUser=@USER@
SlurmdUser=@USER@
StateSaveLocation=@DIR@/state
SlurmdSpoolDir=@DIR@/spool
SlurmctldPidFile=@DIR@/slurmctld.pid
SlurmdPidFile=@DIR@/slurmd.pid
SlurmctldLogFile=@DIR@/log/slurmctld.log
SlurmdLogFile=@DIR@/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
KillWait=@KILL@
MinJobAge=3600
MaxArraySize=@ARRAY@
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=n1 NodeHostname=@HOST@ NodeAddr=127.0.0.1 CPUs=@CPUS@ RealMemory=8192@GPUS@ State=UNKNOWN
PartitionName=DEFAULT Nodes=n1 MaxTime=1-00:00:00 DefMemPerNode=64 State=UP
PartitionName=main Default=YES PriorityTier=1
PartitionName=high PriorityTier=10 PreemptMode=OFF
`)
}

// gres gives every GPU some device file, as Slurm counts by these.
func gres(n int) string {
	var b strings.Builder
	for _, f := range []string{"/dev/zero", "/dev/full", "/dev/null", "/dev/random"}[:n] {
		fmt.Fprintf(&b, "Name=gpu File=%s\n", f)
	}
	return b.String()
}

// freePorts are ports of 127.0.0.1 that nobody listens on now.
func freePorts(t testing.TB, n int) (ports []int) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// daemon starts a program that ends with the cluster.
func (c *Cluster) daemon(program string, args ...string) {
	c.t.Helper()
	out, err := os.Create(filepath.Join(c.Dir, "log", filepath.Base(program)+".out"))
	must(c.t, err)
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.Dir, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	must(c.t, cmd.Start())
	go cmd.Wait() // how it ends is in its log
}

// watch starts a watcher that ends what belongs to the cluster, and removes
// its folder, as soon as this process is gone or the test is over: it reads from
// a pipe of which nobody else holds the other end. Daemons are known by the files
// they have open in the folder, and jobs by those or by SLURM_CONF.
func (c *Cluster) watch() {
	c.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `cat >/dev/null
left() {
	{ grep -lsz "^SLURM_CONF=$1/slurm.conf$" /proc/[0-9]*/environ; find /proc/[0-9]*/fd /proc/[0-9]*/cwd -lname "$1/*" 2>/dev/null; } |
		cut -d/ -f3 | sort -u | grep -vx -e "$2" -e $$
}
n=0
while pids=$(left "$1" "$2") && [ $n -lt 100 ]; do
	kill -9 $pids 2>/dev/null
	sleep 0.1
	n=$((n + 1))
done
rm -rf -- "$1"
`, "watch", c.Dir, fmt.Sprint(os.Getpid()))
	cmd.Dir, cmd.Env = "/", []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	must(c.t, err)
	must(c.t, cmd.Start())
	c.t.Cleanup(func() {
		if c.t.Failed() {
			c.tell()
		}
		c.stop(pipe, cmd)
	})
}

func (c *Cluster) stop(pipe io.Closer, watcher *exec.Cmd) {
	if err := pipe.Close(); err != nil {
		c.t.Error(err)
	}
	if err := watcher.Wait(); err != nil {
		c.t.Errorf("ending Slurm: %v", err)
	}
}

// tell logs the end of the daemons' logs.
func (c *Cluster) tell() {
	logs, _ := filepath.Glob(filepath.Join(c.Dir, "log", "*.out"))
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if lines := bytes.Split(bytes.TrimSpace(text), []byte("\n")); err == nil && len(text) > 0 {
			c.t.Logf("%s:\n%s", filepath.Base(name), bytes.Join(lines[max(0, len(lines)-60):], []byte("\n")))
		}
	}
}

// wait waits for a daemon.
func (c *Cluster) wait(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("the %s of the test's Slurm is not ready after a minute", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
