package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"
	"coadapt/transfer/sweep/slurm"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// opened is an experiment that is ready to be trained: what its flags came to.
type opened struct {
	lab    *transfer.Lab
	store  *store.Store
	nets   []transfer.Net
	plans  []*transfer.Plan // of the nets and the parents they need
	had    map[string]bool  // keys of those that were in the store at the start
	record sweep.Record
	hear   func(transfer.Event) // whom the lab reports to; set before it works
}

// prepare checks the flags, decodes the images and names the run. say hears of it.
func (f *experimentFlags) prepare(c *cobra.Command, stderr io.Writer, say func(transfer.Event)) (*opened, error) {
	o := &opened{hear: say, had: map[string]bool{}}
	var err error
	o.lab, o.nets, o.store, err = f.open(c.Context(), stderr, func(e transfer.Event) { o.hear(e) })
	if err != nil {
		return nil, err
	}
	for _, n := range transfer.WithParents(o.nets) {
		p, err := o.lab.Plan(c.Context(), n)
		if err != nil {
			o.lab.Close()
			return nil, err
		}
		o.plans = append(o.plans, p)
		o.had[p.Key] = o.store.Has(p.Key)
	}
	grid := f.grid
	if f.nets != "" {
		grid = "nets"
	}
	data, _, _ := strings.Cut(filepath.Base(f.Data), ":")
	data, _, _ = strings.Cut(data, ".")
	o.record = sweep.NewRecord(grid, data, o.lab.Experiment(), o.plans)
	o.record.Command = commandLine(c)
	o.record.Dir, err = filepath.Abs(".")
	if err == nil && f.join != "" {
		err = o.join(f.join)
	}
	if err != nil {
		o.lab.Close()
	}
	return o, err
}

// join makes the nets part of a run that was begun elsewhere. Where they are
// not what that has under their names, their results would be nobody's.
func (o *opened) join(id string) error {
	r, err := sweep.Load(o.store, id)
	if err != nil {
		return err
	}
	if r.Torn != "" {
		return fmt.Errorf("-join %s: %s", id, r.Torn)
	}
	keys := map[transfer.Net]string{}
	for _, m := range r.Nets {
		keys[m.Net] = m.Key
	}
	for _, p := range o.plans {
		if key := keys[p.Net]; key != p.Key {
			return fmt.Errorf("-join %s: net %s is another one here (%.12s) than in the run (%.12s): data, recipe "+
				"or backend differ, such as where a machine has no plugin; coadapt version says what there is", id,
				p.Net, p.Key, key)
		}
	}
	o.record = r
	return nil
}

// commandLine is the command as it was given, less the flags named, in a form that any shell of its folder can run
// again.
func commandLine(c *cobra.Command, drop ...string) []string {
	args := []string{c.Name()}
	c.Flags().Visit(func(f *pflag.Flag) {
		if slices.Contains(drop, f.Name) {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok { // its String is for people
			for _, v := range list.GetSlice() {
				args = append(args, fmt.Sprintf("--%s=%s", f.Name, v))
			}
			return
		}
		args = append(args, fmt.Sprintf("--%s=%s", f.Name, f.Value))
	})
	return args
}

// train works on the run until all its nets are finished, and hands each to the
// caller as it is. The results are those of the nets asked for.
func (o *opened) train(ctx context.Context, each func(transfer.Result) error) error {
	worker, working, err := o.enter(ctx)
	if store.IsReadOnly(err) { // what is there can be had: nothing is written, and nobody enters as a worker
		return o.curve(ctx, each)
	}
	if err != nil {
		return err
	}
	ctx = working
	say := o.hear
	o.hear = func(e transfer.Event) {
		worker.Event(e)
		say(e)
	}
	failed := o.curve(ctx, each)
	if context.Cause(ctx) == sweep.ErrStopped {
		failed = sweep.ErrStopped
	}
	return errors.Join(failed, worker.End())
}

// curve trains the nets asked for, and hands each to the caller.
func (o *opened) curve(ctx context.Context, each func(transfer.Result) error) error {
	for r, err := range o.lab.Curve(ctx, o.nets) {
		if err == nil {
			err = each(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enter writes the run's record and makes this process one of its workers.
func (o *opened) enter(ctx context.Context) (*sweep.Worker, context.Context, error) {
	if err := o.record.Save(o.store); err != nil {
		return nil, nil, err
	}
	return sweep.Begin(ctx, o.store, o.record)
}

// count says how many nets the run has, as status counts them: the parents of those asked for are among them.
func (o *opened) count() string {
	parents := len(o.plans) - len(o.nets)
	switch parents {
	case 0:
		return fmt.Sprintf("%d nets", len(o.plans))
	case 1:
		return fmt.Sprintf("%d nets, one a parent of those asked for", len(o.plans))
	}
	return fmt.Sprintf("%d nets, %d of them parents of those asked for", len(o.plans), parents)
}

// took is the line that ends a run. The results are those of the nets asked for; parents are counted, too.
func (o *opened) took(results []transfer.Result, began time.Time) string {
	now, hits, asked := 0, 0, map[string]bool{}
	for _, r := range results {
		asked[r.Key] = true
		if r.Hit {
			hits++
		} else {
			now++
		}
	}
	for _, p := range o.plans {
		switch {
		case asked[p.Key]:
		case o.had[p.Key]:
			hits++
		case o.store.Has(p.Key):
			now++
		}
	}
	line := fmt.Sprintf("%s in %s: %d trained now, %d from the store", o.count(),
		time.Since(began).Round(100*time.Millisecond), now, hits)
	if unneeded := len(o.plans) - now - hits; unneeded > 0 {
		line += fmt.Sprintf(", %d not needed, as the store has their children", unneeded)
	}
	return line + "; experiment " + results[0].Experiment
}

// shellWords is a command as one would type it.
func shellWords(args []string) string {
	words := []string{"coadapt"}
	for _, a := range args {
		words = append(words, slurm.Quote(a))
	}
	return strings.Join(words, " ")
}
