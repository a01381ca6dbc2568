package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer"
	"coadapt/transfer/store"
	"coadapt/transfer/sweep"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// storeFlag names the store that a command reads.
type storeFlag struct{ dir string }

func (f *storeFlag) flags(fl *pflag.FlagSet) {
	fl.StringVar(&f.dir, "store", "", "folder of results and weights (default: this clone's)")
}

func (f *storeFlag) open() (*store.Store, error) {
	h, err := home.Locate()
	if err != nil && f.dir == "" {
		return nil, err
	}
	return openStore(h, f.dir)
}

// runOf opens the store and loads a run: the one named, else the last one worked on.
func (f *storeFlag) runOf(args []string) (*store.Store, sweep.Record, error) {
	s, err := f.open()
	if err != nil {
		return nil, sweep.Record{}, err
	}
	id := ""
	if len(args) > 0 {
		id = args[0]
	}
	r, err := sweep.Load(s, id)
	return s, r, err
}

func statusCommand(stdout io.Writer) *cobra.Command {
	var (
		where     storeFlag
		repeat    bool
		asJSON    bool
		everyRun  bool
		oneStatus = func(st *sweep.Status) error { return json.NewEncoder(stdout).Encode(newStatusRecord(st)) }
	)
	c := &cobra.Command{
		Use:   "status [RUN]",
		Short: "Say how far a run is, from any shell that sees its store",
		Long:  "Say how far a run is: the one whose name begins as given, else the one that somebody worked on last.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if everyRun {
				return listRuns(stdout, &where, asJSON)
			}
			s, r, err := where.runOf(args)
			if err != nil {
				return err
			}
			reader, cluster := sweep.NewReader(s, r), newScheduler(s, r)
			draw := oneStatus
			if !asJSON {
				v := newView(stdout)
				draw = func(st *sweep.Status) error {
					if repeat && isTerminal(stdout) {
						v.draw(st)
						return nil
					}
					return printLines(stdout, statusLines(st, 200, 1<<20))
				}
			}
			show := func(st *sweep.Status) error {
				cluster.merge(c.Context(), st)
				return draw(st)
			}
			_, err = watch(c.Context().Done(), reader, show,
				func(st *sweep.Status) bool { return !repeat || st.Finished() })
			return err
		},
	}
	where.flags(c.Flags())
	c.Flags().BoolVar(&repeat, "watch", false, "go on, once a second, until the run is finished or Ctrl-C")
	c.Flags().BoolVar(&asJSON, "json", false,
		"print a JSON object: id, counts, share, left_seconds, workers, nets; with --watch one a second")
	c.Flags().BoolVar(&everyRun, "all", false, "all runs of the store, a line each")
	return c
}

func printLines(w io.Writer, lines []string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}

func listRuns(stdout io.Writer, where *storeFlag, asJSON bool) error {
	s, err := where.open()
	if err != nil {
		return err
	}
	ids, err := sweep.List(s)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r, err := sweep.Load(s, id)
		if err != nil {
			return err
		}
		st, err := sweep.NewReader(s, r).Read()
		if err != nil {
			return err
		}
		if r.Torn != "" && !asJSON {
			fmt.Fprintf(stdout, "%s  its record cannot be read; the command that began it writes it again\n", id)
			continue
		}
		if asJSON {
			rec := newStatusRecord(st)
			rec.Nets = nil
			if err := json.NewEncoder(stdout).Encode(rec); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(stdout, "%s  %s, %d at work\n", id, st.Summary(), len(st.Workers))
	}
	return nil
}

// statusRecord is a run's state as JSON.
type statusRecord struct {
	ID         string              `json:"id"`
	Grid       string              `json:"grid"`
	Data       string              `json:"data"`
	Experiment string              `json:"experiment"`
	Began      time.Time           `json:"began"`
	Total      int                 `json:"total"`
	Counts     map[sweep.Phase]int `json:"counts"`
	Share      float64             `json:"share"`
	Left       float64             `json:"left_seconds"` // 0: not known
	Finished   bool                `json:"finished"`
	Workers    []sweep.WorkerState `json:"workers"`
	Nets       []sweep.NetStatus   `json:"nets,omitempty"`
	Torn       string              `json:"torn,omitempty"` // why its record cannot be read
}

func newStatusRecord(st *sweep.Status) statusRecord {
	return statusRecord{
		st.ID,
		st.Grid,
		st.Data,
		st.Experiment,
		st.Began,
		len(st.Nets),
		st.Counts,
		st.Share,
		st.Left.Seconds(),
		st.Finished(),
		st.Workers,
		st.Nets,
		st.Torn,
	}
}

func attachCommand(stdout, stderr io.Writer) *cobra.Command {
	var where storeFlag
	c := &cobra.Command{
		Use:   "attach [RUN]",
		Short: "See a run that goes on in the background; Ctrl-C leaves it going",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, r, err := where.runOf(args)
			if err != nil {
				return err
			}
			v, told, cluster := newView(stdout), map[string]bool{}, newScheduler(s, r)
			show := func(st *sweep.Status) error {
				cluster.merge(c.Context(), st)
				if isTerminal(stdout) {
					v.draw(st)
					return nil
				}
				return finishedLines(stdout, st, told)
			}
			st, err := watch(c.Context().Done(), sweep.NewReader(s, r), show,
				func(st *sweep.Status) bool { return len(st.Workers) == 0 && !cluster.live() })
			switch {
			case err != nil:
				return err
			case c.Context().Err() != nil && !st.Finished():
				fmt.Fprintf(stderr, "run %s goes on; coadapt stop %s ends it\n", r.ID, r.ID)
				return nil
			case !st.Finished():
				return fmt.Errorf("nobody works on run %s: %s; the command that began it goes on from there", r.ID,
					st.Summary())
			}
			fmt.Fprintf(stderr, "run %s is finished: %s\n", r.ID, st.Summary())
			return nil
		},
	}
	where.flags(c.Flags())
	return c
}

// finishedLines prints a line for each net that came to an end since the last call.
func finishedLines(w io.Writer, st *sweep.Status, told map[string]bool) error {
	for _, n := range st.Nets {
		if told[n.Key] || n.Phase != sweep.Done {
			continue
		}
		told[n.Key] = true
		r := *n.Result
		r.Hit = false
		if _, err := fmt.Fprintf(w, "%d/%d %s %s\n", len(told), len(st.Nets), n.Net, said(r)); err != nil {
			return err
		}
	}
	return nil
}

func stopCommand(stdout io.Writer) *cobra.Command {
	var (
		where storeFlag
		now   bool
	)
	c := &cobra.Command{
		Use:   "stop [RUN]",
		Short: "Ask all workers of a run to finish their step, keep a checkpoint and end",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, r, err := where.runOf(args)
			if err != nil {
				return err
			}
			return stopRun(c.Context(), stdout, s, r, now)
		},
	}
	where.flags(c.Flags())
	c.Flags().BoolVar(&now, "now", false, "kill the workers on this machine at once; checkpoints stay")
	return c
}

func stopRun(ctx context.Context, stdout io.Writer, s *store.Store, r sweep.Record, now bool) error {
	// First the scheduler: it would start those that wait for others that end.
	if err := cancelJobs(ctx, s, r); err != nil {
		return err
	}
	if err := sweep.Stop(s, r.ID); err != nil {
		return err
	}
	told := 0
	for {
		workers, err := sweep.Workers(s, r.ID)
		if err != nil {
			return err
		}
		if len(workers) == 0 {
			again := shellWords(r.Command)
			if r.Torn != "" {
				again = "the command that began it"
			}
			_, err := fmt.Fprintf(stdout,
				"nobody works on run %s; what is finished is kept, and %s goes on from there\n", r.ID, again)
			return err
		}
		if now {
			if err := sweep.Kill(workers); err != nil {
				return err
			}
		}
		if told != len(workers) {
			told = len(workers)
			fmt.Fprintf(stdout, "%d at work on run %s: each finishes its step and keeps a checkpoint\n", told, r.ID)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// member is the net of a run that a word means: its name or the beginning of its key.
func member(r sweep.Record, word string) (sweep.Member, error) {
	net, err := transfer.ParseNet(word)
	isKey := len(word) >= 4 && strings.Trim(word, "0123456789abcdef") == ""
	if err != nil && !isKey {
		return sweep.Member{}, fmt.Errorf("%w; or at least the first four hexadecimal digits of its key", err)
	}
	var found []sweep.Member
	var candidates strings.Builder
	for _, m := range r.Nets {
		if err == nil && m.Net == net || isKey && strings.HasPrefix(m.Key, word) {
			found = append(found, m)
			fmt.Fprintf(&candidates, "\n  %.16s  %s", m.Key, m.Net)
		}
	}
	switch len(found) {
	case 0:
		return sweep.Member{}, fmt.Errorf("net %s: run %s has no such net; -run names another", word, r.ID)
	case 1:
		return found[0], nil
	}
	return sweep.Member{}, fmt.Errorf("net %s: %d keys of run %s begin so; give more digits%s", word, len(found), r.ID,
		candidates.String())
}

func logsCommand(stdout io.Writer) *cobra.Command {
	var (
		where storeFlag
		run   string
	)
	c := &cobra.Command{
		Use: "logs [NET|KEY]",
		Short: "Print what was noted while a net was trained, or what a background run or the tasks of a " +
			"cluster printed",
		Example: "  coadapt logs 0/A3B          # of the run that somebody worked on last\n" +
			"  coadapt logs                # what that run printed in the background",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var ids []string
			if run != "" {
				ids = []string{run}
			}
			s, r, err := where.runOf(ids)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if ok, err := taskLogs(stdout, s, r); ok || err != nil {
					return err
				}
				text, err := sweep.Output(s, r.ID)
				if err == nil {
					_, err = io.WriteString(stdout, text)
				}
				return err
			}
			m, err := member(r, args[0])
			if err != nil {
				return err
			}
			text, err := transfer.Log(s, m.Key)
			if err != nil {
				return fmt.Errorf("net %s, %.12s: %w", m.Net, m.Key, err)
			}
			_, err = io.WriteString(stdout, text)
			return err
		},
	}
	where.flags(c.Flags())
	c.Flags().StringVar(&run, "run", "",
		"the run, or the beginning of its name (default: the one that somebody worked on last)")
	return c
}
