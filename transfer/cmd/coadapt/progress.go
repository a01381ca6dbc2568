package main

import (
	"fmt"
	"io"
	"time"

	"coadapt/transfer"

	"github.com/schollz/progressbar/v3"
)

// progress shows a lab at work: a bar on a terminal, elsewhere a line for each net that is trained and one every
// half minute between.
type progress struct {
	w    io.Writer
	bar  *progressbar.ProgressBar // nil where there is no terminal
	last time.Time                // of the last plain line
}

const (
	barSteps = 1000
	plainGap = 30 * time.Second
)

func newProgress(w io.Writer, terminal bool) *progress {
	p := &progress{w: w, last: time.Now()}
	if terminal {
		p.bar = progressbar.NewOptions(barSteps, progressbar.OptionSetWriter(bare(w)),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	return p
}

// event takes a sign of life from the lab.
func (p *progress) event(e transfer.Event) {
	line := ""
	switch {
	case e.Notice != "":
		p.clear()
		fmt.Fprintln(p.w, "note:", e.Notice)
		return
	case e.Result != nil:
		line = fmt.Sprintf("%d/%d %s %s%s", e.Done, e.Total, e.Net, said(*e.Result), left(e.Left))
	case e.Images > 0:
		line = fmt.Sprintf("reading images: %d of %d", e.Decoded, e.Images)
	case e.Steps > 0 && e.Loss == 0:
		line = fmt.Sprintf("%d/%d %s from step %d of %d%s", e.Done, e.Total, e.Net, e.Step, e.Steps, left(e.Left))
	case e.Steps > 0:
		line = fmt.Sprintf("%d/%d %s step %d/%d loss %.2f %.0f images/s%s", e.Done, e.Total, e.Net, e.Step, e.Steps,
			e.Loss, e.ImagesPerSecond, left(e.Left))
	}
	if line == "" {
		return
	}
	if p.bar != nil {
		p.bar.Describe(harmless(line))
		// A bar that is full ends and would not move again; a terminal that is gone is no reason to stop training.
		_ = p.bar.Set(min(barSteps-1, int(e.Share*barSteps)))
		return
	}
	if e.Result != nil && !e.Result.Hit || time.Since(p.last) >= plainGap {
		p.last = time.Now()
		fmt.Fprintln(p.w, line)
	}
}

// clear makes room for a line where the bar stands.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func said(r transfer.Result) string {
	switch {
	case r.Status != transfer.OK:
		return string(r.Status) + " (" + r.Reason + ")"
	case r.Hit:
		return fmt.Sprintf("accuracy %.3f, from the store", r.Accuracy)
	}
	return fmt.Sprintf("accuracy %.3f, %.1f s", r.Accuracy, r.Seconds)
}

func left(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf(", about %s left", d.Round(time.Second))
}

// counter shows how much of something is done: a bar with an estimate on a terminal, elsewhere a line every half
// minute.
type counter struct {
	progress
	verb, what string
	began      time.Time
}

func newCounter(w io.Writer, terminal bool, verb, what string) *counter {
	return &counter{progress: *newProgress(w, terminal), verb: verb, what: what, began: time.Now()}
}

func (c *counter) count(done, total int) {
	line := fmt.Sprintf("%s: %d of %d %s", c.verb, done, total, c.what)
	if spent := time.Since(c.began); spent > 2*time.Second {
		line += left(time.Duration(float64(spent) * float64(total-done) / float64(done)))
	}
	if c.bar != nil {
		c.bar.Describe(line)
		_ = c.bar.Set(min(barSteps-1, done*barSteps/max(1, total)))
		return
	}
	if time.Since(c.last) >= plainGap {
		c.last = time.Now()
		fmt.Fprintln(c.w, line)
	}
}
