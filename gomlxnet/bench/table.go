package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// result is a case as it is printed: a line of JSON, or a block, or a line of
// the table.
type result struct {
	Case         string  `json:"case"`
	What         string  `json:"what"`
	Batch        int     `json:"batch"`
	Rounds       int     `json:"rounds"`
	Steps        int     `json:"steps"` // of each runner in each round
	RatioPyTorch float64 `json:"ratio_pytorch"`
	RatioJAX     float64 `json:"ratio_jax"`
	LossesApart  float64 `json:"losses_apart"` // at most, of the first steps, relative to ours
	PeakGFLOPs   float64 `json:"peak_gflops"`
	Rows         []share `json:"rows"`
}

// share is one runner's part. A ratio is ours to it: above 1 we are faster.
type share struct {
	Name          string  `json:"name"`
	Seconds       float64 `json:"seconds"` // a step, median
	SecondsLeast  float64 `json:"seconds_least"`
	SecondsMost   float64 `json:"seconds_most"`
	CPU           float64 `json:"cpu_seconds"` // of all threads, median
	Images        float64 `json:"images_per_second"`
	GFLOPs        float64 `json:"gflops"`
	Share         float64 `json:"share_of_peak"`
	Ratio         float64 `json:"ratio"` // median over rounds
	RatioLeast    float64 `json:"ratio_least"`
	RatioGreatest float64 `json:"ratio_greatest"`
}

// newResult sums a timing up. kinds says of each runner which peer it is.
func newResult(t *timing, runners []runner, kinds []string, peak float64) (*result, error) {
	flop, err := t.c.flop()
	if err != nil {
		return nil, err
	}
	r := &result{Case: t.c.Name, What: t.c.What, Batch: t.c.Batch, Rounds: len(t.seconds[0]), Steps: t.steps,
		LossesApart: t.apart, PeakGFLOPs: peak}
	for i, of := range runners {
		row := share{Name: of.about()}
		row.Seconds, row.SecondsLeast, row.SecondsMost = middle(t.seconds[i])
		row.CPU, _, _ = middle(t.cpu[i])
		row.Ratio, row.RatioLeast, row.RatioGreatest = middle(t.ratios(i))
		row.Images = float64(t.c.images()) / row.Seconds
		if !t.c.First { // mostly a compiler's time
			row.GFLOPs = 1e-9 * flop * row.Images
			row.Share = row.GFLOPs / peak
		}
		switch kinds[i] {
		case kindJAX:
			r.RatioJAX = row.Ratio
		case kindTorch:
			if r.RatioPyTorch == 0 || row.Ratio < r.RatioPyTorch {
				r.RatioPyTorch = row.Ratio
			}
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// The peers' kinds.
const (
	kindOurs  = "ours"
	kindTorch = "pytorch"
	kindJAX   = "jax"
)

// json writes the result as one line.
func (r *result) json(out io.Writer) error { return json.NewEncoder(out).Encode(r) }

// block writes the result for the reader of a terminal.
func (r *result) block(out io.Writer) error {
	turns := fmt.Sprintf("%d rounds of %d steps", r.Rounds, r.Steps)
	if r.first() {
		turns = fmt.Sprintf("%d rounds", r.Rounds)
	}
	fmt.Fprintf(out, "\n%s: %s, batch %d (%s; losses of %d steps agree within %.0e)\n", r.Case, r.What, r.Batch, turns,
		comparedSteps, r.LossesApart)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "  \tms\tleast\tmost\tCPU ms\timages/s\tours to it\tleast\tmost\tGFLOP/s\tof peak\t\n")
	for i, row := range r.Rows {
		ratio := "\t\t"
		if i > 0 {
			ratio = fmt.Sprintf("%.2f\t%.2f\t%.2f", row.Ratio, row.RatioLeast, row.RatioGreatest)
		}
		images, gflops := fmt.Sprintf("%.0f", row.Images), fmt.Sprintf("%.0f\t%.0f%%", row.GFLOPs, 100*row.Share)
		if r.first() {
			images, gflops = "", "\t"
		}
		fmt.Fprintf(w, "  %s\t%.1f\t%.1f\t%.1f\t%.1f\t%s\t%s\t%s\t\n", row.Name, 1e3*row.Seconds, 1e3*row.SecondsLeast,
			1e3*row.SecondsMost, 1e3*row.CPU, images, ratio, gflops)
	}
	return w.Flush()
}

func (r *result) first() bool { return r.Rows[0].GFLOPs == 0 }

// markdown writes all results as one table.
func markdown(out io.Writer, results []*result) error {
	if len(results) == 0 {
		return nil
	}
	var head, rule strings.Builder
	head.WriteString("| case |")
	rule.WriteString("|-|")
	for _, row := range results[0].Rows {
		fmt.Fprintf(&head, " %s |", row.Name)
		rule.WriteString("-:|")
	}
	fmt.Fprintf(out, "%s ours to PyTorch | ours to JAX | GFLOP/s | of peak |\n%s-:|-:|-:|-:|\n", head.String(),
		rule.String())
	for _, r := range results {
		fmt.Fprintf(out, "| %s, batch %d |", r.What, r.Batch)
		for _, row := range r.Rows {
			if r.first() {
				fmt.Fprintf(out, " %.2f s |", row.Seconds)
			} else {
				fmt.Fprintf(out, " %.0f/s |", row.Images)
			}
		}
		fmt.Fprintf(out, " %.2f | %.2f |", r.RatioPyTorch, r.RatioJAX)
		if r.first() {
			fmt.Fprint(out, " | |\n")
		} else {
			fmt.Fprintf(out, " %.0f | %.0f%% |\n", r.Rows[0].GFLOPs, 100*r.Rows[0].Share)
		}
	}
	_, err := fmt.Fprintf(out, "\n%s. Images a second, medians of %d interleaved rounds; a ratio is the median over "+
		"the rounds, to the better row of PyTorch. Peak: %.0f GFLOP/s, a product of matrices.\n",
		machine(), results[0].Rounds, results[0].PeakGFLOPs)
	return err
}

// machine says what this is measured on: "AMD EPYC, 2 cores, linux/amd64, go1.26.0".
func machine() string {
	model := "processor unknown"
	info, _ := os.ReadFile("/proc/cpuinfo") // Linux's
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version())
}
