package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"coadapt/transfer"
	"coadapt/transfer/stats"

	"github.com/spf13/cobra"
)

// gridFlags choose a grid of nets.
type gridFlags struct{ grid, splits, seeds, cuts string }

// grids are the words for them.
const grids = "paper (the 163 nets of 2014), random (its 7 nets on random filters), scale2014 (64 CaffeNets: is the " +
	"dip of 2014 one of scale?), balanced (every direction, with controls), or mini (a small balanced one)"

func netsCommand(stdout io.Writer) *cobra.Command {
	var (
		f  form
		g  gridFlags
		sd float64
	)
	c := &cobra.Command{
		Use:   "nets",
		Short: "List the nets of a design: parents, data, recipe, names of 2014",
		Example: "  coadapt nets --grid paper --json\n  coadapt nets --grid balanced --splits 0,1 --seeds 0-2 " +
			"--cuts 3,5,7\n" +
			"  coadapt nets --grid balanced --splits 0,1 --seeds 0-2 --sd 1.5  # how small an effect would it find?",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := g.check(c); err != nil {
				return err
			}
			all, err := g.planned()
			if err != nil {
				return err
			}
			if sd != 0 {
				return detectable(stdout, all, sd)
			}
			if f.table() {
				return netTable(stdout, all)
			}
			return writeEach(&writer{form: f, w: stdout}, all, newNetRecord)
		},
	}
	c.Flags().StringVar(&g.grid, "grid", "paper", grids)
	c.Flags().StringVar(&g.splits, "splits", "0", "balanced: splits of the classes, with commas")
	c.Flags().StringVar(&g.seeds, "seeds", "0", "balanced: replicates, such as 0, 0,1 or 0-4")
	c.Flags().StringVarP(&g.cuts, "cuts", "n", "1-7", "balanced: cuts")
	c.Flags().Float64Var(&sd, "sd", 0,
		"instead of the nets, say what effect they find: standard deviation of a paired difference between units, "+
			"in points\n(coadapt stats gives errors: sd = se times the root of the number of units)")
	f.flags(c, "net")
	formerly(c.Flags(), olderWords)
	c.MarkFlagsMutuallyExclusive("sd", "json")
	c.MarkFlagsMutuallyExclusive("sd", "csv")
	return c
}

// detectable says what a design can find, at one cut and with Bonferroni's correction over its cuts.
func detectable(w io.Writer, all []transfer.GridNet, sd float64) error {
	units, cuts := map[stats.Unit]bool{}, map[int]bool{}
	for _, p := range all {
		if p.Net.Treatment == transfer.Transfer {
			units[stats.UnitOf(p.Net)], cuts[p.Net.N] = true, true
		}
	}
	one, err := stats.MDE(sd, len(units), 0.05, 0.8)
	if err != nil {
		return fmt.Errorf("-sd: %w", err)
	}
	strict, err := stats.MDE(sd, len(units), 0.05/float64(len(cuts)), 0.8)
	if err != nil {
		return fmt.Errorf("-sd: %w", err)
	}
	_, err = fmt.Fprintf(w, "%d nets, %d units (targets and seeds): where paired differences spread by %v points, "+
		"80%% power at 0.05 for one of %.2f points at a single cut,\nfor one of %.2f with Bonferroni's correction "+
		"over %d cuts\n", len(all), len(units), sd, one, strict, len(cuts))
	return err
}

// check refuses splits, seeds and cuts where the grid settles them.
func (g gridFlags) check(c *cobra.Command) error {
	if g.grid == "balanced" {
		return nil
	}
	for _, flag := range []string{"splits", "seeds", "cuts"} {
		if c.Flags().Changed(flag) {
			return fmt.Errorf("-%s belongs to -grid balanced; the grid %s is fixed", flag, g.grid)
		}
	}
	return nil
}

// planned are the nets of the grid.
func (g gridFlags) planned() ([]transfer.GridNet, error) {
	switch g.grid {
	case "paper":
		return transfer.Paper(), nil
	case "random":
		return transfer.RandomFilters(), nil
	case "scale2014":
		return transfer.Scale2014(), nil
	case "mini":
		return transfer.Mini(), nil
	case "balanced":
		seeds, err := numbers("seeds", g.seeds, 0, 1<<30)
		if err != nil {
			return nil, err
		}
		cuts, err := numbers("cuts", g.cuts, 1, 1<<10)
		if err != nil {
			return nil, err
		}
		return transfer.Balanced(transfer.Words(g.splits), seeds, cuts)
	}
	return nil, fmt.Errorf("-grid %q: want %s", g.grid, grids)
}

// netRecord is the flat form of a planned net. Steps are null where they follow from the data.
type netRecord struct {
	Name      string  `json:"name"`
	Paper     string  `json:"paper"` // its directory in the release of 2014
	Block     string  `json:"block"`
	Role      string  `json:"role"`
	N         int     `json:"n"`
	Condition string  `json:"condition"`
	Split     string  `json:"split"`
	Seed      int     `json:"seed"`
	Source    string  `json:"source"`
	Target    string  `json:"target"`
	PerClass  *int    `json:"per_class"`
	Parent    string  `json:"parent"`
	Data      string  `json:"data"`
	Mean      string  `json:"mean"`
	Recipe    string  `json:"recipe"`
	Steps     *int    `json:"steps"`
	Batch     int     `json:"batch"`
	Policy    string  `json:"policy"`
	Rate      float64 `json:"rate"`
	Gamma     float64 `json:"gamma"`
	Every     int     `json:"every"`
	Momentum  float64 `json:"momentum"`
	Decay     float64 `json:"decay"`
	Outputs   *int    `json:"outputs"` // null: one a class
	TestEvery int     `json:"test_every"`
}

func newNetRecord(p transfer.GridNet) netRecord {
	n, r := p.Net, p.Recipe
	some := func(x int) *int {
		if x == 0 {
			return nil
		}
		return &x
	}
	return netRecord{
		Name:      n.String(),
		Paper:     p.Paper(),
		Block:     p.Block,
		Role:      p.Role,
		N:         n.N,
		Condition: n.Treatment.String(),
		Split:     n.Split,
		Seed:      n.Seed,
		Source:    n.Source().String(),
		Target:    n.Target.String(),
		PerClass:  some(n.PerClass),
		Parent:    p.Parent(),
		Data:      p.Data(),
		Mean:      p.Mean(),
		Recipe:    r.Name,
		Steps:     some(r.Steps),
		Batch:     r.Batch,
		Policy:    string(r.Rate.Policy),
		Rate:      r.Rate.Base,
		Gamma:     r.Rate.Gamma,
		Every:     r.Rate.Every,
		Momentum:  r.Momentum,
		Decay:     r.Decay,
		Outputs:   some(r.Outputs),
		TestEvery: r.TestEvery,
	}
}

func netTable(w io.Writer, all []transfer.GridNet) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "net\t2014\tblock\trole\tparent\tdata\tmean\trecipe")
	for _, p := range all {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Net, dash(p.Paper()), p.Block, p.Role, dash(p.Parent()),
			p.Data(), p.Mean(), p.Recipe.Name)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d nets\n", len(all))
	return err
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
