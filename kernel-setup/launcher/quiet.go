package main

import (
	"bytes"
	"io"
	"regexp"
	"time"
)

// testLine is a line of GoNB's log by which it tries out its logger at every start.
var testLine = regexp.MustCompile(`\bmain\.go:\d+\] .*(?:Logging to extra logger configured|(?:Info|Warning|Error) message)\s*$`)

// drainPatience is how long the end of GoNB's log is waited for while another program still holds it open.
const drainPatience = 200 * time.Millisecond

// quietLog passes GoNB's log on to out, but for its test lines.
type quietLog struct {
	out  io.Writer
	line []byte // the beginning of one
}

// Write takes a piece of the log.
func (l *quietLog) Write(p []byte) (int, error) {
	for piece := range bytes.Lines(p) {
		l.line = append(l.line, piece...)
		if bytes.HasSuffix(piece, []byte("\n")) {
			l.flush()
		}
	}
	return len(p), nil
}

// flush passes on what has come of a line.
func (l *quietLog) flush() {
	if !testLine.Match(l.line) {
		_, _ = l.out.Write(l.line) // nobody reads the log
	}
	l.line = l.line[:0]
}
