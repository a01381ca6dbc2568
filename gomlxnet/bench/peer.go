package main

import (
	"context"
	"fmt"

	"coadapt/gomlxnet/bench/peers"
)

// peer is a process that builds and steps nets; peers/peer.py has the words.
type peer struct{ *peers.Process }

// answer is all that a peer may reply.
type answer struct {
	took
	GFLOPs float64 `json:"gflops"`
}

func startPeer(ctx context.Context, python, dir, script string, args ...string) (peer, error) {
	p, err := peers.Start(ctx, python, dir, script, args...)
	return peer{p}, err
}

func (p peer) ask(what any) (a answer, err error) {
	err = p.Ask(what, &a)
	return a, err
}

func (p peer) about() string { return p.Name() }

func (p peer) load(_ context.Context, pr *problem) error {
	_, err := p.ask(pr)
	return err
}

func (p peer) steps(_ context.Context, n int, fresh bool) (took, error) {
	do := "steps"
	if fresh {
		do = "first"
	}
	a, err := p.ask(map[string]any{"do": do, "n": n})
	if err == nil && len(a.Losses) != n {
		err = fmt.Errorf("%s: %d losses of %d steps", p.Name(), len(a.Losses), n)
	}
	return a.took, err
}

func (p peer) peak(_ context.Context, n int) (float64, error) {
	a, err := p.ask(map[string]any{"do": "peak", "n": n})
	return a.GFLOPs, err
}

func (p peer) close() error { return p.Close() }
