package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"coadapt/transfer"
	"coadapt/transfer/sweep"

	"golang.org/x/term"
)

// view draws the state of a run in place of the last one.
type view struct {
	w     io.Writer
	lines int

	mu    sync.Mutex
	notes []string // the last few, for below the table
}

// note has a sentence stand below the table until others push it out.
func (v *view) note(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.notes = append(v.notes, "note: "+text)
	v.notes = v.notes[max(0, len(v.notes)-maxNotes):]
}

const maxNotes = 3

func newView(w io.Writer) *view { return &view{w: bare(w)} }

func (v *view) draw(st *sweep.Status) {
	width, height := 100, 40
	if f, ok := v.w.(*os.File); ok {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 && h > 0 {
			width, height = w, h
		}
	}
	v.mu.Lock()
	notes := slices.Clone(v.notes)
	v.mu.Unlock()
	lines := append(statusLines(st, width, height-1-len(notes)), notes...)
	var b strings.Builder
	if v.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.lines)
	}
	for _, l := range lines {
		b.WriteString(clip(harmless(l), width-1) + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	v.lines = len(lines)
	_, _ = io.WriteString(v.w, b.String()) // a terminal that is gone is no reason to stop
}

// clip makes one line of a terminal of a text: errors may have several.
func clip(line string, width int) string {
	line = strings.ReplaceAll(line, "\n", " ")
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(0, width-1)]) + "…"
}

// statusLines is a run as a table of a limited number of lines.
func statusLines(st *sweep.Status, width, height int) []string {
	if st.Torn != "" {
		return []string{st.Torn}
	}
	line := fmt.Sprintf("%s: %s", st.ID, st.Summary())
	if st.Left > 0 {
		line += left(st.Left)
	}
	lines := []string{line, fmt.Sprintf("%s %3.0f%%", bar(st.Share, min(60, width-8)), 100*st.Share), ""}
	lines = append(lines, gridLines(st)...)
	var running, ends, trouble []string
	for _, n := range st.Nets {
		switch n.Phase {
		case sweep.Running:
			running = append(running, runningLine(n))
		case sweep.Failed, sweep.Blocked:
			trouble = append(trouble, fmt.Sprintf("  %-12s %s: %s", n.Net, n.Word(), n.Reason))
		case sweep.Done:
			if n.Status != transfer.OK {
				trouble = append(trouble, fmt.Sprintf("  %-12s %s: %s", n.Net, n.Word(), n.Reason))
			}
		default:
			if n.Scheduler != "" {
				ends = append(ends, fmt.Sprintf("  %-12s %s, %s", n.Net, n.Phase, n.Scheduler))
			}
		}
	}
	for _, w := range st.Workers {
		if w.Said != "" {
			running = append(running, fmt.Sprintf("  %s, process %d: %s", w.Host, w.PID, w.Said))
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"in training", running}, {"without a result", trouble}, {"at the scheduler", ends}} {
		room := height - len(lines) - 3
		if len(part.lines) == 0 || room < 1 {
			continue
		}
		if more := len(part.lines) - room; more > 0 {
			part.lines = append(part.lines[:max(0, room-1)], fmt.Sprintf("  and %d more", more+1))
		}
		lines = append(append(lines, "", part.title), part.lines...)
	}
	return lines[:min(len(lines), height)] // what scrolled away could not be drawn over
}

func runningLine(n sweep.NetStatus) string {
	line := fmt.Sprintf("  %-12s", n.Net)
	if n.Steps > 0 {
		line += fmt.Sprintf(" %s step %d/%d", bar(float64(n.Step)/float64(n.Steps), 16), n.Step, n.Steps)
	}
	if n.Loss != nil && *n.Loss > 0 {
		line += fmt.Sprintf("  loss %.2f", *n.Loss)
	}
	if n.Rate > 0 {
		line += fmt.Sprintf("  %.0f images/s", n.Rate)
	}
	if n.Scheduler != "" {
		line += "  " + n.Scheduler
	}
	return line + "  " + n.Worker
}

// gridLines count the finished nets of each condition at each cut.
func gridLines(st *sweep.Status) []string {
	type cell struct{ done, all int }
	cells := map[transfer.Treatment]map[int]cell{}
	var rows []transfer.Treatment
	var cuts []int
	for _, n := range st.Nets {
		t := n.Net.Treatment
		if cells[t] == nil {
			cells[t] = map[int]cell{}
			rows = append(rows, t)
		}
		if !slices.Contains(cuts, n.Net.N) {
			cuts = append(cuts, n.Net.N)
		}
		c := cells[t][n.Net.N]
		if c.all++; n.Phase == sweep.Done {
			c.done++
		}
		cells[t][n.Net.N] = c
	}
	slices.Sort(cuts)
	slices.Sort(rows)
	head := fmt.Sprintf("%-6s", "n")
	for _, cut := range cuts {
		head += fmt.Sprintf(" %9s", map[bool]string{true: "whole", false: fmt.Sprint(cut)}[cut == 0])
	}
	lines := []string{head}
	for _, t := range rows {
		line := fmt.Sprintf("%-6s", t)
		for _, cut := range cuts {
			text := ""
			if c := cells[t][cut]; c.all > 0 {
				text = fmt.Sprintf("%d/%d", c.done, c.all)
			}
			line += fmt.Sprintf(" %9s", text)
		}
		lines = append(lines, line)
	}
	return lines
}

// bar is a share of 0..1 as blocks.
func bar(share float64, width int) string {
	full := int(max(0, min(1, share))*float64(width) + 0.5)
	return strings.Repeat("█", full) + strings.Repeat("░", max(0, width-full))
}

// watch draws a run, with a [sweep.Reader.Pause] in between, until it ends, ctx ends, or nobody works on it.
func watch(done <-chan struct{}, reader *sweep.Reader, show func(*sweep.Status) error,
	over func(*sweep.Status) bool) (*sweep.Status, error) {
	for {
		st, err := reader.Read()
		if err != nil {
			return nil, err
		}
		if err := show(st); err != nil {
			return st, err
		}
		if over(st) {
			return st, nil
		}
		select {
		case <-done:
			return st, nil
		case <-time.After(reader.Pause()):
		}
	}
}
