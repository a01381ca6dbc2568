package bridge

import (
	"strings"
	"unicode"
)

// normal is a cell's source as editors on other systems, web pages and chats would have it had they only Go in mind: lines end in a newline, no
// byte order mark is at the front, and outside of strings and comments every kind of space is a space. What a script cell passes on to
// another program keeps its spaces.
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
	inside := outside // what a raw string or comment was begun in a line above
	for i, line := range lines {
		if !special[i] {
			lines[i], inside = plainGo(line, inside)
		}
	}
	return strings.Join(lines, "\n")
}

func isPlain(s string) bool { return strings.IndexFunc(s, odd) < 0 }

// odd tells whether r is a space that Go does not know, or takes no room.
func odd(r rune) bool {
	return r > unicode.MaxASCII && unicode.Is(unicode.Zs, r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// plain has spaces for all kinds of spaces, and nothing for what takes no room.
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

// outside is the state of plainGo in code; others are the text that ends a string or comment.
const outside = ""

// plainGo is plain for the code in a line of Go that begins inside of what ends with the text until, and what the next line begins in.
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
		until = outside // a string ends with its line at the latest
	}
	return b.String(), until
}

// literalEnd is where in line the string or comment ends that until ends, behind it; the line's end where it does not.
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
