package main

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	images    = regexp.MustCompile(`(?s)<img\b[^>]*>`)
	inlined   = regexp.MustCompile(`\ssrc="data:image/[a-z+]+;base64,[^"]`)
	described = regexp.MustCompile(`\salt="[^"]*[^"\s][^"]*"`)
	outside   = regexp.MustCompile(`(?is)<(script|iframe|embed|video|audio|source)\b[^>]*\ssrc=|<(link|object)\b[^>]*\s(href|data)=|@import\b|\burl\(\s*["']?(https?:|//)|\bimport\b[^;]*["']https?:`)
)

// links are what a page can be left by.
var links = regexp.MustCompile(`(?is)<a\b[^>]*\shref="([^"]*)"`)

// noAlt is what nbconvert says of a picture that has no text alternative.
const noAlt = "No description has been provided"

// standsAlone says what of an HTML page would be missing without network, or for who cannot see: pictures and scripts
// from elsewhere, pictures without a text alternative, links to files that are not there.
func standsAlone(page string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	var faults error
	fault := func(format string, args ...any) {
		faults = errors.Join(faults, fmt.Errorf("%s: %s", short(page), fmt.Sprintf(format, args...)))
	}
	for i, img := range images.FindAllString(string(text), -1) {
		if !inlined.MatchString(img) {
			fault("picture %d is not in the page: %.120s", i+1, img)
		}
		if !described.MatchString(img) || strings.Contains(img, noAlt) {
			fault("picture %d has no text alternative", i+1)
		}
	}
	for _, from := range outside.FindAllString(images.ReplaceAllString(string(text), ""), -1) {
		fault("something is loaded from elsewhere: %.120s", from)
	}
	for _, link := range links.FindAllStringSubmatch(string(text), -1) {
		to, err := url.Parse(html.UnescapeString(link[1]))
		if err == nil && (to.Scheme != "" || to.Path == "") {
			continue // elsewhere, or in the page
		}
		if err != nil || !fileExists(filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))) {
			fault("there is nothing where a link leads: %s", link[1])
		}
	}
	return faults
}
