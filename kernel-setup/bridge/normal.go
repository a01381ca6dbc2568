package bridge

import (
	"strings"
	"unicode"
)

// normal cleans a cell's source of what other systems, web pages and chats put into it: lines end in a newline, there
// is no byte order mark, and outside of strings and comments every kind of space is a plain one. The spaces of a script
// cell, which is for another program, stay.
func normal(source string) string {
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(source, "\ufeff"))
	if isPlain(source) {
		return source
	}
	lines := strings.Split(source, "\n")
	if first := plain(lines[0]); isScript([]string{first}) {
		lines[0] = first
		return strings.Join(lines, "\n")
	}
	special := map[int]bool{}
	for i, line := range lines {
		if p := plain(line); len(specials([]string{p})) > 0 {
			lines[i], special[i] = p, true
		}
	}
	inside := outside // the end of the raw string or comment that an earlier line began
	for i, line := range lines {
		if !special[i] {
			lines[i], inside = plainGo(line, inside)
		}
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

// outside is the state of plainGo in code. Its other states are the text that ends a string or comment.
const outside = ""

// plainGo applies plain to the code in a line of Go. until is the state in which the line begins; the state in which
// the next line begins is returned.
func plainGo(line, until string) (text, next string) {
	var b strings.Builder
	for line != "" {
		if until != outside {
			end := literalEnd(line, until)
			b.WriteString(line[:end])
			if !strings.HasSuffix(line[:end], until) {
				break
			}
			line, until = line[end:], outside
			continue
		}
		at := strings.IndexAny(line, "`\"'/")
		if at < 0 {
			b.WriteString(plain(line))
			break
		}
		b.WriteString(plain(line[:at]))
		line = line[at:]
		n := 1
		switch {
		case strings.HasPrefix(line, "//"):
			return b.String() + line, outside
		case strings.HasPrefix(line, "/*"):
			n, until = 2, "*/"
		case line[0] != '/':
			until = line[:1]
		}
		b.WriteString(line[:n])
		line = line[n:]
	}
	if until != "`" && until != "*/" {
		until = outside // a string ends at the end of its line
	}
	return b.String(), until
}

// literalEnd is the index in line just after the string or comment that until ends; the line's length if it does not
// end there.
func literalEnd(line, until string) int {
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && (until == `"` || until == "'") {
			i++
		} else if strings.HasPrefix(line[i:], until) {
			return i + len(until)
		}
	}
	return len(line)
}
