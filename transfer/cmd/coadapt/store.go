package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"coadapt/kernel-setup/home"
	"coadapt/transfer"
	"coadapt/transfer/store"

	"github.com/spf13/cobra"
)

func storeCommand(stdout, stderr io.Writer) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "store",
		Short: "Look after the store: list, check, free space",
		Long:  "The store keeps results and weights under the hash of what made them. -store or COADAPT_STORE names another than this clone's.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().StringVar(&dir, "store", "", "folder of results and weights (default: this clone's)")
	openIt := func() (*store.Store, error) {
		h, err := home.Locate()
		if err != nil && dir == "" {
			return nil, err
		}
		return openStore(h, dir)
	}
	c.AddCommand(storeList(stdout, openIt), storeShow(stdout, openIt), storeVerify(stdout, stderr, openIt), storeGC(stdout, openIt), storeRemove(stdout, openIt))
	return c
}

func storeList(stdout io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var f form
	c := &cobra.Command{
		Use:   "ls",
		Short: "List the entries",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			results, err := transfer.Results(s)
			if err != nil {
				return err
			}
			out := writer{form: f, w: stdout}
			tw := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
			for _, r := range results {
				if !f.table() {
					if err := out.write(r); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Key[:12], r.Net, r.Data, r.Experiment, r.Status, accuracyOf(r))
			}
			if !f.table() {
				return nil
			}
			fmt.Fprintf(tw, "%d entries in %s\n", len(results), s.Dir())
			return tw.Flush()
		},
	}
	f.flags(c, "entry")
	return c
}

// accuracyOf is a result's accuracy, where it has one.
func accuracyOf(r transfer.Result) string {
	if r.Status != transfer.OK {
		return "-"
	}
	return fmt.Sprintf("%.4f", r.Accuracy)
}

func storeShow(stdout io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	return &cobra.Command{
		Use:     "show KEY",
		Short:   "Print all that is kept of a net, but for its weights",
		Example: "  coadapt store show 93c450bf2db3    # the beginning of a key is enough",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			key, err := s.Find(args[0])
			if err != nil {
				return err
			}
			files, err := s.Get(key)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "key %s\n", key)
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
				return errors.New("not all entries are whole; the next run computes them again")
			}
			return nil
		},
	}
}

func storeGC(stdout io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	var weights bool
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove what nobody needs: leavings of killed workers and, with -weights, weights of nets that are no parents",
		Args:  cobra.NoArgs,
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
			if !weights {
				return nil
			}
			nets, freed, err := transfer.Prune(s)
			fmt.Fprintf(stdout, "weights of %d nets that are nobody's parent: %.1f MB; their results stay\n", nets, float64(freed)/1e6)
			return err
		},
	}
	c.Flags().BoolVar(&weights, "weights", false, "drop weights of nets that are nobody's parent; results, metrics and logs stay")
	return c
}

func storeRemove(stdout io.Writer, openIt func() (*store.Store, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "rm KEY...",
		Short: "Remove entries; the next run computes them again",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := openIt()
			if err != nil {
				return err
			}
			var keys []string
			for _, prefix := range args { // all are found before any is removed
				key, err := s.Find(prefix)
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
