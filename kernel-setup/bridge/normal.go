package bridge

import (
	"go/scanner"
	"go/token"
	"strings"
	"unicode"
)

// normal cleans a cell's source of what other systems, web pages and chats put into it: lines end in a newline, there
// is no byte order mark, and outside of strings and comments every kind of space is a plain one. The spaces of a script
// cell, which is for another program, stay.
func normal(source string) string {
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimLeft(source, "\ufeff"))
	if isPlain(source) {
		return source
	}
	lines := strings.Split(source, "\n")
	if first := plain(lines[0]); isScript([]string{first}) {
		lines[0] = first
		return strings.Join(lines, "\n")
	}
	special := map[int]string{}
	for i, line := range lines {
		if p := plain(line); len(specials([]string{p})) > 0 {
			lines[i], special[i] = "", p
		}
	}
	lines = strings.Split(plainGo(strings.Join(lines, "\n")), "\n")
	for i, line := range special {
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

func isPlain(s string) bool { return strings.IndexFunc(s, odd) < 0 }

// odd tells whether r is a space that is not one in Go, or a character without width.
func odd(r rune) bool {
	return r > unicode.MaxASCII && unicode.Is(unicode.Zs, r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// plain replaces all kinds of spaces by plain ones, and removes characters without width.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case !odd(r):
			return r
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return -1
	}, s)
}

// plainGo applies plain to all of a Go source but its strings and comments. To Go's scanner what plain replaces is
// illegal elsewhere.
func plainGo(source string) string {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, 0)
	var b strings.Builder
	from := 0
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return b.String() + source[from:]
		}
		if tok == token.ILLEGAL && !isPlain(text) {
			at := file.Offset(pos)
			b.WriteString(source[from:at] + plain(text))
			from = at + len(text)
		}
	}
}
