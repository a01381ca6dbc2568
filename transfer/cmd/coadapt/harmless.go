package main

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
)

// harmless shows what would steer a terminal, such as escape sequences in the name of a class or a file, as its code:
// names come
// from archives and folders of others. Lines and tabs stay.
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
