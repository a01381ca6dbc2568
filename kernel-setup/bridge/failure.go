package bridge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// failure says why a cell failed, in the terms of the messages error and execute_reply.
type failure struct {
	name      string   // "compile error", "panic", "exit status 3", ...: the kind
	value     string   // the cause, in one line
	traceback []string // what the reader sees: all causes, at the cell's own lines
}

func (f failure) content() map[string]any {
	return map[string]any{"ename": f.name, "evalue": f.value, "traceback": f.traceback}
}

// failed is what is known about a cell that failed.
type failed struct {
	count     int          // its execution count
	cells     map[int]cell // it and earlier ones, by execution count
	value     string       // GoNB's evalue
	traceback []string     // GoNB's traceback
	stderr    string       // the end of what its program wrote there
	root      string       // of the clone; "" if unknown
}

var (
	// A line of the compiler's or parser's output. GoNB's traceback has an entry for each, headed by the cell's line if
	// GoNB knows it.
	compilerLine = regexp.MustCompile(`^(\S*)main(?:_test)?\.go:(\d+):(?:(\d+):)? ?(.+)$`)
	cellLine     = regexp.MustCompile(`^Cell(?:\[(\d+)\]:)? Line (\d+)\n`)
	caretLine    = regexp.MustCompile(`(?m)^(.*)\n( *)\^$`)
	exitValue    = regexp.MustCompile(`^(exit status \d+|signal: .+)$`)
	goGet        = regexp.MustCompile(`^failed to run "[^"]*go get( -t)?": `)
)

// explain finds the cause in the output of GoNB and of the cell's program.
func (f failed) explain() failure {
	value := strings.TrimSpace(f.value)
	switch {
	case exitValue.MatchString(value):
		return f.ended(value)
	case goGet.MatchString(value):
		lines := strings.Split(value, "\n")
		// A missing package is reported in two lines, "go: the cell's module imports" and the package: the second is
		// the cause.
		return fromLines("import error",
			slices.DeleteFunc(lines[1:], func(l string) bool { return strings.HasSuffix(l, " imports") }))
	}
	if found := f.compile(); found.value != "" {
		return found
	}
	return failure{name: "error", value: value, traceback: f.traceback}
}

// fromLines takes the first line that is not empty as the cause.
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

// compile reads the compiler's errors. A syntax error it finds itself: GoNB's parser stops at the first one, and may
// not know its line.
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
		case m == nil && len(out.traceback) > 0 && strings.HasPrefix(line, "\t"): // the compiler continues the error
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

// add adds an error at a place. The first error becomes the value.
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
			pad := []byte(p.text[:p.column-1]) // tabs stay, so that the mark is below its column
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
	where  string // "line 2", "cell [7], line 1"; "" if unknown
	text   string // the line
	column int    // in bytes, from 1; 0 if unknown
}

// unknown matches the compiler's error for a package that is not imported. GoNB imports the standard library by itself.
// So the error for a name that a standard package lacks names the package: "undefined: fmt" for fmt.Printn.
var unknown = regexp.MustCompile(`^undefined: (bytes|errors|fmt|maps|math|os|slices|sort|strconv|strings|time)$`)

// misspelt turns such an error into one about the name.
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

// at is the place of a line that GoNB got, in the cell with the given execution count. Lines that the bridge added do
// not count.
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

// place finds the cell's line in GoNB's traceback entry of an error. The error's column is one of GoNB's composed file,
// in which declarations are reformatted. The cell's column is the one after which its line reads the same.
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

// find looks for a line's text in the cell, then in earlier cells, newest first. The text must occur exactly once.
func (f failed) find(text string) (count, line int) {
	if text = strings.TrimSpace(text); len(text) < 3 { // a brace alone may be anywhere
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
