package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"text/tabwriter"

	"coadapt/transfer/sweep"
)

// planTable is a plan for people.
func (f *planFlags) planTable(w io.Writer, r planRecord) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) {
		fmt.Fprintf(tw, "%s\t%s\n", what, fmt.Sprintf(format, args...))
	}
	line("nets", "%d: %d in the store, %d to train", r.Nets, r.Hits, r.Misses)
	line("multiply-adds", "%s: %s in training, %s in tests", sweep.Scientific(new(big.Int).Add(r.Train, r.Test)),
		sweep.Scientific(r.Train), sweep.Scientific(r.Test))
	line("images", "%s in training", thousands(r.Images))
	line("disk", "%s, of which %s stay after coadapt store gc --weights; %s for each worker's checkpoints",
		sweep.Megabytes(r.Disk), sweep.Megabytes(r.Pruned), sweep.Megabytes(r.Checkpoints))
	if r.Memory != nil {
		line("memory", "%s for one worker, images included, as measured", sweep.Megabytes(*r.Memory))
	}
	if r.Hours != nil {
		text := sweep.Hours(*r.Hours)
		if *r.HoursLow < *r.HoursHigh {
			text += fmt.Sprintf(" (95%%: %s to %s)", sweep.Hours(*r.HoursLow), sweep.Hours(*r.HoursHigh))
		}
		line("time", "%s for one worker, %s", text, r.From)
		if r.Days != nil {
			line("", "%.1f GPU days", *r.Days)
		}
		if r.Cost != nil {
			line("cost", "%.2f at %g an hour", *r.Cost, f.price)
		}
		line("critical path", "%s: %s", sweep.Hours(*r.Critical), strings.Join(r.Path, ", then "))
		var parts []string
		for _, x := range r.Workers {
			parts = append(parts, fmt.Sprintf("%d: %s", x.Workers, sweep.Hours(x.Hours)))
		}
		line("workers", "%s", strings.Join(parts, "   "))
	} else if r.Misses > 0 {
		line("time", "--images-per-second gives days, and --hour-price their cost")
	}
	if err := tw.Flush(); err != nil || r.Budget == nil {
		return err
	}
	return f.budgetTable(w, r.Budget)
}

func (f *planFlags) budgetTable(w io.Writer, b *budgetRecord) error {
	fmt.Fprintf(w, "\nfor %s: %d nets that take %s; %d of the grid are left out\n", f.budget, len(b.Nets),
		sweep.Hours(b.Hours), b.Left)
	fmt.Fprintf(w,
		"expected width of the 95%% intervals, in points, where a paired difference spreads by %.2f (%s):\n\n", b.SD,
		b.SDFrom)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "quantity\tn\tunits\twidth")
	var open []string
	for _, k := range b.Intervals {
		width := "no interval"
		if k.Width != nil {
			width = fmt.Sprintf("%.2f", *k.Width)
		} else {
			open = append(open, fmt.Sprintf("%s at n = %d", k.Quantity, k.N))
		}
		fmt.Fprintf(tw, "%s\t%d\t%d of %d\t%s\n", k.Quantity, k.N, k.Units, k.Of, width)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if len(open) > 0 {
		fmt.Fprintf(w, "\nleft open: %s\n", strings.Join(open, ", "))
	}
	if len(b.Nets) > 0 {
		fmt.Fprintf(w, "\ntrain them with the same flags and --nets %s in place of --grid\n", strings.Join(b.Nets, ","))
	}
	return nil
}
