package bridge

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// completeness is the answer to is_complete_request: "complete", "incomplete" with the next line's indent, or
// "invalid".
func completeness(source string) (status, indent string) {
	source = normal(source)
	lines := strings.Split(source, "\n")
	last := lines[len(lines)-1]
	switch {
	case isScript(lines):
		if len(lines) == 1 || strings.HasSuffix(last, `\`) {
			return "incomplete", ""
		}
		return "complete", ""
	case strings.TrimSpace(source) == "":
		return "complete", ""
	}
	found := specials(lines)
	if n := len(found); n > 0 && found[n-1].end == len(lines) && strings.HasSuffix(last, `\`) {
		return "incomplete", ""
	}
	errs, end := syntaxErrors(source)
	if len(errs) == 0 {
		if n := len(found); n > 0 && found[n-1].beginsMain() &&
			strings.TrimSpace(strings.Join(lines[found[n-1].end:], "")) == "" {
			return "incomplete", "" // a main without a body
		}
		return "complete", ""
	}
	// more text may mend raw strings and comments, which may span lines, and not strings
	open := []string{"raw string literal not terminated", "comment not terminated"}
	if first := errs[0]; first.Pos.Offset >= end || strings.Contains(first.Msg, "'EOF'") ||
		slices.Contains(open, first.Msg) {
		indent = last[:len(last)-len(strings.TrimLeft(last, " \t"))]
		if t := strings.TrimRight(last, " \t"); strings.HasSuffix(t, "{") || strings.HasSuffix(t, "(") {
			indent += "\t"
		}
		return "incomplete", indent
	}
	return "invalid", ""
}

// syntaxErrors lists a Go cell's syntax errors, at the cell's own lines and columns. It also returns the offset at
// which the cell ends in the parsed text.
func syntaxErrors(source string) (scanner.ErrorList, int) {
	if _, ok := expressionEnd(source); ok {
		return nil, 0
	}
	text, end := goText(source)
	set := token.NewFileSet()
	var errs scanner.ErrorList
	if _, err := parser.ParseFile(set, "", text, parser.SkipObjectResolution|parser.AllErrors); err == nil ||
		!errors.As(err, &errs) {
		return nil, end
	}
	if rest := strings.TrimRight(source, " \t\n"); len(specials(strings.Split(source, "\n"))) == 0 {
		var begun scanner.ErrorList // of an expression that is incomplete
		_, err := parser.ParseExprFrom(token.NewFileSet(), "", rest, parser.SkipObjectResolution)
		if errors.As(err, &begun) && begun[0].Pos.Offset >= len(rest) {
			return begun, len(rest)
		}
	}
	for _, e := range errs {
		e.Pos.Line-- // the package clause
	}
	return errs, end
}

// goText makes one Go file of a cell: with a package clause on a line of its own, special lines blank, and main opened
// and closed.
func goText(source string) (text string, end int) {
	lines := strings.Split(source, "\n")
	main := false
	for _, s := range specials(lines) {
		clear(lines[s.line:s.end])
		if s.beginsMain() {
			lines[s.line], main = "func main() {", true
		}
	}
	for i, line := range lines {
		if strings.HasPrefix(line, "package") { // GoNB drops it
			lines[i] = ""
		}
	}
	text = "package main\n" + strings.TrimRight(strings.Join(lines, "\n"), " \t\n")
	end = len(text)
	if main {
		text += "\n}"
	}
	return text + "\n", end
}
