// Package peers holds the scripts that do in PyTorch and JAX what coadapt does,
// and runs them: processes that are asked for things by lines of JSON and stay
// alive in between, so that both sides of a comparison take turns.
//
//	Unpack(dir)                     the scripts: in_torch.py, in_jax.py, curve_torch.py
//	p := Start(ctx, python, dir, "curve_torch.py")
//	p.Ask(map[string]any{"do": "task", ...}, &answer)
//	p.Close()
//
// peer.py and the head of each script have the words that they know.
package peers

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

//go:embed *.py
var scripts embed.FS

// Unpack writes the scripts to dir.
func Unpack(dir string) error {
	files, err := scripts.ReadDir(".")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := scripts.ReadFile(f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Process is a script that runs. It is for one goroutine at a time.
type Process struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	log  *os.File // what it said on stderr
}

// Start starts a script of dir with a Python that has the library, and asks it
// for its name. It ends at once when ctx does.
func Start(ctx context.Context, python, dir, script string, args ...string) (*Process, error) {
	p := &Process{name: strings.Join(append([]string{script}, args...), " ")}
	var err error
	if p.log, err = os.Create(filepath.Join(dir, strings.ReplaceAll(p.name, " ", "-")+".log")); err != nil {
		return nil, err
	}
	p.cmd = exec.CommandContext(ctx, python, append([]string{filepath.Join(dir, script)}, args...)...)
	p.cmd.Dir, p.cmd.Stderr = dir, p.log
	// A compiled step is compiled every time that it is asked for; each version of each library has its own name for
	// that.
	p.cmd.Env = append(os.Environ(), "TORCHINDUCTOR_FORCE_DISABLE_CACHES=1",
		"TORCHINDUCTOR_CACHE_DIR="+filepath.Join(dir, "inductor"),
		"JAX_ENABLE_COMPILATION_CACHE=0", "JAX_PLATFORMS=cpu", "PYTHONDONTWRITEBYTECODE=1")
	p.cmd.WaitDelay = 5 * time.Second
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", p.name, err), p.log.Close())
	}
	var about struct {
		Name string `json:"name"`
	}
	if err := p.Ask(map[string]any{"do": "about"}, &about); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.name = about.Name
	return p, nil
}

// Name is the library's, with its version.
func (p *Process) Name() string { return p.name }

// Ask sends what as one line and waits for the reply, read into answer. An error
// has what the script says is wrong, or what it printed.
func (p *Process) Ask(what, answer any) error {
	line, err := json.Marshal(what)
	if err != nil {
		return err
	}
	_, err = p.in.Write(append(line, '\n'))
	var (
		reply []byte
		fault struct {
			Error string `json:"error"`
		}
	)
	if err == nil {
		reply, err = p.out.ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(reply, &fault)
	}
	switch {
	case err != nil:
		said, _ := os.ReadFile(p.log.Name())
		return fmt.Errorf("%s: no answer: %w\n%s", p.name, err, said)
	case fault.Error != "":
		return fmt.Errorf("%s: %s", p.name, fault.Error)
	}
	if err := json.Unmarshal(reply, answer); err != nil {
		return fmt.Errorf("%s: answer %s: %w", p.name, reply, err)
	}
	return nil
}

// Close ends the process: the end of its input is its sign.
func (p *Process) Close() error {
	return errors.Join(p.in.Close(), p.cmd.Wait(), p.log.Close())
}

// CPUSeconds is what all threads of this process have worked so far.
func CPUSeconds() float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0 // it fails for a wrong argument only
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) * 1e-9
}
