package bridge

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// complete asks GoNB what may stand at a cursor. GoNB writes the cell alone into a file where it cannot be parsed, as
// most cells cannot in the middle of a word, and gopls then looks for what earlier cells imported in all that is
// installed, for seconds. So the imports go with the cell; and a cell that is no declaration yet is taken for
// statements, as it would be run.
func (b *bridge) complete(m *message) {
	m = m.complete(map[string]any{"code": "", "cursor_pos": 0})
	f := m.fields()
	code, _ := f["code"].(string)
	at, _ := f["cursor_pos"].(float64)
	before, whole := b.before(code), closed(code, int(at))
	if before != "" || whole != code {
		b.moved[m.head.ID] = len(before)
		f["code"], f["cursor_pos"] = before+whole, int(at)+len(before)
		m = m.with(f)
	}
	b.gonb.send(shell, m.ids, m)
}

// completed is GoNB's answer with places in the client's own cell.
func (b *bridge) completed(m *message) *message {
	moved, ok := b.moved[m.above.ID]
	if !ok {
		return m
	}
	delete(b.moved, m.above.ID)
	f := m.fields()
	for _, name := range []string{"cursor_start", "cursor_end"} {
		if at, ok := f[name].(float64); ok {
			f[name] = max(int(at)-moved, 0)
		}
	}
	return m.with(f)
}

// before is what a cell lacks for its completion. It is of ASCII, so that places move by its length however they are
// counted.
func (b *bridge) before(code string) string {
	lines := strings.Split(code, "\n")
	if isScript(lines) {
		return ""
	}
	var text strings.Builder
	for _, imported := range b.imports {
		if !strings.Contains(code, imported[strings.Index(imported, `"`):]) {
			text.WriteString("import " + imported + "\n")
		}
	}
	if isStatements(lines) {
		text.WriteString("%%\n")
	}
	return text.String()
}

// closed is a cell with brackets closed: those that are open in the cursor's line behind the cursor, if nothing else
// stands there, and what is still open at the end. at counts characters.
func closed(code string, at int) string {
	lines := strings.Split(code, "\n")
	if isScript(lines) || len(unclosed(code)) == 0 {
		return code
	}
	here := len(code)
	if runes := []rune(code); at >= 0 && at < len(runes) {
		here = len(string(runes[:at]))
	}
	line := code[strings.LastIndex(code[:here], "\n")+1 : here]
	rest, _, _ := strings.Cut(code[here:], "\n")
	if strings.TrimSpace(rest) == "" {
		code = code[:here] + unclosed(line) + code[here:]
	}
	end := unclosed(code)
	if last := code[strings.LastIndex(code, "\n")+1:]; end != "" && strings.Contains(last, "//") {
		end = "\n" + end
	}
	return code + end
}

// unclosed is what would close a text's brackets; "" too where a string or comment is open, as then nobody can tell.
func unclosed(text string) string {
	lines := strings.Split(text, "\n")
	for _, s := range specials(lines) {
		clear(lines[s.line:s.end])
	}
	src := []byte(strings.Join(lines, "\n"))
	set := token.NewFileSet()
	open := ""
	var s scanner.Scanner
	s.Init(set.AddFile("", set.Base(), len(src)), src, func(token.Position, string) {}, 0)
	pairs := map[token.Token]string{token.LPAREN: ")", token.LBRACK: "]", token.LBRACE: "}"}
	for {
		_, tok, _ := s.Scan()
		switch close, opens := pairs[tok]; {
		case tok == token.EOF && s.ErrorCount > 0:
			return ""
		case tok == token.EOF:
			return open
		case opens:
			open = close + open
		case open != "" && tok.String() == open[:1]:
			open = open[1:]
		}
	}
}

// imported keeps what a cell that ran has imported.
func (b *bridge) imported(c cell) {
	if isScript(strings.Split(c.source, "\n")) {
		return
	}
	text, _ := goText(c.source)
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if err != nil {
		return // a single expression
	}
	for _, i := range file.Imports {
		spec := i.Path.Value
		if i.Name != nil {
			spec = fmt.Sprintf("%s %s", i.Name.Name, spec)
		}
		if plainPath.MatchString(spec) && !slices.Contains(b.imports, spec) {
			b.imports = append(b.imports, spec)
		}
	}
}

// plainPath is an import with nothing but ASCII; _ and C need none in another cell.
var plainPath = regexp.MustCompile(`^(?:[A-Za-z.]\w* )?"[ -~]{2,}"$`)

// declarations begin with one of these.
var declarations = []string{"package", "import", "const", "var", "type", "func"}

// isStatements tells whether the Go of a cell without %% begins with what is no declaration, nor the beginning of one.
func isStatements(lines []string) bool {
	found := specials(lines)
	for _, s := range found {
		if s.beginsMain() {
			return false
		}
		clear(lines[s.line:s.end])
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		word := line[:len(line)-len(strings.TrimLeft(line, "abcdefghijklmnopqrstuvwxyz"))]
		begun := func(d string) bool { return d == word || word == line && strings.HasPrefix(d, word) }
		return !strings.HasPrefix(line, "/*") && !slices.ContainsFunc(declarations, begun)
	}
	return false
}
