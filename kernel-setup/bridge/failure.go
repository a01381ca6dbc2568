package bridge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// failure is why a cell failed, as error and execute_reply tell it.
type failure struct {
	name      string   // "compile error", "panic", "exit status 3", ...: the kind
	value     string   // the cause, in a line
	traceback []string // what the reader sees: every cause, at the cell's own lines
}

func (f failure) content() map[string]any {
	return map[string]any{"ename": f.name, "evalue": f.value, "traceback": f.traceback}
}

// failed is what is known of a cell that failed.
type failed struct {
	count     int          // its execution count
	cells     map[int]cell // it and earlier ones, by execution count
	value     string       // GoNB's evalue
	traceback []string     // GoNB's traceback
	stderr    string       // the end of what its program wrote there
	root      string       // the clone's, "" where it is not known
}

var (
	// One line of the compiler's or parser's output. GoNB's traceback has an entry for each line, headed by the cell's line where GoNB knows it.
	compilerLine = regexp.MustCompile(`^(\S*)main(?:_test)?\.go:(\d+):(?:(\d+):)? ?(.+)$`)
	cellLine     = regexp.MustCompile(`^Cell(?:\[(\d+)\]:)? Line (\d+)\n`)
	caretLine    = regexp.MustCompile(`(?m)^(.*)\n( *)\^$`)
	exitValue    = regexp.MustCompile(`^(exit status \d+|signal: .+)$`)
	goGet        = regexp.MustCompile(`^failed to run "[^"]*go get( -t)?": `)
)

// explain finds the cause in what GoNB and the cell's program said.
func (f failed) explain() failure {
	value := strings.TrimSpace(f.value)
	switch {
	case exitValue.MatchString(value):
		return f.ended(value)
	case goGet.MatchString(value):
		lines := strings.Split(value, "\n")
		// Of "go: the cell's module imports", and whose package is missing, the second is the cause.
		return fromLines("import error", slices.DeleteFunc(lines[1:], func(l string) bool { return strings.HasSuffix(l, " imports") }))
	}
	if found := f.compile(); found.value != "" {
		return found
	}
	return failure{name: "error", value: value, traceback: f.traceback}
}

// fromLines takes the first line that says something as the cause.
func fromLines(name string, lines []string) failure {
	out := failure{name: name}
	for _, line := range lines {
		if line = strings.TrimRight(line, " \n"); line != "" {
			out.traceback = append(out.traceback, line)
		}
	}
	if len(out.traceback) > 0 {
		out.value = strings.TrimSpace(out.traceback[0])
	}
	return out
}

// compile reads the compiler's errors, or finds a syntax error itself: GoNB's parser stops at the first and may not know its line.
func (f failed) compile() failure {
	out := failure{name: "compile error"}
	if m := compilerLine.FindStringSubmatch(f.value); m != nil && strings.HasPrefix(m[1], "/") {
		if errs, _ := syntaxErrors(f.cells[f.count].source); len(errs) > 0 {
			errs.RemoveMultiples()
			out.name = "syntax error"
			for _, e := range errs[:min(len(errs), 10)] {
				if strings.HasPrefix(e.Msg, "expected declaration") {
					e.Msg += " (statements go below a line with %%)"
				}
				out.add(f.at(f.count, e.Pos.Line, e.Pos.Column), e.Msg)
			}
			return out
		}
	}
	for i, line := range strings.Split(f.value, "\n") {
		m := compilerLine.FindStringSubmatch(line)
		switch {
		case m == nil && len(out.traceback) > 0 && strings.HasPrefix(line, "\t"): // the compiler goes on about the error
			out.traceback[len(out.traceback)-1] += "\n" + line
		case m == nil && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "# "):
			if len(out.traceback) > 0 || strings.Contains(f.value, "main.go:") {
				out.traceback = append(out.traceback, line)
			}
		case m != nil:
			entry := ""
			if i < len(f.traceback) {
				entry = f.traceback[i]
			}
			p := f.place(entry, m[3])
			out.add(p, f.hint(p.misspelt(m[4])))
		}
	}
	return out
}

// add adds an error at a place; the first is the value.
func (f *failure) add(p place, msg string) {
	text := msg
	if p.where != "" {
		text = p.where + ": " + msg
	}
	if f.value == "" {
		f.value = text
	}
	if p.text != "" {
		text += "\n    " + p.text
		if p.column > 0 {
			pad := []byte(p.text[:p.column-1]) // tabs stay, so that the mark stands below its column
			for i, c := range pad {
				if c != '\t' {
					pad[i] = ' '
				}
			}
			text += "\n    " + string(pad) + "^"
		}
	}
	f.traceback = append(f.traceback, text)
}

// place is a line of a cell.
type place struct {
	where  string // "line 2", "cell [7], line 1"; "" when it is not known
	text   string // the line
	column int    // in bytes from 1, 0 when it is not known
}

// unknown is the compiler's word for a package that nothing imports. What the standard library has is imported by itself, so that a name of it
// which does not exist is told of its package: fmt.Printn as "undefined: fmt".
var unknown = regexp.MustCompile(`^undefined: (bytes|errors|fmt|maps|math|os|slices|sort|strconv|strings|time)$`)

// misspelt tells that of the name.
func (p place) misspelt(msg string) string {
	m := unknown.FindStringSubmatch(msg)
	if m == nil || p.column == 0 {
		return msg
	}
	after, ok := strings.CutPrefix(p.text[p.column-1:], m[1]+".")
	name := identifier.FindString(after)
	if !ok || name == "" {
		return msg
	}
	return fmt.Sprintf("undefined: %s.%s: package %s has no such name", m[1], name, m[1])
}

var identifier = regexp.MustCompile(`^\w+`)

// at is a line of the cell with an execution count, in the coordinates of what GoNB got less what the bridge added.
func (f failed) at(count, line, column int) place {
	c, ok := f.cells[count]
	lines := strings.Split(c.source, "\n")
	if !ok || line < 1 || line > len(lines) {
		return place{}
	}
	p := place{where: fmt.Sprintf("line %d", line), text: lines[line-1], column: column}
	if count != f.count {
		p.where = fmt.Sprintf("cell [%d], %s", count, p.where)
	}
	if p.column > len(p.text)+1 {
		p.column = 0
	}
	return p
}

// place finds the cell's line in GoNB's traceback entry of an error. The column is that of GoNB's composed file, where declarations are
// written anew; it is the one after which the cell's line reads the same.
func (f failed) place(entry, column string) place {
	composed, rest := "", ""
	if m := caretLine.FindStringSubmatch(entry); m != nil {
		composed = m[1]
		if col, err := strconv.Atoi(column); err == nil && col >= 1 && col <= len(composed)+1 {
			rest = composed[col-1:]
		}
	}
	count, line := f.count, 0
	if m := cellLine.FindStringSubmatch(entry); m != nil {
		line, _ = strconv.Atoi(m[2]) // digits only
		if m[1] != "" {
			count, _ = strconv.Atoi(m[1])
		}
		line -= f.cells[count].added
	} else {
		count, line = f.find(composed)
	}
	p := f.at(count, line, 0)
	if rest != "" && strings.Count(p.text, rest) == 1 {
		p.column = strings.Index(p.text, rest) + 1
	}
	return p
}

// find looks for a line's text in the cell, then in earlier ones, newest first; it must be there once.
func (f failed) find(text string) (count, line int) {
	if text = strings.TrimSpace(text); len(text) < 3 { // a brace is anywhere
		return 0, 0
	}
	for count := f.count; count > 0; count-- {
		found := 0
		for i, l := range strings.Split(f.cells[count].source, "\n") {
			if strings.TrimSpace(l) == text {
				if found > 0 {
					return 0, 0
				}
				found = i + 1
			}
		}
		if found > 0 {
			return count, found
		}
	}
	return 0, 0
}
