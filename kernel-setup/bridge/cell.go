package bridge

import (
	"fmt"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// commentPrefix may stand before a special line, for editors that know only Go.
const commentPrefix = "//gonb:"

// special is a line that is not Go: a command of GoNB (%...) or of the shell (!...). It continues as long as lines end
// in a backslash.
type special struct {
	line, end int    // the cell's lines that it takes: line <= i < end
	text      string // joined, without the comment prefix
}

// specials finds the special lines of a Go cell as GoNB does: by a line's first character, even in strings and
// comments.
func specials(lines []string) []special {
	var found []special
	for i := 0; i < len(lines); i++ {
		text := strings.TrimPrefix(lines[i], commentPrefix)
		if len(text) < 2 || text[0] != '%' && text[0] != '!' {
			continue
		}
		s := special{line: i, end: i + 1, text: text}
		for strings.HasSuffix(s.text, `\`) && s.end < len(lines) {
			s.text = strings.TrimSuffix(s.text, `\`) + " " + strings.TrimPrefix(lines[s.end], commentPrefix)
			s.end++
		}
		found = append(found, s)
		i = s.end - 1
	}
	return found
}

// beginsMain tells whether a special line begins the function main.
func (s special) beginsMain() bool {
	return s.text == "%%" || strings.HasPrefix(s.text, "%% ") || strings.HasPrefix(s.text, "%%\t") ||
		strings.HasPrefix(s.text, "%main")
}

var scriptCell = regexp.MustCompile(`^(?:%%bash|%%sh|%%script|%%writefile|%%gx)(?:[ \t]|$)`)

// isScript tells whether the cell is a script for a program other than Go.
func isScript(lines []string) bool {
	return scriptCell.MatchString(strings.TrimPrefix(lines[0], commentPrefix))
}

// command is a program that a cell runs beside its Go.
type command struct {
	line int // of the cell, from 0
	text string
	argv []string
	feed bool // its standard input comes from the reader; a script's is the cell
}

// cell is a cell as GoNB gets it. Its lines keep their places, apart from lines added at the top.
type cell struct {
	source   string // what the client sent, in normal form
	code     string // what GoNB gets
	added    int    // lines added at the top
	commands []command
	value    bool // it is one expression, whose value is the cell's result
}

// envResult names the file into which the program of an expression writes its value.
const envResult = "COADAPT_RESULT"

// prepare makes a cell ready for GoNB. Shell commands and scripts are run by the runner, which reports to the bridge,
// so that failures are seen and an interrupt reaches all processes. A cell of a single expression becomes a program
// that reports its value.
func prepare(source, runner string) cell {
	source = normal(source)
	c := cell{source: source, code: source}
	lines := strings.Split(source, "\n")
	if isScript(lines) {
		c.script(lines, runner)
		return c
	}
	found := specials(lines)
	for _, s := range found {
		if s.text[0] != '!' {
			continue
		}
		text := strings.TrimLeft(s.text[1:], " \t")
		star := strings.HasPrefix(text, "*")
		text = strings.TrimPrefix(text, "*")
		clear(lines[s.line:s.end])
		if strings.TrimSpace(text) == "" {
			continue // GoNB would crash on it
		}
		mark := "!"
		if star {
			mark = "!*"
		}
		lines[s.line] = fmt.Sprintf("%s%s command %d", mark, shellQuote(runner), len(c.commands))
		c.commands = append(c.commands,
			command{line: s.line, text: strings.TrimSpace(text), argv: []string{"/bin/bash", "-c", text}, feed: true})
	}
	c.code = strings.Join(lines, "\n")
	if len(found) == 0 {
		c.expression()
	}
	return c
}

// script has the runner run the first line's program. The rest of the cell is its input.
func (c *cell) script(lines []string, runner string) {
	parts := splitWords(strings.TrimPrefix(lines[0], commentPrefix))
	var argv []string
	switch {
	case parts[0] == "%%writefile" || parts[0] == "%%gx":
		return
	case parts[0] == "%%script":
		argv = parts[1:]
	case len(parts) == 1:
		argv = []string{strings.TrimPrefix(parts[0], "%%")}
	default:
		return // GoNB says that it takes no arguments
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(runner)
	lines[0] = fmt.Sprintf(`%%%%script "%s" command 0`, quoted)
	c.commands = []command{{text: strings.Join(parts, " "), argv: argv}}
	c.code = strings.Join(lines, "\n")
}

// expression turns a cell that is one Go expression into a program. The program writes the expression's value, as fmt
// prints it, to a file.
func (c *cell) expression() {
	end, ok := expressionEnd(c.source)
	if !ok {
		return
	}
	c.value, c.added = true, 2
	c.code = "%%\nos.WriteFile(os.Getenv(\"" + envResult + "\"), []byte(fmt.Sprint(\n" + c.source[:end] + ")), 0o600)" +
		c.source[end:]
}

// expressionEnd tells whether source is one Go expression, and where it ends.
func expressionEnd(source string) (int, bool) {
	set := token.NewFileSet()
	expr, err := parser.ParseExprFrom(set, "", source, parser.SkipObjectResolution)
	if err != nil {
		return 0, false
	}
	return set.Position(expr.End()).Offset, true
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// splitWords splits a special line as GoNB does: at blanks, except inside "...", where \" is a quotation mark.
func splitWords(line string) []string {
	var words []string
	var word strings.Builder
	started, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case !quoted && (c == ' ' || c == '\t'):
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		case c == '"':
			quoted, started = !quoted, true
		case quoted && c == '\\' && i+1 < len(line):
			i++
			word.WriteString(strings.NewReplacer("n", "\n", "t", "\t").Replace(line[i : i+1]))
		default:
			word.WriteByte(c)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words
}
