package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// TestHarmless: what would steer a terminal is shown as its code, and all else stays as it is.
func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"a\tb\nc é 猫":             "a\tb\nc é 猫",
		"\x1b[31mred\x1b]0;x\x07": `\u001b[31mred\u001b]0;x\u0007`,
		"back\rto":                `back\u000dto`,
		"\u009b2J":                `\u009b2J`,
		"gpj\u202e.exe":           `gpj\u202e.exe`,
	} {
		var b bytes.Buffer
		if n, err := (harmlessWriter{&b}).Write([]byte(text)); err != nil || n != len(text) || b.String() != want {
			t.Errorf("%q: %q, %d, %v; want %q", text, b.String(), n, err, want)
		}
	}
	for text, want := range map[string]string{"=1+1": "'=1+1", "+a": "'+a", "-b": "'-b", "@c": "'@c", "d=": "d=",
		"": "", "\x1b=": `\u001b=`} {
		if got := cell(text); got != want {
			t.Errorf("cell %q: %q, want %q", text, got, want)
		}
	}
}

// TestNamesOfOthers: a data set whose name is a formula, HTML or an escape sequence stays a name in tables, CSV and
// report.
// TestBriefErrors: a list of garbage is not printed in full, and names take one line of a table.
func TestBriefErrors(t *testing.T) {
	long := "error of " + strings.Repeat("ü", 5000) + ", which has no folder in train/\nand a short line"
	got := shortened(long)
	if len(got) > longest+100 || !strings.HasPrefix(got, "error of ü") ||
		!strings.HasSuffix(got, "in train/\nand a short line") ||
		!utf8.ValidString(got) {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if got := shortened("short\nlines"); got != "short\nlines" {
		t.Errorf("%q", got)
	}
	if got := oneLine("a\nb\tc"); got != `a\u000ab\u0009c` {
		t.Errorf("%q", got)
	}
}

func TestNamesOfOthers(t *testing.T) {
	r := transfer.Result{Status: transfer.OK, Accuracy: 0.5, Loss: -0.5, Classes: 2, Data: "=1+1<script>`\x1b[2J"}
	r.Net, _ = transfer.ParseNet("0/baseB")
	r.Arch, r.Experiment = "mini", "-x"
	var b bytes.Buffer
	if err := (&writer{form: form{csv: true}, w: &b}).write(r); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, ",'=1+1<script>`\\u001b[2J,") || !strings.Contains(text, ",'-x,") ||
		!strings.Contains(text, ",-0.5,") {
		t.Error(text)
	}
	report, err := stats.Ask([]transfer.Result{r}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := markdown(&page, r.Data, "", []transfer.Result{r}, report); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if !strings.Contains(text, "# =1+1&lt;script&gt;`\\u001b[2J\n") ||
		!strings.Contains(text, "on `=1+1<script>'\\u001b[2J`") ||
		strings.Contains(text, "\x1b") {
		t.Error(text)
	}
}
