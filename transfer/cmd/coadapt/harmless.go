package main

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
)

// harmless shows what would steer a terminal, such as escape sequences in the name of a class or a file, as its code:
// names come from archives and folders of others. Lines and tabs stay.
func harmless(text string) string {
	if !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if steers(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is a name that takes one line and one column of a table, whatever is in it.
func oneLine(name string) string {
	return strings.NewReplacer("\n", `\u000a`, "\t", `\u0009`).Replace(name)
}

// longest is how many bytes of one line an error has at most, so that a file that is taken for a list does not fill the
// screen.
const longest = 1000

// shortened cuts what is in the middle of very long lines.
func shortened(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(line) > longest {
			first, last := line[:longest*2/3], line[len(line)-longest/3:]
			lines[i] = strings.ToValidUTF8(first, "") + " ... " + strings.ToValidUTF8(last, "")
		}
	}
	return strings.Join(lines, "\n")
}

// steers says whether a character is a control character, or turns the direction of text.
func steers(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// harmlessWriter writes what is harmless. Bars and views, which steer a terminal themselves, take the writer below.
type harmlessWriter struct{ w io.Writer }

func (h harmlessWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(h.w, harmless(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// bare is the writer below.
func bare(w io.Writer) io.Writer {
	if h, ok := w.(harmlessWriter); ok {
		return h.w
	}
	return w
}

// markdownText is a name in Markdown, of which nothing is HTML.
func markdownText(name string) string { return html.EscapeString(harmless(name)) }

// cell is a text in CSV: a spreadsheet takes one that begins with a sign for a formula, unless a quote stands before
// it.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		text = "'" + text
	}
	return harmless(text)
}
