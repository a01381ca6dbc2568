package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/spf13/cobra"
)

func storeCommand(stdout, stderr io.Writer) *cobra.Command {
	var where storeFlag
	c := &cobra.Command{
		Use:   "store",
		Short: "Look after the store: list, check, export, import, free space",
		Long: "The store keeps results and weights under the hash of what made them. --store or COADAPT_STORE names " +
			"another than this clone's.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	where.flags(c.PersistentFlags())
	openIt := where.open
	c.AddCommand(
		storeList(stdout, stderr, openIt),
		storeShow(stdout, stderr, openIt),
		storeVerify(stdout, stderr, openIt),
		storeGC(stdout, openIt),
		storeRemove(stdout, stderr, openIt),
		storeExport(stdout, stderr, openIt),
		storeImport(stdout, stderr, openIt),
	)
	return c
}

func storeList(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var f form
	c := &cobra.Command{
		Use:   "ls",
		Short: "List the entries",
		Long: "List the entries, by key. One that is broken is named on standard error and set aside; the others are " +
			"listed, and the exit status is 1.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			var (
				out             = writer{form: f, w: stdout}
				tw              = tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
				entries, faults int
			)
			for r, err := range transfer.All(s) {
				if err != nil {
					fmt.Fprintln(stderr, err)
					faults++
					continue
				}
				entries++
				if !f.table() {
					if err := out.write(r); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(tw, "%.12s\t%s\t%s\t%s\t%s\t%s\n", r.Key, r.Net, r.Data, r.Experiment, r.Status,
					accuracyOf(r))
			}
			if f.table() {
				fmt.Fprintf(tw, "%d entries in %s\n", entries, s.Dir())
				if err := tw.Flush(); err != nil {
					return err
				}
			}
			return unread(faults)
		},
	}
	f.flags(c, "entry")
	return c
}

// unread is the error after a command that went on past faults entries.
func unread(faults int) error {
	if faults == 0 {
		return nil
	}
	return fmt.Errorf("%d entries could not be read; those set aside are computed again by the next run", faults)
}

// readable reads all results; entries that cannot be read are named on w.
func readable(w io.Writer, s *store.Store) (results []transfer.Result, faults int) {
	for r, err := range transfer.All(s) {
		if err != nil {
			fmt.Fprintln(w, "left out:", err)
			faults++
			continue
		}
		results = append(results, r)
	}
	return results, faults
}

// accuracyOf is a result's accuracy, where it has one.
func accuracyOf(r transfer.Result) string {
	if r.Status != transfer.OK {
		return "-"
	}
	return fmt.Sprintf("%.4f", r.Accuracy)
}

func storeShow(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "show NET|KEY",
		Short: "Print all that is kept of a net, but for its weights",
		Long: "Print what a net is judged to be, and below it the files of its entry as they were written. A net " +
			"that did not train has the status ok in\n" +
			"result.json, as its training came to the end; everywhere else it is not trained, and in no mean.",
		Example: "  coadapt store show 0/A3B           # where one experiment has such a net\n" +
			"  coadapt store show 93c450bf2db3    # the beginning of a key is enough",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			key, err := (&finder{store: s, stderr: stderr}).one(args[0])
			if err != nil {
				return err
			}
			files, err := s.Get(key)
			if err != nil {
				return err
			}
			r, err := transfer.Lookup(s, key)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "key %s\n%s %s\n", key, r.Net, r.Status)
			if r.Reason != "" {
				fmt.Fprintln(stdout, r.Reason)
			}
			for _, name := range []string{"spec.json", "result.json", "metrics.json", "log.txt"} {
				fmt.Fprintf(stdout, "\n== %s\n%s\n", name, strings.TrimSpace(string(files[name])))
			}
			if w, ok := files["weights.safetensors"]; ok {
				fmt.Fprintf(stdout, "\n== weights.safetensors\n%d bytes\n", len(w))
			}
			return nil
		},
	}
}

func storeVerify(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read every file and check its digest; what is broken is named and set aside",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			total := 0
			for range s.Keys() {
				total++
			}
			var (
				show   = newCounter(stderr, isTerminal(stderr), "checking", "entries")
				bytes  int64
				whole  int
				faults int
			)
			for e, err := range transfer.Verify(s) {
				if c.Context().Err() != nil {
					return c.Context().Err()
				}
				if err != nil {
					show.clear()
					fmt.Fprintln(stdout, err)
					faults++
					continue
				}
				whole, bytes = whole+1, bytes+e.Bytes
				show.count(whole+faults, total)
			}
			show.clear()
			fmt.Fprintf(stdout, "%d entries whole, %.1f MB; %d broken\n", whole, float64(bytes)/1e6, faults)
			if faults > 0 {
				return errors.New("not all entries are whole; those set aside are computed again by the next run, " +
					"others can be removed by store rm")
			}
			return nil
		},
	}
}

func storeGC(stdout io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var weights bool
	c := &cobra.Command{
		Use: "gc",
		Short: "Remove what nobody needs: what killed workers left, what frozen layers gave and, with --weights, " +
			"weights of nets that are no parents",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			folders, freed, err := s.Clean()
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "%d folders left by killed workers: %.1f MB\n", folders, float64(freed)/1e6)
			if freed, err = s.ClearCache(); err != nil {
				return err
			}
			fmt.Fprintf(stdout, "what frozen layers gave: %.1f MB; it is computed again where it is needed\n",
				float64(freed)/1e6)
			if !weights {
				return nil
			}
			nets, freed, err := transfer.Prune(s)
			fmt.Fprintf(stdout, "weights of %d nets that are nobody's parent: %.1f MB; their results stay\n", nets,
				float64(freed)/1e6)
			return err
		},
	}
	c.Flags().BoolVar(&weights, "weights", false,
		"drop weights of nets that are nobody's parent; results, metrics and logs stay")
	return c
}

func storeRemove(stdout, stderr io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "rm NET|KEY...",
		Short: "Remove entries; the next run computes them again",
		Long: "Remove entries, each named by " + nameHelp +
			". A name that nets of several experiments have removes none of them.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			var keys []string
			find := finder{store: s, stderr: stderr}
			for _, word := range args { // all are found before any is removed
				key, err := find.one(word)
				if err != nil {
					return err
				}
				keys = append(keys, key)
			}
			for _, key := range keys {
				if err := s.Remove(key); err != nil {
					return err
				}
				fmt.Fprintln(stdout, "removed", key)
			}
			return nil
		},
	}
}
