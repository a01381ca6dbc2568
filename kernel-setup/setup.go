package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// setupOptions are the flags of set-up.
type setupOptions struct {
	plugin string // kind of PJRT plugin, "" for what is there or the platform's default
	quiet  bool   // say nothing about what is up to date
	// only what executes a notebook; JupyterLab, completion and the coadapt command are left to who needs them
	lean bool
}

// setup makes what is missing. One at a time: a second one waits.
func (s *site) setup(ctx context.Context, opt setupOptions) error {
	start := time.Now()
	unlock, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	kind, err := s.pluginKind(opt.plugin)
	if err != nil {
		return err
	}
	if !opt.quiet {
		s.say("coadapt is set up in %s", short(s.home.Dir))
	}
	if err := s.do(ctx, s.steps(kind, opt.lean), opt.quiet); err != nil {
		return err
	}
	if err := os.RemoveAll(s.stage()); err != nil {
		return err
	}
	if !opt.quiet {
		next := "All is set up (%.1f s). Next: go run ./kernel-setup demo, or lab"
		if opt.lean {
			next = "What the notebook needs is set up (%.1f s)."
		}
		s.say(next, time.Since(start).Seconds())
	}
	return nil
}

// steps are those of set-up. lean ones are all that a notebook needs which is executed without JupyterLab.
func (s *site) steps(kind string, lean bool) []step {
	steps := []step{
		s.compiler(),
		s.environment(s.executing()),
		s.modules(),
		s.goTools(),
		s.programs(),
		s.notebook(),
		s.plugin(kind),
		s.kernel(),
	}
	if lean {
		return steps
	}
	return append(steps, s.jupyterLab(), s.coadapt(), s.prewarm(), s.completion())
}

// ensure is setup for the verbs that need it; it speaks only of what it has to make.
func (s *site) ensure(ctx context.Context) error { return s.setup(ctx, setupOptions{quiet: true}) }

// ensureEnvironment brings a Python environment of its own up to date.
func (s *site) ensureEnvironment(ctx context.Context, e environment) error {
	unlock, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.do(ctx, []step{s.environment(e)}, true)
}

// begin waits until no other set-up works on this home, and reads what there is then.
func (s *site) begin(ctx context.Context) (unlock func(), err error) {
	if unlock, err = s.lock(ctx); err != nil {
		return nil, err
	}
	if s.manifest, err = readManifest(s.home); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// compiler is the step that makes nothing: it stops set-up early where cgo has no compiler.
func (s *site) compiler() step {
	version := ""
	return step{
		name: "compiler",
		does: "C compiler",
		digest: func(ctx context.Context) (_ string, err error) {
			if version, err = compilerCheck(ctx); err != nil {
				return "", fmt.Errorf("%w; %s", err, mendCompiler())
			}
			return textDigest(version), nil
		},
		make: func(context.Context) (record, error) {
			return record{Facts: map[string]string{"version": version}}, nil
		},
	}
}

// lock waits until no other set-up works on this home.
func (s *site) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(s.home.Dir, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(s.home.Dir, "setup.lock"))
	free, err := l.TryLock()
	if err == nil && !free {
		s.say("another set-up works here; waiting for it")
		_, err = l.TryLockContext(ctx, 500*time.Millisecond)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock %s: %w", l.Path(), err), l.Close())
	}
	return func() { _ = l.Close() }, nil
}
