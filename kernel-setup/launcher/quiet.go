package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"time"
)

// testLine is a line of GoNB's log by which it tries out its logger at every start.
var testLine = regexp.MustCompile(`\bmain\.go:\d+\] .*(?:Logging to extra logger configured|(?:Info|Warning|Error) message)\s*$`)

// drainPatience is how long drain waits for a log that another program still holds open.
const drainPatience = 200 * time.Millisecond

// quietLog is a file for GoNB's log that goes on to out, but for its test lines. drain waits for its end once GoNB
// has ended.
func quietLog(out io.Writer) (log *os.File, drain func(), err error) {
	from, log, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a pipe for GoNB's log: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewReader(from)
		for {
			line, err := lines.ReadBytes('\n')
			if !testLine.Match(line) {
				_, _ = out.Write(line) // nobody reads the log
			}
			if err != nil {
				return
			}
		}
	}()
	return log, func() {
		select {
		case <-done:
		case <-time.After(drainPatience):
		}
	}, nil
}

// version is what the program was built from, "devel" where that is not recorded.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) > 12 {
			return s.Value[:12]
		}
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}
