package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The browser is told where the page and its PDF are; what it leaves half-made is not kept.
func TestPrintPage(t *testing.T) {
	s, _ := testSite(t)
	browser := filepath.Join(s.home.Root, "browser")
	t.Setenv(envChromium, browser)
	page := filepath.Join(s.home.Runs(), "00 a.html")
	pdf := filepath.Join(s.home.Runs(), "00 a.pdf")
	write(t, page, "<p>page</p>")
	if _, err := printPage(t.Context(), page); err == nil || !strings.Contains(err.Error(), envChromium) {
		t.Errorf("without a browser: %v", err)
	}
	for _, fails := range []string{"echo no screen >&2; exit 3", "exit 0",
		`for a in "$@"; do case "$a" in --print-to-pdf=*) echo html > "${a#*=}";; esac; done`} {
		script(t, browser, fails)
		if _, err := printPage(t.Context(), page); err == nil || !strings.Contains(err.Error(), "00 a.html") ||
			fails[0] == 'e' && strings.Contains(fails, "screen") != strings.Contains(err.Error(), "no screen") {
			t.Errorf("%s: %v", fails, err)
		}
		exists(t, pdf, false)
		exists(t, pdf+".part", false)
	}
	script(
		t,
		browser,
		`for a in "$@"; do case "$a" in --print-to-pdf=*) to="${a#*=}";; file://*/00%20a.html) from=yes;; esac; done
test "$from" = yes && echo %PDF-1.4 > "$to"`,
	)
	if got, err := printPage(t.Context(), page); err != nil || got != pdf {
		t.Errorf("%s, %v", got, err)
	}
	exists(t, pdf, true)
}

// A real browser prints all of a page, its pictures too.
func TestPrintPageByABrowser(t *testing.T) {
	if _, why := findChromium(); why != "" {
		t.Skip(why)
	}
	page := filepath.Join(t.TempDir(), "a.html")
	const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	write(t, page,
		`<!doctype html><meta charset="utf-8"><title>a</title><h1>A page</h1>`+
			`<img alt="a dot" src="data:image/png;base64,`+dot+`">`)
	pdf, err := printPage(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pdf)
	if err != nil || !bytes.HasPrefix(text, []byte("%PDF-")) || !bytes.Contains(text, []byte("/Image")) ||
		!bytes.Contains(text, []byte("/Font")) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}
