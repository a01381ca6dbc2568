package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"text/tabwriter"
	"time"
)

// planTable is a plan for people.
func (f *planFlags) planTable(w io.Writer, r planRecord) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) {
		fmt.Fprintf(tw, "%s\t%s\n", what, fmt.Sprintf(format, args...))
	}
	line("nets", "%d: %d in the store, %d to train", r.Nets, r.Hits, r.Misses)
	line("multiply-adds", "%s: %s in training, %s in tests", r.MultiplyAdds, scientific(r.Train), scientific(r.Test))
	line("images", "%s in training", thousands(r.Images))
	line("disk", "%s, of which %s stay after coadapt store gc -weights; %s for each worker's checkpoints", megabytes(r.Disk), megabytes(r.Pruned), megabytes(r.Checkpoints))
	if r.Memory != nil {
		line("memory", "%s for one worker, images included, as measured", megabytes(*r.Memory))
	}
	if r.Hours != nil {
		text := span(*r.Hours)
		if *r.HoursLow < *r.HoursHigh {
			text += fmt.Sprintf(" (95%%: %s to %s)", span(*r.HoursLow), span(*r.HoursHigh))
		}
		line("time", "%s for one worker, %s", text, r.From)
		if r.Days != nil {
			line("", "%.1f GPU days", *r.Days)
		}
		if r.Cost != nil {
			line("cost", "%.2f at %g an hour", *r.Cost, f.price)
		}
		line("critical path", "%s: %s", span(*r.Critical), strings.Join(r.Path, ", then "))
		var parts []string
		for _, x := range r.Workers {
			parts = append(parts, fmt.Sprintf("%d: %s", x.Workers, span(x.Hours)))
		}
		line("workers", "%s", strings.Join(parts, "   "))
	} else if r.Misses > 0 {
		line("time", "-images-per-second gives days, and -hour-price their cost")
	}
	if err := tw.Flush(); err != nil || r.Budget == nil {
		return err
	}
	return f.budgetTable(w, r.Budget)
}

func (f *planFlags) budgetTable(w io.Writer, b *budgetRecord) error {
	fmt.Fprintf(w, "\nfor %s: %d nets that take %s; %d of the grid are left out\n", f.budget, len(b.Nets), span(b.Hours), b.Left)
	fmt.Fprintf(w, "expected width of the 95%% intervals, in points, where a paired difference spreads by %.2f (%s):\n\n", b.SD, b.SDFrom)
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
		fmt.Fprintf(w, "\ntrain them with the same flags and -nets %s in place of -grid\n", strings.Join(b.Nets, ","))
	}
	return nil
}

// scientific is a large number with three digits, 2.31e+19.
func scientific(x *big.Int) string { return new(big.Float).SetInt(x).Text('e', 2) }

func megabytes(n int64) string {
	if n >= 10e9 {
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// span is hours in the units that people use for so long a time.
func span(hours float64) string {
	switch {
	case hours >= 72:
		return fmt.Sprintf("%.1f days", hours/24)
	case hours >= 2:
		return fmt.Sprintf("%.1f h", hours)
	}
	return time.Duration(hours * float64(time.Hour)).Round(time.Second).String()
}
