package bridge

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var (
	// The Go runtime's last words in a program that dies begin in one of these ways, at the start of a line.
	dying = regexp.MustCompile(`(?m)^(panic|fatal error|runtime): `)
	// GoNB marks places in its composed file if their text arrives in one piece.
	cellMark  = regexp.MustCompile(`\x1b\[7m\[\[ Cell (?:\[(\d+)\] )?Line (\d+) \]\]\x1b\[0m`)
	frameLine = regexp.MustCompile(`^\t *(.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$`)
	exitNote  = regexp.MustCompile(`^(\^C\n)?(exit status \d+|signal: [a-z ]+)\n$`) // GoNB's own note on stderr
)

// ended explains the end of a program: a panic, whose cause and stack the program wrote, or an exit status, before
// which it may have said why.
func (f failed) ended(how string) failure {
	if at := dying.FindAllStringIndex(f.stderr, -1); at != nil &&
		(how == "exit status 2" || strings.HasPrefix(how, "signal: ")) {
		begin := at[len(at)-1][0]
		// a repeated panic
		for i := len(at) - 2; i >= 0 && !strings.Contains(f.stderr[at[i][0]:begin], "\ngoroutine "); i-- {
			begin = at[i][0]
		}
		return f.panicked(f.stderr[begin:])
	}
	out := failure{name: how, value: "the cell's program ended with " + how, traceback: []string{how}}
	said := strings.Split(strings.TrimSpace(f.stderr), "\n")
	if last := strings.TrimSpace(said[len(said)-1]); last != "" {
		out.value = last
	}
	return out
}

// panicked tidies what the Go runtime wrote: the cause, then those frames of the first goroutine that are worth
// reading.
func (f failed) panicked(text string) failure {
	cause, stack, _ := strings.Cut(text, "\ngoroutine ")
	cause = strings.TrimSpace(cause)
	first, _, _ := strings.Cut(cause, "\n")
	name, value, _ := strings.Cut(first, ": ")
	out := failure{name: name, value: value, traceback: []string{cause}}
	stack, _, _ = strings.Cut(stack, "\n\n") // the goroutine that died comes first
	lines := strings.Split(stack, "\n")
	for i := 1; i+1 < len(lines); i++ {
		function := lines[i]
		m := frameLine.FindStringSubmatch(cellMark.ReplaceAllString(lines[i+1], ""))
		if m == nil || strings.HasPrefix(function, "\t") {
			continue
		}
		if strings.HasPrefix(function, "panic(") || strings.HasPrefix(function, "runtime.") {
			continue // frames of the panic itself do not say why it came
		}
		if open := strings.LastIndex(function, "("); open > 0 && strings.HasSuffix(function, ")") {
			function = function[:open]
		}
		out.traceback = append(out.traceback, f.frame(function, lines[i+1], m))
		if len(out.traceback) > 20 {
			break
		}
	}
	return out
}

// frame is one frame: where in a cell, or in which file.
func (f failed) frame(function, line string, m []string) string {
	var p place
	if mark := cellMark.FindStringSubmatch(line); mark != nil {
		count := f.count
		if mark[1] != "" {
			count, _ = strconv.Atoi(mark[1]) // digits only
		}
		at, _ := strconv.Atoi(mark[2])
		p = f.at(count, at-f.cells[count].added, 0)
	}
	if file := filepath.Base(m[1]); p.where == "" && (file == "main.go" || file == "main_test.go") {
		p = f.at(f.composed(m[1], m[2])) // unmarked: GoNB got it in pieces
	}
	if p.where != "" {
		return fmt.Sprintf("%s, in %s\n    %s", p.where, function, p.text)
	}
	return fmt.Sprintf("%s:%s, in %s", m[1], m[2], function)
}

// composed finds a line of GoNB's composed file in the cells. That file is this cell's until the next one runs.
func (f failed) composed(path, line string) (count, at, column int) {
	text, err := os.ReadFile(path)
	n, _ := strconv.Atoi(line) // digits only
	lines := strings.Split(string(text), "\n")
	if err != nil || n < 1 || n > len(lines) {
		return 0, 0, 0
	}
	count, at = f.find(lines[n-1])
	return count, at, 0
}
