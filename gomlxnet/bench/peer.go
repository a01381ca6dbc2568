package main

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
)

//go:embed peers/*.py
var peerScripts embed.FS

// unpackPeers writes the peers' scripts to dir.
func unpackPeers(dir string) error {
	files, err := peerScripts.ReadDir("peers")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := peerScripts.ReadFile("peers/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// peer is a process of peers/, asked by lines of JSON; peer.py has the words.
type peer struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	log  *os.File // what it said on stderr
}

// answer is all that a peer may reply.
type answer struct {
	took
	Error  string  `json:"error"`
	Name   string  `json:"name"`
	GFLOPs float64 `json:"gflops"`
}

// startPeer starts a script of dir with a Python that has the library.
func startPeer(ctx context.Context, python, dir, script string, args ...string) (*peer, error) {
	p := &peer{name: strings.Join(append([]string{script}, args...), " ")}
	var err error
	if p.log, err = os.Create(filepath.Join(dir, strings.ReplaceAll(p.name, " ", "-")+".log")); err != nil {
		return nil, err
	}
	p.cmd = exec.CommandContext(ctx, python, append([]string{filepath.Join(dir, script)}, args...)...)
	p.cmd.Dir, p.cmd.Stderr = dir, p.log
	// A compiled step is compiled every time that it is asked for; each version of each library has its own name for that.
	p.cmd.Env = append(os.Environ(), "TORCHINDUCTOR_FORCE_DISABLE_CACHES=1", "TORCHINDUCTOR_CACHE_DIR="+filepath.Join(dir, "inductor"),
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
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	a, err := p.ask(map[string]any{"do": "about"})
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.name = a.Name
	return p, nil
}

// ask sends one line and waits for the reply.
func (p *peer) ask(what any) (answer, error) {
	line, err := json.Marshal(what)
	if err != nil {
		return answer{}, err
	}
	_, err = p.in.Write(append(line, '\n'))
	var a answer
	if err == nil {
		var reply []byte
		if reply, err = p.out.ReadBytes('\n'); err == nil {
			err = json.Unmarshal(reply, &a)
		}
	}
	switch {
	case err != nil:
		said, _ := os.ReadFile(p.log.Name())
		return a, fmt.Errorf("%s: no answer: %w\n%s", p.name, err, said)
	case a.Error != "":
		return a, fmt.Errorf("%s: %s", p.name, a.Error)
	}
	return a, nil
}

func (p *peer) about() string { return p.name }

func (p *peer) load(_ context.Context, pr *problem) error {
	_, err := p.ask(pr)
	return err
}

func (p *peer) steps(_ context.Context, n int, fresh bool) (took, error) {
	do := "steps"
	if fresh {
		do = "first"
	}
	a, err := p.ask(map[string]any{"do": do, "n": n})
	if err == nil && len(a.Losses) != n {
		err = fmt.Errorf("%s: %d losses of %d steps", p.name, len(a.Losses), n)
	}
	return a.took, err
}

func (p *peer) peak(_ context.Context, n int) (float64, error) {
	a, err := p.ask(map[string]any{"do": "peak", "n": n})
	return a.GFLOPs, err
}

// close ends the process: the end of its input is its sign.
func (p *peer) close() error {
	return errors.Join(p.in.Close(), p.cmd.Wait(), p.log.Close())
}
