package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"coadapt/transfer"
	"coadapt/transfer/sweep"

	"github.com/spf13/cobra"
)

// runFlags are the flags of run, as typed.
type runFlags struct {
	form
	experimentFlags
	slurmFlags
	detach bool
}

func runCommand(stdout, stderr io.Writer) *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Train a grid of nets, or what the store lacks of it; stop and go on at will",
		Long: "Train a grid of nets: parents before children, longest way first, failed nets again, what is in the " +
			"store not at all. Nothing is lost by\n" +
			"stopping: the same command goes on from there. Started several times, on one machine or on a shared " +
			"folder, the runners share the work.",
		Example: "  coadapt plan --grid mini --data shapes                       # what it will take\n" +
			"  coadapt run --grid mini --data shapes --workers 2\n" +
			"  coadapt run --grid balanced --splits 0,1 --seeds 0-2 --data cifar100.zip --detach\n" +
			"  coadapt status --watch                                      # from another shell; attach, stop, logs\n" +
			"  coadapt run --recipe 2014 --grid paper --data ilsvrc12-256/ --on slurm --gpus 1 --time 4h --dry-run",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.checkGrid(c); err != nil {
				return err
			}
			if err := f.slurmFlags.check(c); err != nil {
				return err
			}
			if f.on != "" {
				return f.submit(c, stdout, stderr)
			}
			if f.detach {
				return f.background(c, stdout, stderr)
			}
			return f.run(c, stdout, stderr)
		},
	}
	f.experimentFlags.flags(c, defaultGrid)
	c.Flags().BoolVar(&f.detach, "detach", false, "run in the background, beyond the end of this shell or notebook")
	f.slurmFlags.flags(c)
	c.Flags().StringVar(&f.join, "join", "", "the run to which the nets of --nets belong")
	if err := c.Flags().MarkHidden("join"); err != nil { // of the tasks of --on slurm
		panic(err)
	}
	c.MarkFlagsMutuallyExclusive("detach", "on")
	f.form.flags(c, "net, as soon as it is finished")
	return c
}

func (f *runFlags) run(c *cobra.Command, stdout, stderr io.Writer) error {
	live := f.table() && isTerminal(stdout)
	show := newProgress(stderr, isTerminal(stderr))
	o, err := f.prepare(c, stderr, show.event)
	if err != nil {
		return err
	}
	defer o.lab.Close()
	show.clear()
	stop := func() {}
	if live {
		v := newView(stdout)
		o.hear = func(e transfer.Event) { // all else stands in the table
			if e.Notice != "" {
				v.note(e.Notice)
			}
		}
		stop = watchInside(c.Context(), o, v)
	} else {
		fmt.Fprintf(stderr, "run %s: %s; coadapt status %s tells how far it is\n", o.record.ID, o.count(), o.record.ID)
		o.hear = func(e transfer.Event) {
			if e.Result == nil { // those have a line of their own
				show.event(e)
			}
		}
	}
	var (
		results []transfer.Result
		out     = writer{form: f.form, w: stdout}
		began   = time.Now()
	)
	err = o.train(c.Context(), func(r transfer.Result) error {
		results = append(results, r)
		switch {
		case live:
			return nil
		case !f.table():
			show.clear()
			return out.write(r)
		}
		show.clear()
		_, err := fmt.Fprintf(stdout, "%d/%d %s %s\n", len(results), len(o.nets), r.Net, said(r))
		return err
	})
	show.clear()
	stop()
	if err != nil {
		return err
	}
	fmt.Fprintln(stderr, o.took(results, began))
	return failures(results)
}

// watchInside draws the state of a run that this process works on, once a second, until the returned function is
// called.
func watchInside(ctx context.Context, o *opened, v *view) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		reader := sweep.NewReader(o.store, o.record)
		draw := func() {
			if st, err := reader.Read(); err == nil { // the store may be out of reach for a moment
				v.draw(st)
			}
		}
		for {
			select {
			case <-ctx.Done():
				draw()
				return
			case <-time.After(reader.Pause()):
				draw()
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// background starts the same command as a process of its own and waits until that works.
func (f *runFlags) background(c *cobra.Command, stdout, stderr io.Writer) error {
	show := newProgress(stderr, isTerminal(stderr))
	o, err := f.prepare(c, stderr, show.event)
	if err != nil {
		return err
	}
	show.clear()
	o.lab.Close()
	if err := o.record.Save(o.store); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	p, err := sweep.Detach(c.Context(), o.store, o.record, exec.Command(exe, commandLine(c, "detach")...))
	if err != nil {
		return err
	}
	id := o.record.ID
	_, err = fmt.Fprintf(stdout, "run %s, %s, goes on in the background as process %d\n"+
		"  coadapt status %s --watch    how far it is\n  coadapt attach %s           see it; Ctrl-C leaves it going\n "+
		" coadapt stop %s             finish the step, keep a checkpoint, end\n",
		id, o.count(), p, id, id, id)
	return err
}
