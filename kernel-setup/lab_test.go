package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The stand-in for xdg-open and open writes down its arguments.
func TestBrowserIsNotToldTheToken(t *testing.T) {
	s, _ := testSite(t)
	bin, told := t.TempDir(), filepath.Join(t.TempDir(), "told")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + told + ".part; mv " + told + ".part " + told + "\n"
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("DISPLAY", ":0")
	const url = "http://127.0.0.1:8888/lab?token=secret&x=1"
	done, err := s.openBrowser(url)
	if err != nil {
		t.Fatal(err)
	}
	var args []byte
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) &&
		args == nil; time.Sleep(10 * time.Millisecond) {
		args, _ = os.ReadFile(told)
	}
	page := strings.TrimSpace(string(args))
	if page == "" || strings.Contains(page, "secret") {
		t.Fatalf("the browser is started with %q", args)
	}
	info, err := os.Stat(page)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the page is %v, %v; want mode 0600", info, err)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "token=secret&amp;x=1") {
		t.Errorf("the page is %q, %v", text, err)
	}
	done()
	if _, err := os.Stat(page); err == nil {
		t.Error("the page stays")
	}
}
