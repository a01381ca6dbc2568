package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"coadapt/transfer"
	"coadapt/transfer/figure"

	"github.com/spf13/cobra"
)

func showCommand(stdout io.Writer) *cobra.Command {
	var (
		f                    form
		storeDir, experiment string
	)
	c := &cobra.Command{
		Use:   "show",
		Short: "Print what the store holds, a table for each experiment",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := experiments(c.ErrOrStderr(), storeDir, experiment)
			if err != nil {
				return err
			}
			out := writer{form: f, w: stdout}
			for i, e := range all {
				if f.table() {
					if i > 0 {
						fmt.Fprintln(stdout)
					}
					fmt.Fprintf(stdout, "%s\n\n", e)
					if err := tables(stdout, e.results); err != nil {
						return err
					}
					continue
				}
				if err := writeAll(&out, e.results); err != nil {
					return err
				}
			}
			return nil
		},
	}
	storeFlags(c, &storeDir, &experiment)
	f.flags(c, "net")
	return c
}

// tables prints one for each kind of task, as their accuracies have no common mean.
func tables(w io.Writer, results []transfer.Result) error {
	printed := false
	for _, k := range figure.Kinds(results) {
		of := figure.Of(results, k)
		if printed || k != figure.RandomHalves {
			fmt.Fprintf(w, "%s:\n", k)
		}
		printed = true
		if k == figure.FewerImages {
			for _, r := range of {
				accuracy := "-"
				if r.Status == transfer.OK {
					accuracy = fmt.Sprintf("%.3f", r.Accuracy)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.Net, accuracy, r.Status)
			}
			continue
		}
		if err := figure.Table(w, figure.Summarise(of)); err != nil {
			return err
		}
	}
	return nil
}

func storeFlags(c *cobra.Command, dir, experiment *string) {
	c.Flags().StringVar(dir, "store", "", "folder of results and weights (default: this clone's)")
	c.Flags().StringVar(experiment, "experiment", "",
		"only the experiment whose name begins so, or that of this data set (default: all)")
}

// experiment is what belongs into one figure.
type experiment struct {
	name, data, arch string
	results          []transfer.Result // bases first, then by cut and condition
}

func (e experiment) String() string {
	nets := fmt.Sprintf("%d nets", len(e.results))
	if len(e.results) == 1 {
		nets = "1 net"
	}
	return fmt.Sprintf("experiment %s: %s on %s, %s", e.name, e.arch, e.data, nets)
}

// experiments lists those of a store that want names: a data set, or the beginning of an experiment's name. An
// entry that is broken is a net that is not there: it is named on w, and the others make tables and figures.
func experiments(w io.Writer, dir, want string) ([]experiment, error) {
	s, err := (&storeFlag{dir}).open()
	if err != nil {
		return nil, err
	}
	results, faults := readable(w, s)
	if len(results) == 0 && faults > 0 {
		return nil, unread(faults)
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("the store %s is empty; `coadapt curve` fills it", s.Dir())
	}
	all := group(results)
	found := slices.DeleteFunc(slices.Clone(all), func(e experiment) bool {
		return !strings.HasPrefix(e.name, want) && e.data != want
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("-experiment %q: none in the store %s, which holds\n%s", want, s.Dir(), lines(all))
	}
	return found, nil
}

// group parts results by experiment, in the order of data and name.
func group(results []transfer.Result) []experiment {
	slices.SortFunc(results, func(a, b transfer.Result) int {
		x, y := a.Net, b.Net
		return cmp.Or(cmp.Compare(a.Data, b.Data), cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(x.N, y.N),
			cmp.Compare(x.Treatment, y.Treatment),
			cmp.Compare(x.Split, y.Split), cmp.Compare(x.Target, y.Target), cmp.Compare(x.Seed, y.Seed))
	})
	var out []experiment
	for _, r := range results {
		if last := len(out) - 1; last < 0 || out[last].name != r.Experiment {
			out = append(out, experiment{name: r.Experiment, data: r.Data, arch: r.Arch})
		}
		e := &out[len(out)-1]
		e.results = append(e.results, r)
	}
	return out
}

func lines(all []experiment) string {
	var s []string
	for _, e := range all {
		s = append(s, "  "+e.String())
	}
	return strings.Join(s, "\n")
}
