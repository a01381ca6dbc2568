package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// printLimit is how long a browser may print a page; it takes a few seconds.
const printLimit = 2 * time.Minute

// printPage has a browser without a screen print an HTML page to a PDF beside it. nbconvert's own way, webpdf, drives
// the same browser, but needs a package that downloads one.
func printPage(ctx context.Context, page string) (pdf string, err error) {
	chromium, why := findChromium()
	if why != "" {
		return "", fmt.Errorf("%s cannot be printed: %s", short(page), why)
	}
	pdf = strings.TrimSuffix(page, filepath.Ext(page)) + ".pdf"
	part := pdf + ".part"
	profile, err := os.MkdirTemp("", "coadapt-print-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--user-data-dir=" + profile, "--no-pdf-header-footer",
		"--print-to-pdf=" + part}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox") // containers have no other user
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(page)}
	cmd := exec.CommandContext(ctx, chromium, append(args, address.String())...)
	ownGroup(cmd)
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	if err == nil {
		var head []byte
		if head, err = os.ReadFile(part); err == nil && !bytes.HasPrefix(head, []byte("%PDF-")) {
			err = errors.New("what it wrote is no PDF")
		}
	}
	if err != nil {
		_ = os.Remove(part) // there may be none
		return "", fmt.Errorf("%s cannot be printed by %s: %w\n%s", short(page), chromium, err,
			bytes.TrimSpace(said))
	}
	return pdf, os.Rename(part, pdf)
}
